"""deploy/ on loopback: two processes behind nginx are one product, and a rolling restart loses nothing."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
import yaml
from flask import Flask
from sqlalchemy import select

from app.background import refuse_demo
from app.database import transaction
from config import UnsafeSettings, refuse_unsafe
from grids.demo import SOURCE
from grids.models import RegionData
from tests.conftest import PASSWORD, settings_for
from tests.deployed import DEPLOY, Deployment, deployed, nginx_pid
from tests.faults.product import CLOCK, SERVE
from tests.photos import encoded
from tests.postgres import NoPostgres
from tests.tree import ROOT
from tests.world import centre

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
LON, LAT = centre()
SOON_S = 3.0
WORDS = "楼前垃圾堆了一周没有清理"
SNAPS_AN_HOUR = 60  # interfaces.md


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    try:
        with deployed(tmp_path_factory.mktemp("deployed")) as made:
            yield made
    except NoPostgres as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


def browser() -> requests.Session:
    """Keeps cookies; the certificate is the test's own."""
    session = requests.Session()
    session.trust_env, session.verify = False, False
    return session


def by(deployment: Deployment, login: str) -> requests.Session:
    session = browser()
    session.headers["Authorization"] = f"Bearer {deployment.product.keys[login]}"
    return session


def report(session: requests.Session, deployment: Deployment, **headers: str) -> requests.Response:
    body = {"description": WORDS, "lon": LON, "lat": LAT}
    return session.post(f"{deployment.base}/api/v1/tickets", json=body, headers=headers, timeout=30)


class Watcher:
    """A dashboard's connection through nginx, on whichever process its cookie leads to."""

    def __init__(self, deployment: Deployment, login: str, region: str, transports: list[str]) -> None:
        self.client = socketio.Client(
            http_session=browser(), reconnection=True, reconnection_delay=0.2, ssl_verify=False
        )
        self.numbers: set[str] = set()
        self.region, self.seq = region, 0
        self.client.on("changes", self.take)
        self.client.on("connect", self.catch_up)
        auth = {"token": deployment.product.keys[login]}
        self.client.connect(deployment.base, auth=auth, transports=transports, wait_timeout=10)
        self.take(self.client.call("watch", {"region": region}, timeout=10))

    def take(self, message: dict[str, Any]) -> None:
        self.seq = max(self.seq, message.get("seq", 0))
        self.numbers |= {row["number"] for row in message.get("tickets", ())}

    def catch_up(self) -> None:
        if self.seq:
            self.client.emit("since", {"region": self.region, "seq": self.seq}, callback=self.take)


def wait(condition: Any, seconds: float = SOON_S) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return bool(condition())


def test_a_person_logs_in_over_https_and_stays_with_one_process(deployment: Deployment) -> None:
    session = browser()
    page = session.get(f"{deployment.base}/login", timeout=10)
    assert page.headers["Strict-Transport-Security"] and "route" in session.cookies
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"login": "manager.210102", "password": PASSWORD, "csrf_token": token}
    board = session.post(f"{deployment.base}/login", data=form, headers={"Referer": deployment.base}, timeout=30)
    assert board.url.endswith("/board/210102") and board.status_code == 200
    cookie = next(one for one in session.cookies if one.name == "hotline")
    assert cookie.secure
    for _ in range(8):
        assert session.get(f"{deployment.base}/board/210102/figures", timeout=10).status_code == 200
    lines = [line for line in deployment.log().splitlines() if "/figures" in line]
    assert len({line.rsplit(" ", 1)[1] for line in lines[-8:]}) == 1
    assert browser().get(f"{deployment.base}/tickets?q=13900001234", timeout=10).status_code == 200
    assert "13900001234" not in deployment.log()


def test_a_change_reaches_watchers_on_every_process(deployment: Deployment) -> None:
    watchers = [Watcher(deployment, "manager.210102", "210102", ["websocket"]) for _ in range(6)]
    watchers += [Watcher(deployment, "manager.210102", "210102", ["polling"]) for _ in range(2)]
    seen = {line.rsplit(" ", 1)[1] for line in deployment.log().splitlines() if "/socket.io/" in line}
    made = [report(by(deployment, "agent.2101"), deployment) for _ in range(4)]
    numbers = {answer.json()["number"] for answer in made}
    assert all(wait(lambda watcher=watcher: numbers <= watcher.numbers) for watcher in watchers)
    for watcher in watchers:
        watcher.client.disconnect()
    assert len(seen) <= len(deployment.ports)


def test_both_processes_answer(deployment: Deployment) -> None:
    for _ in range(20):
        browser().get(f"{deployment.base}/healthz", timeout=10)
    used = {line.rsplit(" ", 1)[1] for line in deployment.log().splitlines() if "/healthz" in line}
    assert used == {f"127.0.0.1:{port}" for port in deployment.ports}


def test_limits_and_keys_hold_across_processes(deployment: Deployment) -> None:
    """Sixty snaps an hour of one address, wherever each is taken; the same key makes one ticket on both."""
    photo = encoded()
    answers = []
    for _ in range(SNAPS_AN_HOUR + 1):
        form = {"description": WORDS, "lon": str(LON), "lat": str(LAT)}
        files = {"photo": ("a.jpg", photo, "image/jpeg")}
        answers.append(browser().post(f"{deployment.base}/api/v1/snaps", data=form, files=files, timeout=30))
    assert [answer.status_code for answer in answers] == [201] * SNAPS_AN_HOUR + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    key = {"Idempotency-Key": "one and the same"}
    twice = {report(by(deployment, "agent.2101"), deployment, **key).json()["number"] for _ in range(6)}
    assert len(twice) == 1


def test_disabled_staff_lose_their_sockets_within_five_seconds(deployment: Deployment) -> None:
    watchers = [Watcher(deployment, "manager.210103", "210103", ["websocket"]) for _ in range(4)]
    gone: list[float] = []
    for watcher in watchers:
        watcher.client.on("disconnect", lambda *_: gone.append(time.monotonic()))
    began = time.monotonic()
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "staff"]
    for act in ("disable", "enable"):
        subprocess.run([*flask, act, "manager.210103"], cwd=ROOT, env=deployment.product.processes.env, check=True)
        if act == "disable":
            done = time.monotonic()
            assert wait(lambda: len(gone) >= len(watchers), 8)
            assert max(gone[: len(watchers)]) - done < 5, max(gone) - began
    for watcher in watchers:
        watcher.client.disconnect()


def test_nobody_from_outside_reads_the_metrics_or_claims_an_address(deployment: Deployment) -> None:
    lied = browser().get(f"{deployment.base}/healthz", headers={"X-Forwarded-For": "10.1.2.3"}, timeout=10)
    assert lied.status_code == 200
    assert browser().get(f"{deployment.base}/metrics", timeout=10).status_code == 200  # this machine may


def test_a_rolling_restart_loses_no_request_and_no_event(deployment: Deployment, tmp_path: Path) -> None:
    watcher = Watcher(deployment, "manager.210102", "210102", ["websocket"])
    made: list[str] = []
    failed: list[str] = []
    over = threading.Event()

    def load(number: int) -> None:
        session = by(deployment, "agent.2101")
        while not over.is_set():
            try:
                answer = report(session, deployment)
                (made if answer.status_code == 201 else failed).append(answer.json().get("number") or answer.text[:200])
            except requests.RequestException as problem:
                failed.append(repr(problem)[:200])
            time.sleep(0.05)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    roll(deployment, tmp_path)
    time.sleep(1)
    over.set()
    for thread in threads:
        thread.join()
    assert failed == [] and len(made) > 20
    assert wait(lambda: set(made) <= watcher.numbers, 10), len(set(made) - watcher.numbers)
    watcher.client.disconnect()


def roll(deployment: Deployment, folder: Path) -> None:
    """deploy/rolling-restart itself; a helper of ours stands for systemctl, and asks this process to restart."""
    asked, done = folder / "asked", folder / "done"
    os.mkfifo(asked)
    os.mkfifo(done)
    helper = folder / "restart.sh"
    helper.write_text(f'#!/bin/sh\necho "$1" > {asked}\ncat {done} > /dev/null\n')
    helper.chmod(0o755)
    environment = os.environ | {
        "RELOAD": f"kill -HUP {nginx_pid(deployment)}",
        "RESTART": str(helper),
        "DRAIN": "2",
    }
    ports = [str(port) for port in deployment.ports]
    script = subprocess.Popen([DEPLOY / "rolling-restart", deployment.upstreams, *ports], env=environment)
    for _ in ports:
        deployment.restart_web(int(asked.read_text()))
        done.write_text("restarted")  # as systemctl does, the helper comes back when the new process has been started
    assert script.wait(timeout=120) == 0


def test_units_and_containers_run_the_very_commands() -> None:
    """What the tests start is what systemd and compose start."""
    web, clock = (" ".join(words[1:]) for words in (SERVE, CLOCK))
    assert (
        web in (DEPLOY / "hotline-web@.service").read_text()
        and clock in (DEPLOY / "hotline-clock@.service").read_text()
    )
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    commands = {name: " ".join(one["command"]) for name, one in services.items() if name.startswith(("web", "clock"))}
    assert all(commands[name].endswith(web) for name in ("web1", "web2"))
    assert all(commands[name].endswith(clock) for name in ("clock1", "clock2"))
    named = {
        line.split("=")[0]
        for line in (DEPLOY / "hotline.env.example").read_text().splitlines()
        if "=" in line and line[0] != "#"
    }
    known = (ROOT / "config.py").read_text()
    assert all(f'"{name}"' in known for name in named)


def test_production_refuses_what_is_for_demonstrations(tmp_path: Path, app: Flask) -> None:
    safe = replace(
        settings_for("postgresql+psycopg://hotline@/hotline", tmp_path), env="production", secret_key="long enough " * 4
    )
    refuse_unsafe(safe)
    (tmp_path / "demo-password").write_text("shared")
    with pytest.raises(UnsafeSettings, match="demo-password"):
        refuse_unsafe(safe)
    refuse_demo(safe)
    with transaction(write=True) as db:
        data = db.scalars(select(RegionData)).one()
        before, data.source = data.source, SOURCE
    try:
        refuse_demo(settings_for("sqlite:///x", tmp_path))
        with pytest.raises(UnsafeSettings, match="demonstration"):
            refuse_demo(safe)
    finally:
        with transaction(write=True) as db:
            db.scalars(select(RegionData)).one().source = before
