"""Evaluations: what supervisors, colleagues and PGs themselves say of a rotation.

An evaluation is draft → submitted → reviewed → approved, or sent back to draft with words. The PG who is
evaluated reads it once it is approved, and never learns which colleague wrote a peer one.
"""
