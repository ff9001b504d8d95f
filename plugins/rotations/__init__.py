"""Rotations: who is where, from when to when, under whom.

Nouns: hospital, department, rotation. A rotation is pending → planned → ongoing → completed; cancelled from
pending or planned.
"""
