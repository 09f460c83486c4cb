"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc

from casemgr import create_app, jobs

app = create_app()
jobs.work_here(app)
# What the application consists of stays: else every hundredth page waits 0.1 s until it has been looked through again.
gc.collect()
gc.freeze()
