"""Forms of signing in, the own password and the set-up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, RadioField
from wtforms.validators import EqualTo, InputRequired, Length

from matching.accounts.models import OrganisationKind
from matching.accounts.passwords import LONGEST
from matching.accounts.words import KINDS
from web.forms import Form, choices, required, text


class SignInForm(Form):
    """Login and password."""

    login = text(_("Login"), message=_("Type your login."), longest=60)
    password = PasswordField(_("Password"), validators=required(_("Type your password.")))


def _new_password(label: object) -> PasswordField:
    return PasswordField(
        label,
        validators=[
            InputRequired(message=_("Type the new password.")),
            Length(max=LONGEST, message=_("This is too long: at most %(max)d characters.")),
        ],
    )


class PasswordForm(Form):
    """The old password once, the new one twice."""

    old = PasswordField(_("Present password"), validators=required(_("Type your present password.")))
    new = _new_password(_("New password"))
    again = PasswordField(
        _("New password once more"),
        validators=[EqualTo("new", message=_("The two new passwords differ. Type them once more."))],
    )


class SetupForm(Form):
    """The first organisation and its administrator."""

    organisation = text(_("Name of your organisation"), message=_("Type the name of your organisation."))
    kind = RadioField(
        _("Kind of organisation"),
        choices=choices({kind: KINDS[kind] for kind in (OrganisationKind.OFFICE, OrganisationKind.COMPANY)}),
        default=OrganisationKind.OFFICE.value,
    )
    region = text(
        _("Code of the region"), message=_("Type the code of your county or prefecture."), longest=12
    )
    name = text(_("Your name"), message=_("Type your name."), longest=60)
    login = text(_("Login"), message=_("Choose a login."), longest=40)
    password = _new_password(_("Password"))
    again = PasswordField(
        _("Password once more"),
        validators=[EqualTo("password", message=_("The two passwords differ. Type them once more."))],
    )
