"""The modules SIMS ships. Each folder is one plugin; its `plugin.py` says what it does to the rest."""
