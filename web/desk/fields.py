"""Fields of the desk's forms beyond those of the base: days, whole numbers, money, ticks, items."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget, NumberInput, TextInput

from web.desk import words
from web.forms import strip


class Parsed(Field):
    """A line of text that stands for a value; what cannot be read stays in the field.

    Args:
        parse: text → value; raises ``ValueError`` where it is none.
        show: value → text.
        refused: what to say then.
    """

    widget = TextInput()

    def __init__(
        self,
        label: Any,
        parse: Callable[[str], Any],
        refused: Any,
        *,
        show: Callable[[Any], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self._parse, self._refused, self._show = parse, refused, show
        self.raw = ""

    def _value(self) -> str:
        if self.raw_data:
            return self.raw
        return "" if self.data is None else self._show(self.data)

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        self.raw = strip(values[0])[:500] if values else ""
        if not self.raw:
            return
        try:
            self.data = self._parse(self.raw)
        except ValueError:
            raise ValueError(str(self._refused)) from None


class Ticks(SelectMultipleField):
    """Several codes of a list, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def day(label: Any) -> Parsed:
    """A day as 2026-11-22."""
    return Parsed(
        label, date.fromisoformat, _("Write the day like 2026-11-22."), show=lambda value: value.isoformat()
    )


def _digits(text: str, low: int, high: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not low <= number <= high:
        raise ValueError(text)
    return number


def whole(label: Any, low: int, high: int) -> Parsed:
    """A whole number from ``low`` to ``high``."""
    refused = _("Write a whole number from %(low)s to %(high)s.", low=low, high=high)
    return Parsed(
        label, lambda text: _digits(text, low, high), refused, widget=NumberInput(min=low, max=high)
    )


def number(label: Any, low: float, high: float) -> Parsed:
    """A number from ``low`` to ``high``."""

    def parse(text: str) -> float:
        value = float(text) if len(text) < 20 else low - 1
        if not low <= value <= high:  # a NaN fails too
            raise ValueError(text)
        return value

    refused = _("Write a number from %(low)s to %(high)s.", low=low, high=high)
    return Parsed(label, parse, refused, show=lambda value: f"{value:g}" if abs(value) < 100 else str(value))


def yuan(label: Any, most: int = 1_000_000) -> Parsed:
    """Money in whole yuan; the value is in cents."""
    refused = _("Write the amount in whole yuan, digits only.")
    return Parsed(
        label, lambda text: _digits(text, 0, most) * 100, refused, show=lambda cents: str(cents // 100)
    )


def code(label: Any, name: str, *, empty: Any = words.UNSTATED) -> SelectField:
    """One code of a list, or nothing."""
    return SelectField(label, choices=words.choices(words.options(name, empty=empty)), default="")


def ticks(label: Any, name: str, *, none: str | None = None) -> Ticks:
    """Several codes of a list; with ``none`` also the answer that there are none."""
    listed = [*words.options(name), *([("none", none)] if none else [])]
    return Ticks(label, choices=words.choices(listed))


def answer(label: Any) -> SelectField:
    """Yes, no, or not stated."""
    return SelectField(label, choices=words.choices(YES_NO), default="")


def line(label: Any, longest: int = 120, **kwargs: Any) -> StringField:
    """A line of text."""
    too_long = _("This is too long: at most %(max)d characters.")
    return StringField(label, validators=[Length(max=longest, message=too_long)], **kwargs)


#: Choices of an answer.
YES_NO = (("", words.UNSTATED), ("yes", "是"), ("no", "否"))
ANSWERS: dict[str, bool | None] = {"": None, "yes": True, "no": False}


def answer_of(value: str | None) -> bool | None:
    """What an :func:`answer` says."""
    return ANSWERS.get(value or "")


def to_answer(value: bool | None) -> str:
    """The choice that says it."""
    return "" if value is None else "yes" if value else "no"


def ticked(values: list[str] | None) -> list[str] | None:
    """Codes of ticked boxes: an empty list where "none" was ticked, None where nothing was."""
    if not values:
        return None
    return [value for value in values if value != "none"]
