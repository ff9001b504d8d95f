"""The logbook: what a PG did, and what their supervisor says of it.

Nouns: entry, procedure in an entry (with two facts: who did the key steps, where the trainer was), template,
review. An entry is draft → pending → approved, returned or rejected; returned → pending; approved → archived.
"""
