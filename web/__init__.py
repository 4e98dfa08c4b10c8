"""The doorstep for browsers: one blueprint per audience, on the same services as workers and commands."""

from __future__ import annotations

import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from config.settings import Settings
from matching.bootstrap import Services, open_services
from matching.clock import Clock
from web import account, api, assets, employers, errors, health, me, pages, public, security
from web.desk import add_desk
from web.extensions import EXTENSION, babel, csrf, db
from web.gate import check_rules, guard
from web.viewer import drop_dead_session

log = structlog.get_logger()


class _Application(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Nothing: our own handler notes a failure, with its places and without its words."""


def create_app(settings: Settings, *, clock: Clock | None = None, services: Services | None = None) -> Flask:
    """Make the application.

    Args:
        settings: from :func:`config.load`.
        clock: default: the machine's.
        services: wiring made elsewhere (tests); default: made from the settings.

    Raises:
        DomainError: the key file is missing, damaged or readable by others.
        RuntimeError: a view has no rule.
    """
    app = _Application(__name__, static_folder=None)
    wiring = services or open_services(settings, clock=clock, web=True)
    app.extensions[EXTENSION] = wiring
    app.config.update(security.configured(settings, wiring.keyring))
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    security.trust_proxies(app, settings)
    db.init_app(app)
    babel.init_app(app, locale_selector=lambda: "zh_Hans")
    app.before_request(_begin)
    app.before_request(guard)
    csrf.init_app(app)
    app.after_request(assets.pack)
    app.after_request(lambda response: security.add_headers(response, https=settings.https))
    app.after_request(drop_dead_session)
    app.after_request(_finish)
    pages.add_context(app)
    errors.add_handlers(app)
    assets.add_assets(app)
    rooms = (
        public.blueprint,
        public.open_data,
        public.reports,
        public.status,
        api.blueprint,
        api.account,
        account.blueprint,
    )
    for blueprint in (*rooms, me.blueprint, employers.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    add_desk(app)
    check_rules(app)
    return app


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    # The rule's pattern, not the address: addresses hold what people search for.
    pattern = request.url_rule.rule if request.url_rule else None
    milliseconds = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    log.info("request", method=request.method, route=pattern, status=response.status_code, ms=milliseconds)
    return response
