"""The form of a vacancy: the six elements of a lawful post, and what helps matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from matching.occupations.skills import name as skill_name
from matching.sheets.cells import credit_code, items, phone
from matching.sheets.problems import CellProblem
from matching.vacancies.pay import parse_pay
from matching.vacancies.words import PROBLEMS
from web.desk.fields import code, day, line, number, ticked, ticks, whole, yuan
from web.forms import Form, text

TEXTS = (
    "title",
    "content",
    "place",
    "region_code",
    "destination",
    "season",
    "source",
    "age_reason",
    "contact",
    "hours_permit",
    "using_unit",
)
CODES = ("kind", "load", "education")
TICKED = ("shifts", "benefits", "tags", "targets")
PLAIN = (
    *("headcount", "hours_per_day", "days_per_week", "min_age", "max_age", "longitude", "latitude"),
    *("start_on", "valid_until", "pieces_per_day", "term_months", "probation_months", "probation_cents"),
)
TERMS = ("required_skills", "preferred_skills", "certificates")

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("The post"), ("title", "kind", "headcount", "content", "pay", "valid_until")),
    (_("Where"), ("place", "region_code", "destination", "longitude", "latitude")),
    (_("Who employs"), ("employer_name", "credit_code", "contact", "phone", "ref", "source")),
    (
        _("Time and load"),
        ("hours_per_day", "days_per_week", "hours_permit", "shifts", "load", "start_on", "season"),
    ),
    (
        _("Contract"),
        ("term_months", "probation_months", "probation_cents", "pieces_per_day", "using_unit"),
    ),
    (
        _("Conditions"),
        (*TERMS, "education", "min_age", "max_age", "age_reason", "targets"),
    ),
    (_("What it offers"), ("benefits", "tags")),
)


class PostForm(Form):
    """Facts of one vacancy."""

    version = HiddenField()
    title = text(_("Title of the post"), message=_("Write the title of the post."), longest=120)
    kind = code(_("Kind of post"), "kind")
    headcount = whole(_("Persons wanted"), 1, 100_000)
    content = TextAreaField(
        _("Content of the work"),
        validators=[Length(max=5000, message=_("This is too long: at most %(max)d characters."))],
    )
    pay = line(_("Pay"), 60)
    valid_until = day(_("Valid until"))
    place = line(_("Place of work"), 200)
    region_code = line(_("Code of the region"), 12)
    destination = line(_("Code of the destination (labour cooperation)"), 12)
    longitude = number(_("Longitude"), 73, 136)
    latitude = number(_("Latitude"), 3, 54)
    contact = line(_("Person to ask"), 60)
    phone = line(_("Telephone to ask"), 40)
    source = line(_("Source of the information"))
    hours_per_day = number(_("Hours a day"), 0.5, 24)
    days_per_week = number(_("Days a week"), 0.5, 7)
    hours_permit = line(_("Number of the permit for special hours"), 60)
    term_months = whole(_("Months of the contract"), 1, 600)
    probation_months = whole(_("Months of probation"), 0, 24)
    probation_cents = yuan(_("Pay a month in probation (yuan)"))
    pieces_per_day = whole(_("Pieces one person makes in a day"), 1, 100_000)
    using_unit = line(_("Dispatched to (the unit where the work is)"), 120)
    shifts = ticks(_("Shifts"), "shifts")
    load = code(_("Load"), "load")
    start_on = day(_("Work begins"))
    season = line(_("Season"), 60)
    required_skills = line(_("Skills required"), 300)
    preferred_skills = line(_("Skills preferred"), 300)
    certificates = line(_("Certificates required"), 300)
    education = code(_("Education required"), "education")
    min_age = whole(_("Youngest age"), 16, 80)
    max_age = whole(_("Oldest age (a suggestion only)"), 16, 80)
    age_reason = line(_("Reason for the ages"), 200)
    targets = ticks(_("Meant for"), "targets")
    benefits = ticks(_("Board and lodging"), "benefits")
    tags = ticks(_("Tags"), "tags")

    def fill(self, facts: Mapping[str, Any], contact: str | None, telephone: str | None) -> None:
        """Show what is stored."""
        for name in (*TEXTS, *PLAIN):
            self[name].data = facts.get(name)
        for name in CODES:
            self[name].data = facts.get(name) or ""
        for name in TICKED:
            self[name].data = list(facts.get(name) or ())
        for name in TERMS:
            self[name].data = "、".join(map(skill_name, facts.get(name) or ()))
        if not facts.get("point_exact"):
            self.longitude.data = self.latitude.data = None
        self.pay.data = facts.get("pay_text")
        self.contact.data, self.phone.data = contact, telephone

    def facts(self) -> dict[str, Any]:
        """What the form says, as facts of a vacancy; what cannot be so is put beside its field."""
        said: dict[str, Any] = {name: self[name].data or None for name in (*TEXTS, *CODES)}
        said |= {name: self[name].data for name in PLAIN}
        said |= {name: ticked(self[name].data) for name in TICKED}
        said |= {name: items(self[name].data) for name in TERMS}
        said["phone"] = self._cell("phone", phone, gettext("This is no telephone number."))
        self._pay(said)
        self._whole_post(said)
        return said

    def _cell(self, name: str, parse: Any, refused: str) -> Any:
        try:
            return parse(self[name].data or None)
        except CellProblem:
            self.refuse(self[name], refused)
            return None

    def _pay(self, said: dict[str, Any]) -> None:
        written = self.pay.data or None
        said["pay_text"] = written
        pay = parse_pay(written) if written else None
        if written and pay is None:
            self.refuse(self.pay, PROBLEMS["pay_form"])
        if pay is not None:
            said |= {
                "pay_low_cents": pay.low_cents,
                "pay_high_cents": pay.high_cents,
                "pay_unit": pay.unit,
            }

    def _whole_post(self, said: dict[str, Any]) -> None:
        if not said["kind"]:
            self.refuse(self.kind, gettext("Choose the kind of post."))
        if (said["longitude"] is None) != (said["latitude"] is None):
            self.refuse(self.latitude, gettext("Write both longitude and latitude, or neither."))
        if said["min_age"] and said["max_age"] and said["min_age"] > said["max_age"]:
            self.refuse(self.max_age, gettext("The oldest age is below the youngest."))
        if (said["min_age"] or said["max_age"]) and not said["age_reason"]:
            self.refuse(self.age_reason, gettext("Write why the ages are limited."))


class NewPostForm(PostForm):
    """A vacancy to be posted, with its employer."""

    token = HiddenField()
    employer_name = line(_("Employer (empty: our organisation)"), 100)
    credit_code = line(_("Unified social credit code"), 20)
    ref = line(_("Our number of the post"), 60)

    def facts(self) -> dict[str, Any]:
        said = super().facts()
        said |= {"employer_name": self.employer_name.data or None, "ref": self.ref.data or None}
        said["credit_code"] = self._cell(
            "credit_code", credit_code, gettext("A credit code has 18 characters; check it.")
        )
        return said
