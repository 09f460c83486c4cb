"""How gunicorn serves `wsgi.py`: requests wait in one queue, and whichever worker is free takes the next.

A worker takes no more than its threads can do, and a connection brings one request. Else the connections that a worker
happened to get would wait behind its long report while another worker has nothing to do.
"""

import os
import socket

SECONDS_UNTIL_SENT = 30

# As many workers as cores: a worker is a process and uses one. Two threads in each, so that one computes while the
# other waits for the disk; more would only wait for each other, and take memory.
workers = int(os.environ.get("WEB_CONCURRENCY", os.cpu_count() or 1))
threads = worker_connections = 2
worker_class = "gthread"
keepalive = 0
limit_request_line = 8190  # filters of a list stand in its address
loglevel = "warning"
forwarder_headers = ""  # a proxy says that a request came over HTTPS, and from where; nothing about paths
control_socket_disable = True  # nobody steers it from outside


def when_ready(server) -> None:
    """A connection counts from when its request arrives: browsers open some that they may never use."""
    for listener in server.LISTENERS:
        if listener.sock.family != socket.AF_UNIX and hasattr(socket, "TCP_DEFER_ACCEPT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SECONDS_UNTIL_SENT)
