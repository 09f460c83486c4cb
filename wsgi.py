"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from casemgr import create_app

app = create_app()
