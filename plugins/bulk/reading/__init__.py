"""Reading files as offices send them: text with separators or an Excel workbook, into headings and rows.

`table` opens a file, `text` and `workbook` read the two kinds (a workbook once `package` and `part` have seen that it
is no bomb), `cells` turns what stands in a cell into a value,
`matching` says which heading means which column. Nothing here knows what the rows are for.
"""
