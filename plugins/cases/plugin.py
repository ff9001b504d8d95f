"""The manifest of cases: what they do to the rest of SIMS."""

from sims.plugin import Plugin

plugin = Plugin(name="cases", label="Clinical cases", requires=("users", "catalogue", "rotations"))
