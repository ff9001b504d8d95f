"""How SIMS performs: what requests and statements cost, how full caches and queues are, how large tables and indexes grow.

Every process counts what it does and adds it to Redis every few seconds; pages and `/metrics` read it there. Nothing that
counts may make a request fail or wait.
"""
