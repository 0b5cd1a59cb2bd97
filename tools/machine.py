"""What the tests need from the machine: a browser, PostgreSQL and Redis; fetched by apt-get where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from glob import glob

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    return named if named else next((path for name in BROWSERS if (path := shutil.which(name))), None)


def postgres_bin(tool: str) -> str | None:
    """The path of one of PostgreSQL's server programs, newest version first; Debian keeps them off the PATH."""
    found = sorted(glob(f"/usr/lib/postgresql/*/bin/{tool}"), key=lambda path: int(path.split("/")[4]), reverse=True)
    return found[0] if found else shutil.which(tool)


def draws_emoji() -> bool:
    """Whether a font of this machine holds emoji."""
    asked = [shutil.which("fc-list") or "fc-list", ":charset=1f600", "family"]
    try:
        return bool(subprocess.run(asked, capture_output=True, text=True).stdout.strip())
    except OSError:
        return False


def missing() -> list[str]:
    """The Debian packages that are not here yet."""
    need = {
        "chromium": browser(),
        "postgresql": postgres_bin("initdb"),
        "redis-server": shutil.which("redis-server"),
        "git": shutil.which("git"),
    }
    return [package for package, path in need.items() if path is None]


def ensure() -> None:
    """Install what is missing as root on Debian; otherwise say what to install and stop."""
    packages = missing()
    if not packages:
        return
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The tests need {', '.join(packages)}. On Debian, as root: {command}")
    print(f"Installing {', '.join(packages)} ...", flush=True)
    # No cluster of Debian's own is wanted: the tests start a private one.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *arguments], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            sys.exit(f"{done.stderr}\napt-get {arguments[0]} failed. Install by hand: {command}")


if __name__ == "__main__":
    ensure()
