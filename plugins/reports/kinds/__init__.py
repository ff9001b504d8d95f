"""The reports that no data plugin owns: they read what all of them declare."""
