"""Validation: what a record must be, and the guard that looks for patients' identifiers in free text."""
