"""Search: one box over every module, and whatever each of them declares with `Record.searched`.

A *document* is what search holds of one row: its words, and the day it belongs to. It is written by the transaction
that writes the row. Nouns: document, word (of the vocabulary, for typing errors), hit, tier (how well a hit fits).
"""
