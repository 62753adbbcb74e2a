"""How `make run` serves: one gevent worker with the relay and the timer inside."""

import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '12345')}"
worker_class = "gevent"
workers = 1  # Socket.IO needs one worker a process; more processes stand behind nginx
worker_connections = 5000
timeout = 120
graceful_timeout = 5
keepalive = 30
accesslog = None  # the application writes its own request log, without addresses and query strings
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """After the application is loaded and the library is patched for gevent: nothing may import it before."""
    from app.background import start
    from app.cli.welcome import welcome
    from wsgi import app

    start(app)
    print(welcome(bind), flush=True)
