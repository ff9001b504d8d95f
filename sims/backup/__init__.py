"""Backups: one folder each, with the database as of one moment, the files it speaks of, and a manifest of both.

`making` writes them, `restoring` reads them back or rehearses that, `parts` are their files with checksums and encryption,
`database` knows how each kind of database is copied out, counted and read in.
"""
