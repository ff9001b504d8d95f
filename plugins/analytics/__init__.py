"""Analytics: what the plugins declare as measures, drawn, compared and followed to the rows behind every number.

No tables: figures are counted when they are asked for and kept for at most a minute.
"""
