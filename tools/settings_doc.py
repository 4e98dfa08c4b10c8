"""Writes docs/settings.md from the table in config/settings.py: ``python -m tools.settings_doc``."""

from pathlib import Path

from config.settings import OPTIONS, PREFIX

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

_HEAD = """\
# Settings

Every setting is a variable. A variable that begins with `ANYE_` and is not in this table stops the start
with a sentence, and so does a value that cannot be used; all such errors are told together.
`flask config check` shows what is in force and where it came from, without secrets.

Three addresses choose the mode: `ANYE_DATABASE_URL`, `ANYE_SEARCH_URL` and `ANYE_REDIS_URL`. Where one is
empty, its part is embedded and lives under `ANYE_DATA`. Nothing depends on the name of an environment.

| variable | default | what it does |
|---|---|---|
"""

_FOOT = """
`make run` takes words of its own beside the settings: `PORT` and `HOST` (where it listens; 8000, this machine
only), `MODE=production`, and `DEMO=0` or `DEMO=1` (without or with the demo city).

This page is written from `config/settings.py` by `python -m tools.settings_doc`; a test keeps them in step.
"""


def page() -> str:
    """The page as it should be."""
    rows = []
    for option in OPTIONS:
        default = f"`{option.default}`" if option.default else ""
        says = option.says + (" (secret)" if option.secret else "")
        rows.append(f"| `{PREFIX}{option.name}` | {default} | {says} |\n")
    return _HEAD + "".join(rows) + _FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
