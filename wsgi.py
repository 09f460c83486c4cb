"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from casemgr import create_app, jobs

app = create_app()
jobs.work_here(app)
