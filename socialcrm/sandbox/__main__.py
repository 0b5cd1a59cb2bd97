"""Start the sandbox without Django: `python -m socialcrm.sandbox --port 9000`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
