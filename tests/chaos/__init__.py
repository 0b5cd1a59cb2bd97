"""Chaos: real workers, a real queue, kill -9; and the network's own log as the judge."""

from __future__ import annotations
