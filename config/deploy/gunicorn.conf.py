"""gunicorn as SIMS runs it: gunicorn --config config/deploy/gunicorn.conf.py wsgi:app

Two threads' worth of work for each core: requests are short, and most of their time is the database's.
"""

import multiprocessing
import os
from pathlib import Path

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", multiprocessing.cpu_count()))
worker_class = "gthread"
threads = 4

# A worker that hangs is replaced; one that is told to stop finishes what it is at (a deploy loses no request).
timeout = 60
graceful_timeout = 30
keepalive = 5

# Each process begins anew before what it has leaked could matter; not all at once.
max_requests = 5000
max_requests_jitter = 500

worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True

# SIMS writes its own line for every request, as JSON, on standard error (LOG_LEVEL=INFO).
accesslog = None
errorlog = "-"
