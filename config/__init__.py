"""Settings as plain Python: `default.py` has every one with its comment, the others say what differs."""
