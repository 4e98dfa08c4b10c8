"""The form in which an employer registers."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import FileField, HiddenField, RadioField, SelectField

from matching.accounts.employer_codes import AccountClass, PaperKind
from matching.accounts.papers import MOST_MEGABYTES, Paper
from matching.accounts.registering import Claim
from matching.accounts.words import ACCOUNT_CLASS, NO_CODE
from web.forms import Form, choices, text

#: Code of a refusal → the field that it is about.
ABOUT = {
    "employer_name_missing": "name",
    "credit_code_form": "credit_code",
    "no_code_missing": "no_code",
    "county_not_served": "county",
    "employer_phone_form": "phone",
    "agency_missing": "agency",
    "paper_missing": "licence",
    "commission_missing": "commission",
    "employers_enough": "name",
}
FILES = {"licence": PaperKind.LICENCE, "commission": PaperKind.COMMISSION}


class PapersForm(Form):
    """Papers, photographed."""

    licence = FileField(_("Photo of the business licence"))
    commission = FileField(_("Photo of the commission"))

    def papers(self) -> list[Paper]:
        """The files that were chosen; one byte more than allowed is read, so that too much is seen."""
        found = []
        for name, kind in FILES.items():
            file = request.files.get(name)
            if file is not None and file.filename:
                found.append(Paper(kind, file.stream.read(MOST_MEGABYTES * 1024**2 + 1)))
        return found


class EmployerForm(PapersForm):
    """Who the employer is, and who asks."""

    token = HiddenField()
    name = text(_("Name, as on the licence"), message=_("Write the name."), longest=100)
    credit_code = text(_("Unified social credit code"), longest=40)
    no_code = SelectField(_("No credit code?"), choices=choices({"": "有代码", **NO_CODE}), default="")
    county = SelectField(_("County"), default="")
    contact = text(_("Whom to ask for"), message=_("Write whom to ask for."), longest=40)
    phone = text(_("Telephone to ask"), longest=30)
    account_class = RadioField(
        _("For whom do you look?"), choices=choices(ACCOUNT_CLASS), default=AccountClass.DIRECT.value
    )
    agency = text(_("Name of the agency"), longest=100)
    agency_licence = text(_("Number of the agency's licence"), longest=60)

    def claim(self) -> Claim:
        """What was stated."""
        names = ("name", "credit_code", "no_code", "county", "contact", "phone", "account_class")
        return Claim(**{name: self[name].data or "" for name in (*names, "agency", "agency_licence")})
