"""Everything between a request and a view: security headers, templates, menu, errors, the core's own pages."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from sims import afterwards, throttle

csrf = CSRFProtect()


class RowId(IntegerConverter):
    """A whole number in an address, no larger than any row's: beyond that, there is nothing here."""

    def __init__(self, map: Map, **options: Any):
        super().__init__(map, **{"max": 2**63 - 1} | options)


def init_app(app: Flask) -> None:
    """Set up everything that turns an application into a website."""
    from sims.web import (  # here, since these stand on lists and queues, which stand on `templating`
        core_pages,
        errors,
        job_pages,  # noqa: F401 - as the next one's, its pages are on the core's blueprint
        proof_pages,  # noqa: F401 - its pages are on the core's blueprint
        requests,
        static,
        templating,
    )

    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=app.config["SESSION_HOURS"])
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session's own end is the limit
    app.config["COMPRESS_MIMETYPES"] = [
        "text/html", "text/css", "text/javascript", "application/json", "text/csv", "image/svg+xml",
    ]  # fmt: skip
    app.config["COMPRESS_STREAMS"] = True
    app.config["COMPRESS_ALGORITHM_STREAMING"] = ["zstd", "br", "gzip", "deflate"]
    app.url_map.converters["int"] = RowId
    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    afterwards.init_app(app)
    requests.init_app(
        app
    )  # first, so that what the next ones refuse is logged and answered as well
    csrf.init_app(app)
    throttle.init_app(app)
    Compress(app)
    static.init_app(app)
    templating.init_app(app)
    errors.init_app(app)
    app.register_blueprint(core_pages.pages)
