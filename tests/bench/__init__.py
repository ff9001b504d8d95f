"""The benchmark: `make bench`, `make bench SIZE=l`."""
