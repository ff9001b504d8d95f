"""The manifest of analytics: what they do to the rest of SIMS."""

from sims.plugin import Plugin

plugin = Plugin(name="analytics", label="Analytics", requires=("users",))
