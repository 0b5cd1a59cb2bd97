"""The ways to connect an account that the accounts page offers, each with what it asks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from socialcrm.networks import networks
from socialcrm.networks.base import Question
from socialcrm.timeline import rules_of


@dataclass(frozen=True)
class SignInForm:
    """One network's form: its kinds of sign-in, its questions with what was typed, and what was wrong with that."""

    network: str
    label: str
    kinds: Sequence[str]
    questions: Sequence[Question]
    error: str = ""

    @property
    def is_plain(self) -> bool:
        """One kind and nothing to ask: a press leads straight to the network."""
        return len(self.kinds) == 1 and not self.questions


def sign_ins(failed: str = "", typed: Mapping[str, str] | None = None, error: str = "") -> list[SignInForm]:
    """The forms of all networks. `failed`: the network whose form comes back with the text typed and the error."""
    forms = []
    for name, cls in networks().items():
        asked = list(rules_of(name).questions()) if cls.sign_in_kinds else []
        if name == failed and typed is not None:
            asked = [replace(one, initial=typed.get(one.name, "")[:500]) for one in asked]
        if cls.can("start_sign_in"):
            forms.append(SignInForm(name, cls.label, cls.sign_in_kinds, asked, error if name == failed else ""))
    return forms
