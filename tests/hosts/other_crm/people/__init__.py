"""The second host's people."""
