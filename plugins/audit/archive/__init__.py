"""The archive of old history: version rows that are long over, as compressed files that can be read back.

A *file* holds version rows of one table, in the order of the rows they belong to, one JSON list a line. `audit_archive` says
what each holds and its checksums; beside each file lies the same as JSON, its *manifest*.
"""
