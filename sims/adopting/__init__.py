"""`flask adopt`: the rows of a Django SIMS, its history and passwords included, read into a fresh SIMS.

`old` reads that database and changes nothing in it, `taking` takes its rows over some thousand at a time and goes on where it
stopped, `comparing` holds what was taken to what is there. Which table becomes what is said by the plugins (`Adopted`).
"""
