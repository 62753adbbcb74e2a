"""How the references are served: as gunicorn.conf.py serves the product, without relay and timer."""

worker_class = "gevent"
workers = 1
worker_connections = 5000
timeout = 120
graceful_timeout = 5
keepalive = 30
accesslog = None
loglevel = "warning"
control_socket_disable = True
