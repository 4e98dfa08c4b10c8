"""Whether this process lives, and whether the installation can work."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from web.extensions import services
from web.gate import opened
from web.readiness import examine

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@opened(bare=True)
def alive() -> Response:
    """The process answers; nothing else is touched."""
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
@opened(bare=True)
def ready() -> ResponseReturnValue:
    """What the installation depends on, each part with its state; 503 when one of them is not well."""
    report = examine(services())
    # The debugger runs code for whoever finds it.
    report["checks"]["debugger"] = {"ok": not current_app.debug}
    report["ready"] = report["ready"] and not current_app.debug
    response = jsonify(report)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if report["ready"] else 503
