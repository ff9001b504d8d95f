"""What a WSGI server and the `flask` command load: `wsgi:app`."""

import gc

from sims.app import create_app

app = create_app()
gc.collect()
gc.freeze()  # what is there now stays: walking it again and again cost every hundredth request 0.2 s
