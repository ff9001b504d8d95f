"""Clinical cases: what a PG learned from one patient, written up in full, reviewed with scores, and,
where its PG agrees and the programme office chooses it, shown to all PGs without its names.

Nouns: category, case, review. Statuses: as in the logbook (draft, pending, approved, returned, rejected, archived).
"""
