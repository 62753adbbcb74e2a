"""The web application: pages, API, sockets, timer and command line over the layers below."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import api, assets, babel, cli, live, logs, metrics, open311, pages, problems, security
from app.auth import init_auth
from app.database import init_database
from app.geocode import init_geocoder
from app.media import init_media
from app.pace import init_pace
from app.security import init_security
from config import Settings, from_environment

PARTS = (
    logs.init_logs,
    logs.log_requests,
    assets.init_assets,
    init_database,
    init_media,
    init_geocoder,
    init_auth,
    init_security,
    babel.init_babel,
    problems.init_problems,
    metrics.init_metrics,
    init_pace,
    live.init_live,
    api.init_api,
    open311.init_open311,
    pages.init_pages,
    cli.init_cli,
)


def create_app(settings: Settings | None = None) -> APIFlask:
    """Builds one application. It reads nothing and starts nothing: see app/background.py."""
    settings = settings or from_environment()
    app = APIFlask(__name__, title="12345", version="1.0", docs_path=None, spec_path=None, json_errors=False)
    configure(app, settings)
    app.extensions["settings"] = settings
    for part in PARTS:
        part(app)
    if settings.proxies:  # else anybody could claim an address
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    security.check_every_endpoint_has_a_policy(app)
    return app


def configure(app: APIFlask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_upload,
        MAX_FORM_PARTS=10_000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_NAME="hotline",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        OPENAPI_VERSION="3.1.0",
        JSON_SORT_KEYS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
