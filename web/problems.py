"""Failures as other software reads them: ``application/problem+json`` (RFC 9457), in Chinese."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request

from matching.errors import DomainError

PREFIX = "/api/"
MIMETYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class BadParameters(DomainError):
    """``parameters_wrong``: a question that cannot be answered as it was put."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("parameters_wrong")
        self.faults = tuple(faults)


def is_api() -> bool:
    """Whether this request comes from software that reads JSON."""
    return request.path.startswith(PREFIX)


def problem(status: int, title: str, detail: str, *, code: str, faults: Sequence[Fault] = ()) -> Response:
    """The answer to a request that failed.

    Args:
        status: HTTP status.
        title: the kind of failure, the same for all of its status.
        detail: what to do about this one.
        code: stable, for programs.
        faults: what is wrong with which parameter.
    """
    body: dict[str, object] = {
        "type": f"urn:anye:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if faults:
        body["errors"] = [{"parameter": fault.parameter, "detail": fault.detail} for fault in faults]
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype=MIMETYPE)
