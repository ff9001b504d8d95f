"""Certificates: courses, examinations and licences a PG holds, with the paper itself, checked by a supervisor,
watched until they expire.

Nouns: type, certificate, review. Statuses: pending (with the PG), under_review, approved, rejected, expired.
"""
