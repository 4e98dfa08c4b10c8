"""One short form for each kind of post: the same fields as at the desk, those only that the kind needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice, SelectField

from matching.places import regions
from matching.places.names import ARTIFICIAL
from matching.vacancies.codes import Kind, Tag
from web.desk.fields import day
from web.desk.post_form import PostForm
from web.public.place import counties

#: What every post says first (L1).
FIRST = ("title", "headcount", "content", "pay", "region_code", "place")
WHEN = ("hours_per_day", "days_per_week", "shifts")
ASK = ("contact", "phone", "valid_until")
#: Kind → what else is asked for.
OF_KIND: dict[str, tuple[str, ...]] = {
    Kind.SUPPORT_WORKSHOP: ("pieces_per_day", "load", "benefits", "tags"),
    Kind.ENTERPRISE: ("term_months", "probation_months", "probation_cents", "benefits", "tags"),
    Kind.COOPERATIVE: ("season", "start_on", "load", "benefits", "tags"),
    Kind.LABOUR_COOPERATION: ("destination", "term_months", "start_on", "benefits", "tags"),
    Kind.WORK_RELIEF: ("start_on", "season", "load", "benefits"),
    Kind.GOVERNMENT_PROJECT: ("start_on", "load", "certificates", "benefits"),
}
MORE = (
    *("required_skills", "preferred_skills", "certificates", "education"),
    *("min_age", "max_age", "age_reason", "hours_permit", "using_unit"),
)
#: Not kept with a draft: they belong to one showing of the form.
NOT_KEPT = frozenset({"csrf_token", "version", "do"})
LONGEST = 5_000


def groups_of(kind: str) -> tuple[tuple[Any, tuple[str, ...]], ...]:
    """The groups of a kind's form; what is asked for by few stands folded away at its end."""
    special = OF_KIND.get(kind, OF_KIND[Kind.ENTERPRISE])
    more = tuple(name for name in MORE if name not in special)
    return (
        (_("The post"), FIRST),
        (_("Time"), WHEN),
        (_("More about it"), special),
        (_("Whom to ask"), ASK),
        (_("Only if it is needed"), more),
    )


class EmployerPostForm(PostForm):
    """A post as its employer writes it: places are chosen, not typed as codes."""

    region_code = SelectField(_("County of the work"), default="")
    destination = SelectField(_("Where people go to"), default="")
    valid_until = day(_("Valid until"))

    def facts(self) -> dict[str, Any]:
        said = super().facts()
        if said["kind"] == Kind.LABOUR_COOPERATION and not said["destination"]:
            self.refuse(self.destination, str(_("Choose where people go to.")))
        return said


def form_of(kind: str, fields: Mapping[str, list[str]] | None = None) -> EmployerPostForm:
    """The form as it was sent, or with what a draft keeps.

    Args:
        kind: of the draft; the form cannot change it.
    """
    form = EmployerPostForm() if fields is None else EmployerPostForm(formdata=MultiDict(dict(fields)))
    form.region_code.choices = [
        SelectChoice("", _("Please choose")),
        *(SelectChoice(region.code, region.name) for region in counties()),
    ]
    form.destination.choices = [SelectChoice("", _("Please choose")), *_destinations()]
    form.kind.data = kind
    # An office certifies a base; an employer does not call itself one.
    form.tags.choices = [choice for choice in form.tags.choices if choice.value != Tag.CERTIFIED_BASE]
    return form


@cache
def _prefectures() -> tuple[tuple[str, str], ...]:
    found = []
    for province in regions.provinces():
        found += [
            (region.code, f"{province.name} {region.name}" if region.name not in ARTIFICIAL else "")
            for region in regions.children(province.code)
        ]
    return tuple((code, name) for code, name in found if name)


def _destinations() -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in _prefectures()]


def kept(form: EmployerPostForm, sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """What a draft keeps of what was sent: the form's own fields, as typed."""
    names = [field.name for field in form if field.name not in NOT_KEPT and field.name != "kind"]
    return {name: [value[:LONGEST] for value in sent.getlist(name)[:40]] for name in names if name in sent}


def fields_of(form: EmployerPostForm) -> dict[str, list[str]]:
    """What stands in a form that was filled from a stored post, as its browser would send it."""
    sent: dict[str, list[str]] = {}
    for field in form:
        if field.name in NOT_KEPT or field.name == "kind" or not field.data:
            continue
        if isinstance(field.data, list):
            sent[field.name] = [str(value) for value in field.data]
        else:
            sent[field.name] = [str(field._value() if hasattr(field, "_value") else field.data)]
    return sent
