"""A local server that speaks the networks' own APIs, for demos, tests and training. Imports nothing of ours."""

from __future__ import annotations
