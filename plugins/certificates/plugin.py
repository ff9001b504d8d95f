"""The manifest of certificates: what they do to the rest of SIMS."""

from sims.plugin import Plugin

plugin = Plugin(name="certificates", label="Certificates", requires=("users",))
