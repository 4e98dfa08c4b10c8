"""Every failure ends on a page in our look that says what to do next, never on a traceback."""

from __future__ import annotations

import structlog
from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    RequestEntityTooLarge,
    SecurityError,
    Unauthorized,
)

from matching.errors import (
    DependencyDown,
    DomainError,
    FileRefused,
    Forbidden,
    InvalidTransition,
    NotFound,
    StaleVersion,
)
from matching.vacancies.queries import VacancyOver
from web.problems import is_api, problem
from web.security import MEGABYTE
from web.tickets import readable
from web.words import errors as sentences
from web.words import sentence

log = structlog.get_logger()

#: The first class that fits gives the status.
STATUS = (
    (VacancyOver, 410),
    (NotFound, 404),
    (Forbidden, 403),
    (StaleVersion, 409),
    (InvalidTransition, 409),
    (DependencyDown, 503),
    (FileRefused, 422),
    (DomainError, 422),
)

TITLES = {
    400: _("That did not go through"),
    401: _("Sign in first"),
    403: _("This page is not for you"),
    404: _("This page does not exist"),
    405: _("This page cannot be used that way"),
    409: _("Somebody else was quicker"),
    410: _("This post is filled or over"),
    413: _("That was too large"),
    415: _("That is not JSON"),
    422: _("That cannot be done"),
    429: _("Too many tries"),
    500: _("Something broke here"),
    503: _("Not connected just now"),
}
SENTENCES = {
    400: _("Go back and try once more."),
    401: _("Ask for a code by telephone and sign in with it."),
    403: _("If you need it, ask your administrator."),
    404: _("The address may be wrong or old."),
    405: _("Go back and try once more."),
    415: _("Send a JSON object with the content type application/json."),
    429: _("Wait a few minutes, then try once more."),
    500: _("It was noted down and somebody will look at it. Try again later."),
    503: _("Wait a minute, then try once more. Nothing was lost."),
}


def show(status: int, words: str | None = None, code: str | None = None) -> ResponseReturnValue:
    """The page of a failure; software that reads JSON gets it as a problem.

    Args:
        status: HTTP status; one without words of its own gets those of its class.
        words: what to say instead of the status's sentence.
        code: the failure's stable name, where it has one.
    """
    known = status if status in TITLES else 500 if status >= 500 else 400
    if is_api():
        detail = words or str(SENTENCES.get(known, SENTENCES[400]))
        return problem(status, str(TITLES[known]), detail, code=code or f"http_{status}")
    page = render_template(
        "error.html",
        title=TITLES[known],
        words=words or SENTENCES.get(known, SENTENCES[400]),
        back=way_back(),
        status=status,
    )
    return page, status


def way_back() -> str:
    """The page of this address if it can be read, else the first page."""
    place = readable()
    if place is None or request.method in ("GET", "HEAD"):
        return url_for("public.home")
    return url_for(place[0], **place[1])


def add_handlers(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(SecurityError, _host)
    app.register_error_handler(InternalServerError, _unknown)
    app.register_error_handler(HTTPException, _http)


def _domain(error: DomainError) -> ResponseReturnValue:
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    if status == 503:
        log.warning("dependency_down", code=error.code)
    # A missing thing and one outside the scope look the same.
    return show(status, sentence(error) if error.code in sentences() else None, error.code)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    log.info("csrf_refused", endpoint=request.endpoint)
    return show(400, str(_("This page was open for too long. Go back and press once more.")))


def _host(_error: SecurityError) -> ResponseReturnValue:
    return show(400, gettext("Nothing answers to this address. Use the one that you were given."))


def _database(error: OperationalError) -> ResponseReturnValue:
    # Locked for longer than the busy time-out, the disk full, the server gone: nothing was committed.
    log.error("database_unavailable", kind=type(error.orig).__name__)
    return show(503)


def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """More was sent than a form may hold: how much that is, and what to do."""
    return show(413, words_of_too_large())


def words_of_too_large() -> str:
    """How much a form may hold, and what to do."""
    most = (request.max_form_memory_size or 0) / MEGABYTE
    return gettext(
        "At most %(n)s MB of text can be sent at once. Go back, shorten it and send it once more.",
        n=f"{most:g}",
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # a redirect of the routing
        return error.response
    response = current_app.make_response(show(error.code or 500))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, Unauthorized):
        response.www_authenticate = list(error.www_authenticate or ())
    return response


def _unknown(error: InternalServerError) -> ResponseReturnValue:
    original = error.original_exception or error
    log.error("unhandled", endpoint=request.endpoint, exc_info=original)
    g.failed = True
    try:
        return show(500)
    except Exception:
        # The page itself needs something that is broken: say it without it.
        log.error("error_page_failed", exc_info=True)
        return current_app.response_class(
            "<!doctype html><html lang=zh-Hans><title>出错了</title>"
            "<p>我们这里出了问题,已经记下来了。请过一会儿再试。",
            500,
        )
