"""One machine, one command: what `make run` and a plain `flask` command use."""

STYLEGUIDE = True
