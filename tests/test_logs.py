"""What a log line holds, and what it never holds."""

from __future__ import annotations

import io
import json
import logging

import structlog

from config.logs import configure

SECRET = "431222198006150011"


def _fail() -> None:
    raise ValueError(f"cannot read {SECRET}")


def test_a_failure_is_logged_with_its_places_and_without_its_words() -> None:
    lines = io.StringIO()
    configure(stream=lines)
    try:
        _fail()
    except ValueError:
        structlog.get_logger().error("it_failed", exc_info=True)
    line = json.loads(lines.getvalue())
    assert line["error"] == "ValueError"
    assert line["at"][0].startswith("test_logs.py:")
    assert line["at"][0].endswith(" _fail")
    assert SECRET not in lines.getvalue()


def test_a_failure_that_a_library_logs_is_no_exception() -> None:
    lines = io.StringIO()
    configure(stream=lines)
    try:
        _fail()
    except ValueError:
        logging.getLogger("library").exception("in a library")
    assert "ValueError at test_logs.py:" in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_private_fields_are_masked_by_their_names() -> None:
    lines = io.StringIO()
    configure(stream=lines)
    structlog.get_logger().warning("person_seen", phone="13800000000", person="abc")
    assert json.loads(lines.getvalue())["phone"] == "…"
    assert json.loads(lines.getvalue())["person"] == "abc"


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_costs_a_line_and_nothing_else() -> None:
    configure(stream=_Full())
    structlog.get_logger().error("nobody_reads_this")
    logging.getLogger("library").error("nor this")
