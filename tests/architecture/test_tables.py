"""Tables that must stay in step with each other and with the pages about them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields

from config.settings import OPTIONS, Settings
from matching.outbox.events import EVENTS, QUEUES, TOPICS, Event
from tests.architecture.sources import ROOT
from tools.settings_doc import PAGE, page
from workers.handlers import HANDLERS


def test_the_page_about_settings_is_the_table() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tools.settings_doc"


def test_every_setting_has_a_field_of_its_name() -> None:
    assert [option.name.lower() for option in OPTIONS] == [column.name for column in fields(Settings)]


def test_every_event_is_heard_and_every_topic_is_handled() -> None:
    assert set(EVENTS) == set(Event.__subclasses__())
    assert {topic for topics in EVENTS.values() for topic in topics} == set(TOPICS) == set(QUEUES)
    assert set(HANDLERS) == set(TOPICS)


def test_make_help_names_every_target() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    for target in phony.group(1).split():
        assert re.search(rf"^{target} ", listed, re.MULTILINE), target


def test_requirements_are_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z]+\])?==[\w.!+]+", line), line
