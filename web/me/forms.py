"""One question each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from web.forms import Form, text


class PhoneForm(Form):
    """A telephone."""

    phone = text(_("Your mobile number"), message=_("Type your mobile number."), longest=30)


class CodeForm(Form):
    """The code that was sent."""

    code = text(_("The 6 digits in the message"), message=_("Type the 6 digits."), longest=20)


class NumberForm(Form):
    """An ID number."""

    number = text(_("Your ID number"), message=_("Type your ID number."), longest=40)


class HelperCodeForm(Form):
    """A helper's code."""

    code = text(_("The 6 signs on the slip"), message=_("Type the 6 signs."), longest=20)


class NameForm(Form):
    """A name."""

    name = text(_("Your name"), message=_("Type your name."), longest=30)


class OwnNumberForm(Form):
    """An ID number, or none."""

    number = text(_("Your ID number"), longest=40)
