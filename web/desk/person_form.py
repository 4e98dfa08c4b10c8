"""The form of a person's facts: from facts to fields, and back to what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField

from matching.occupations.skills import name as skill_name
from matching.occupations.skills import parse_certificates, parse_skills
from matching.people.ledger_facts import wanted_regions
from matching.people.words import FIELDS
from matching.places import regions
from web.desk.fields import answer, answer_of, code, day, line, ticked, ticks, to_answer, whole, yuan
from web.forms import Form

#: Fields whose value is never shown again: an empty one leaves the fact as it is.
KEPT_WHEN_EMPTY = ("name", "id_number", "phone", "household_phone", "birth_date", "health")
TEXTS = ("training_wish", "work_place", "employer_name")
CODES = (
    *("id_type", "relation", "sex", "education", "school", "capacity", "work", "channel"),
    *("willingness", "reach", "resettlement", "monitored"),
)
ANSWERED = ("will_leave", "relocated", "lifted", "low_income", "destitute")
TICKED = ("shifts", "care")
PLAIN = ("work_start", "monthly_income_cents", "wage_floor_cents", "household_size")

#: Groups of the form, in the order of the page.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Who"),
        ("name", "id_type", "id_number", "birth_date", "sex", "relation", "phone", "phone_gone"),
    ),
    (_("Able to"), ("education", "school", "capacity", "health", "skills", "certificates")),
    (
        _("Work now"),
        ("work", "work_place", "employer_name", "channel", "work_start", "monthly_income_cents"),
    ),
    (
        _("Wishes"),
        (
            *("willingness", "training_wish", "reach", "will_leave", "wanted_regions", "wage_floor_cents"),
            *("shifts", "care"),
        ),
    ),
    (
        _("Household"),
        (
            *("household_size", "household_phone", "relocated", "resettlement", "monitored"),
            *("lifted", "low_income", "destitute"),
        ),
    ),
)


class PersonForm(Form):
    """Facts of one person; labels are those of the ledgers."""

    version = HiddenField()
    name = line(FIELDS["name"], 60)
    id_type = code(FIELDS["id_type"], "id_type")
    id_number = line(FIELDS["id_number"], 40)
    birth_date = day(FIELDS["birth_date"])
    sex = code(FIELDS["sex"], "sex")
    relation = code(FIELDS["relation"], "relation")
    phone = line(FIELDS["phone"], 40)
    phone_gone = BooleanField(_("The number on record is no longer theirs"))
    education = code(FIELDS["education"], "education")
    school = code(FIELDS["school"], "school")
    capacity = code(FIELDS["capacity"], "capacity")
    health = ticks(FIELDS["health"], "health")
    skills = line(FIELDS["skills"], 300)
    certificates = line(FIELDS["certificates"], 300)
    work = code(FIELDS["work"], "work")
    work_place = line(FIELDS["work_place"])
    employer_name = line(FIELDS["employer_name"])
    channel = code(FIELDS["channel"], "channel")
    work_start = day(FIELDS["work_start"])
    monthly_income_cents = yuan(_("Income a month (yuan)"))
    willingness = code(FIELDS["willingness"], "willingness")
    training_wish = line(FIELDS["training_wish"], 60)
    reach = code(FIELDS["reach"], "reach")
    will_leave = answer(FIELDS["will_leave"])
    wanted_regions = line(FIELDS["wanted_regions"], 200)
    wage_floor_cents = yuan(_("Wanted pay (yuan a month)"))
    shifts = ticks(FIELDS["shifts"], "shifts")
    care = ticks(FIELDS["care"], "care", none="没有照料责任")
    household_size = whole(FIELDS["household_size"], 1, 40)
    household_phone = line(FIELDS["household_phone"], 40)
    relocated = answer(FIELDS["relocated"])
    resettlement = code(FIELDS["resettlement"], "resettlement")
    monitored = code(FIELDS["monitored"], "monitored")
    lifted = answer(FIELDS["lifted"])
    low_income = answer(FIELDS["low_income"])
    destitute = answer(FIELDS["destitute"])

    def fill(self, facts: Mapping[str, Any]) -> None:
        """Show facts; those that stay closed are left empty."""
        for name in (*TEXTS, *CODES, *PLAIN):
            self[name].data = facts.get(name)
        for name in CODES:
            self[name].data = str(getattr(facts.get(name), "value", facts.get(name) or ""))
        for name in ANSWERED:
            self[name].data = to_answer(facts.get(name))
        for name in TICKED:
            codes = facts.get(name)
            self[name].data = ["none"] if codes == [] and name == "care" else list(codes or ())
        self.skills.data = _joined(map(skill_name, facts.get("skills") or ()))
        self.certificates.data = _joined(map(skill_name, facts.get("certificates") or ()))
        self.wanted_regions.data = _joined(map(_region_name, facts.get("wanted_regions") or ()))

    def changes(self, county: str, prefecture: str) -> dict[str, Any]:
        """What the form says, by field; what could not be understood is put beside its field.

        Args:
            county, prefecture: 6 digits; 本县 and short names are understood by them.
        """
        said: dict[str, Any] = {name: self[name].data or None for name in (*TEXTS, *CODES)}
        said |= {name: self[name].data for name in PLAIN}
        said |= {name: answer_of(self[name].data) for name in ANSWERED}
        said |= {name: ticked(self[name].data) for name in TICKED}
        said["skills"] = self._terms(self.skills, parse_skills)
        said["certificates"] = self._terms(self.certificates, parse_certificates)
        said["wanted_regions"] = self._regions(county, prefecture)
        for name in KEPT_WHEN_EMPTY:
            if self[name].data:
                said[name] = self[name].data
        if self.phone_gone.data and not self.phone.data:
            said["phone"] = None
        return said

    def _terms(self, field: Field, parse: Any) -> list[str] | None:
        found: list[str] = []
        for item in _items(field.data):
            codes = [] if item == "无" else parse(item)
            if not codes and item != "无":
                self.refuse(field, gettext("“%(word)s” is not known. Try another word.", word=item))
            found += codes
        return list(dict.fromkeys(found)) if field.data else None

    def _regions(self, county: str, prefecture: str) -> list[str] | None:
        found: list[str] = []
        for item in _items(self.wanted_regions.data):
            codes = wanted_regions((item,), county, prefecture)
            if not codes:
                self.refuse(self.wanted_regions, gettext("“%(word)s” is not a place we know.", word=item))
            found += codes
        return list(dict.fromkeys(found)) or None


class NewPersonForm(PersonForm):
    """A person to be added, with the household that they belong to."""

    token = HiddenField()
    household_code = line(FIELDS["household_code"], 40)
    settlement = SelectField(FIELDS["settlement_name"], validate_choice=False, default="")
    region_code = line(_("Code of the region"), 12)


def _items(text: str | None) -> list[str]:
    plain = text or ""
    for mark in ",,;;/ ":
        plain = plain.replace(mark, "、")
    return [item.strip() for item in plain.split("、") if item.strip()]


def _joined(names: Any) -> str:
    return "、".join(names)


def _region_name(region: str) -> str:
    return regions.full_name(region)
