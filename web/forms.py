"""The base of all forms: shape only, blanks stripped once, errors that say what to do.

Truth is the services' business; what they refuse is put beside the field by :meth:`Form.refuse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, SelectChoice, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from matching.errors import DomainError
from web.words import sentence


def strip(value: Any) -> Any:
    """Text without blanks around it and without characters that no database takes."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """A form whose text fields are stripped (passwords are not)."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [*unbound_field.kwargs.get("filters", ()), strip]}
            return super().bind_field(form, unbound_field, options)

    def refuse(self, field: Field, error: DomainError | str) -> None:
        """Put a service's refusal beside the field that it is about."""
        field.errors = [*field.errors, sentence(error) if isinstance(error, DomainError) else error]


def choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """Choices of a select or radio field from a table code → words."""
    return [SelectChoice(str(code), label) for code, label in words.items()]


def required(message: Any) -> list[Any]:
    """Validators of a field that must be filled in; ``message`` says what to fill in."""
    return [InputRequired(message=message)]


def text(label: Any, *, message: Any = None, longest: int = 120, **kwargs: Any) -> StringField:
    """A line of text; with ``message`` it must be filled in."""
    checks: list[Any] = [DataRequired(message=message)] if message else []
    checks.append(Length(max=longest, message=_("This is too long: at most %(max)d characters.")))
    return StringField(label, validators=checks, **kwargs)
