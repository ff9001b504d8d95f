"""Audit: who did what, looked at what and was refused what, in a chain that shows every later change of it.

An *entry* is one act of one person (or of SIMS by itself). Entries form `LANES` chains (*lanes*), so that people who work
at the same time don't wait for each other; each entry carries the hash of the one before it in its lane.
"""
