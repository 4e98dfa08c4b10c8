"""The Chinese catalogue is complete: no page falls back to the English of the source."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "web"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def _used() -> set[str]:
    found = extract_from_dir(str(WEB), METHODS, keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}


def _translated() -> dict[str, str]:
    with (WEB / "translations/zh_Hans/LC_MESSAGES/messages.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}


def test_every_text_of_a_page_has_its_chinese() -> None:
    assert len(_used()) > 100
    translated = _translated()
    assert sorted(text for text in _used() if not translated.get(text)) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(set(_translated()) - _used()) == []


def test_a_translation_names_the_same_values() -> None:
    different = [
        text
        for text, chinese in _translated().items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(chinese))
    ]
    assert different == []


def test_no_chinese_text_is_english() -> None:
    assert [c for c in _translated().values() if re.search(r"[A-Za-z]{3,}", PLACEHOLDER.sub("", c))] == []
