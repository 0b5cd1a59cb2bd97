"""A fictional town, made from a seed: people, companies, what they say."""

from __future__ import annotations
