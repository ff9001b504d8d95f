"""Work with many rows: imports from files, decisions on whole lists, and the way back from both.

An operation (`BulkOperation`) is one such act; its items say what became of every row. A check is the dry run of an
import; an undo takes back a finished operation. Statuses: draft (its columns are still to be matched), pending,
running, completed, completed_with_errors, failed, cancelled, undone.
"""
