"""The product as deploy/ runs it, on loopback: our nginx configuration, web processes, clocks, Redis, PostGIS."""

import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import Template

from tests.browser.server import free_port
from tests.faults.load import wait_for
from tests.faults.product import CLOCK, SERVE, Processes, Product, end, wait_until_healthy
from tests.faults.redis import redis
from tests.postgres import postgres
from tests.tree import ROOT

DEPLOY = ROOT / "deploy"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/hotline.conf;
}}
"""


class Deployment:
    """N web processes behind nginx; each can be ended and started again."""

    def __init__(self, folder: Path, product: Product, webs: int) -> None:
        self.folder, self.product = folder, product
        self.ports = [free_port() for _ in range(webs)]
        self.webs = {port: self.start_web(port) for port in self.ports}
        self.upstreams = folder / "upstreams.conf"
        self.upstreams.write_text("".join(f"server 127.0.0.1:{port};\n" for port in self.ports))
        self.port = free_port()
        self.base = f"https://127.0.0.1:{self.port}"
        for port in self.ports:
            wait_until_healthy(port)

    def start_web(self, port: int) -> "subprocess.Popen[bytes]":
        own = Processes(self.product.processes.env | {"PORT": str(port)}, self.folder / f"web-{port}.log")
        made = own.run(*SERVE)
        self.product.processes.running.append(made)
        return made

    def restart_web(self, port: int) -> None:
        """As systemd restarts it: SIGTERM, and a new process when the old one is gone."""
        end(self.webs[port], signal.SIGTERM)
        self.webs[port] = self.start_web(port)

    def configure(self) -> Path:
        """What envsubst makes of the template, and an nginx.conf around it."""
        key, certificate = self_signed(self.folder)
        values = {
            "HOTLINE_LISTEN": f"127.0.0.1:{self.port} ssl",
            "HOTLINE_UPSTREAMS": self.upstreams,
            "HOTLINE_CERTIFICATE": certificate,
            "HOTLINE_CERTIFICATE_KEY": key,
            "HOTLINE_LOG": self.folder / "access.log",
        }
        template = Template((DEPLOY / "nginx.conf.template").read_text("utf-8"))
        (self.folder / "hotline.conf").write_text(template.safe_substitute(values))
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder))
        return self.folder / "nginx.conf"

    def log(self) -> str:
        return (self.folder / "access.log").read_text()


def self_signed(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "server.key", folder / "server.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *words, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


@contextmanager
def deployed(folder: Path, webs: int = 2) -> Iterator[Deployment]:
    """Everything, in production's settings; only this test's own processes are ended. Raises NoPostgres."""
    with ExitStack() as stack:
        url, store = stack.enter_context(postgres()), stack.enter_context(redis())
        instance = folder / "instance"
        instance.mkdir()
        settings = {
            "HOTLINE_ENV": "production",
            "SECRET_KEY": "tests" * 8,
            "HOTLINE_PROXIES": "1",
            "REDIS_URL": store.url,
        }
        product = Product(url, instance, **settings)
        stack.enter_context(product.processes)
        made = Deployment(folder, product, webs)
        for _ in range(2):
            product.processes.run(*CLOCK)
        with nginx(made):
            yield made


@contextmanager
def nginx(made: Deployment) -> Iterator[None]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not installed: apt install nginx"
    process = subprocess.Popen([program, "-c", made.configure(), "-p", made.folder])
    try:
        wait_for(lambda: answers(made.port))
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def answers(port: int) -> bool:
    try:
        ssl.get_server_certificate(("127.0.0.1", port), timeout=1)
    except OSError:
        return False
    return True


def nginx_pid(made: Deployment) -> int:
    return int((made.folder / "nginx.pid").read_text())
