"""What `make run` prints when it is ready: where to look, and who can log in."""

from app.cli.demo import read_password
from config import from_environment

LOGINS = (
    ("agent.2101", "沈阳市话务员", "hotline agent of Shenyang"),
    ("manager.210102", "和平区管理员", "manager of Heping district"),
    ("attendant.210102001002001", "水源地社区 001 网格员", "attendant of a grid cell"),
    ("handler.210102-urban_management", "和平区城市管理执法局承办人", "handler of a department"),
    ("admin.21", "辽宁省系统管理员", "administrator"),
)


def welcome(bind: str) -> str:
    """The text for a server bound to `bind` (host:port)."""
    lines = ["", f"  12345  http://{reachable(bind)}", ""]
    password = read_password(from_environment().instance)
    if password:
        lines += [f"  演示密码 demo password: {password}", ""]
        lines += [f"  {login:<34}{name} · {english}" for login, name, english in LOGINS]
        lines += ["  agent.21, manager.<code>, attendant.<cell code>, handler.<unit code>", ""]
    return "\n".join(lines)


def reachable(bind: str) -> str:
    """A server bound to every address of the machine is reached here at its own."""
    host, _, port = bind.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("", "0.0.0.0", "[::]") else bind
