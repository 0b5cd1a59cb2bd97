"""The API's views, a file for each kind of thing."""

from __future__ import annotations
