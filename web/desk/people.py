"""People: found, listed, looked at, corrected, added; masked unless one field is asked for with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import doorbell
from matching.accounts import audit
from matching.accounts.models import Tenant
from matching.errors import DomainError, StaleVersion
from matching.people import claims, doubles, history, queries, service, worklists
from matching.people.completeness import MANDATORY
from matching.people.households import household_for
from matching.people.masking import UNMASKABLE
from matching.people.person_writer import FactRefused
from matching.people.words import FIELDS
from matching.places import regions
from matching.sheets.queries import touches
from matching.vacancies.queries import cards
from web.desk import matches, narrowing, words
from web.desk.history import told
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.person_form import GROUPS, NewPersonForm, PersonForm
from web.desk.roles import READERS, WRITERS
from web.desk.tokens import make_token, open_token
from web.desk.workbooks import export as send_export
from web.extensions import db, services
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("people", __name__, url_prefix="/desk/people")

CODED = ("willingness", "work", "capacity")
HEADERS = ("sex", "age", "phone", "relation", "capacity", "settlement_name", "willingness", "work")


def _filters(source: Any) -> queries.Filters:
    """Filters of an address or a form; codes that mean nothing are left out."""
    chosen: dict[str, Any] = {
        name: source.get(name) for name in CODED if source.get(name) in words.LISTS[name]
    }
    if source.get("settlement"):
        chosen["settlement"] = source["settlement"][:20]
    if source.get("missing") in MANDATORY:
        chosen["missing"] = source["missing"]
    if source.get("eligible") in ("yes", "no"):
        chosen["eligible"] = source["eligible"] == "yes"
    return queries.Filters(**chosen)


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """People of the viewer's area."""
    number, filters, wiring = asked_page(), _filters(request.args), services()
    unknown = _unknown(request.args)
    settlements = queries.settlement_choices(db.session(), g.viewer.scope)
    if filters.settlement and filters.settlement not in ("none", *dict(settlements)):
        unknown.append(filters.settlement)
        filters = replace(filters, settlement=None)
    total, lines = queries.people_page(
        db.session(),
        wiring.keyring,
        g.viewer.scope,
        filters,
        wiring.clock.today(),
        limit=SIZE,
        offset=offset_of(number),
    )
    return render_template(
        "desk/people/list.html",
        lines=lines,
        filters=filters,
        parts=narrowing.sentence(_parts(filters, dict(settlements))),
        unknown=unknown,
        settlements=settlements,
        options=words.options,
        paging=Paging(number, total),
        now=wiring.clock.now(),
    )


def _parts(filters: queries.Filters, settlements: dict[str, str]) -> dict[str, str]:
    """The filters in words."""
    parts: dict[str, str] = {}
    if filters.settlement:
        parts["settlement"] = settlements.get(filters.settlement) or _("Settlement not stated")
    if filters.eligible is not None:
        parts["eligible"] = _("Jobseeker") if filters.eligible else _("no jobseeker")
    for name in CODED:
        if code := getattr(filters, name):
            parts[name] = f"{FIELDS[name]}:{words.word(code, name)}"
    if filters.missing:
        parts["missing"] = _("Missing: %(name)s", name=FIELDS[filters.missing])
    return parts


def _unknown(source: Any) -> list[str]:
    """Values of filters that mean nothing here: said, not passed over."""
    known: dict[str, Any] = {name: words.LISTS[name] for name in CODED}
    known |= {"missing": MANDATORY, "eligible": ("yes", "no")}
    return [
        source[name][:40] for name, codes in known.items() if source.get(name) and source[name] not in codes
    ]


@blueprint.post("/find")
@allowed(*READERS)
def find() -> ResponseReturnValue:
    """Find by name, telephone or last four; what was looked for stands in no address and in no log."""
    text, wiring = request.form.get("text", "")[:60].strip(), services()
    by, lines = queries.find_people(db.session(), wiring.keyring, g.viewer.scope, text, wiring.clock.today())
    with doorbell.work(wiring) as session:
        audit.record(
            session, g.viewer.scope, "people.found", "member", None, wiring.clock.now(),
            fields={"by": by, "rows": len(lines)},
        )  # fmt: skip
    return render_template("desk/people/found.html", lines=lines, text=text, by=by, most=queries.MOST_FOUND)


@blueprint.post("/export")
@allowed(*READERS)
def export() -> ResponseReturnValue:
    """The list as a workbook, masked."""
    wiring, filters = services(), _filters(request.form)
    lines = queries.every_person(db.session(), wiring.keyring, g.viewer.scope, filters, wiring.clock.today())
    headers = [FIELDS["name"], *(FIELDS[name] for name in HEADERS), _("Fields missing")]
    rows = ([line.name, *(_cell(line, name) for name in HEADERS), line.missing] for line in lines)
    return send_export("people.exported", "member", _("People"), headers, rows, filters=filters.named())


def _cell(line: queries.PersonLine, name: str) -> Any:
    value = getattr(line, "settlement" if name == "settlement_name" else name)
    return words.word(value, name) if value is not None and name in words.LISTS else value


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """A person: facts, household, work, matches with reasons, where facts came from, history."""
    kept = doubles.kept_instead(db.session(), g.viewer.scope, public_id)
    return redirect(url_for(".one", public_id=kept)) if kept else _page(public_id)


def _page(public_id: str, **more: Any) -> str:
    session, scope, wiring = db.session(), g.viewer.scope, services()
    today = wiring.clock.today()
    person = queries.person(session, wiring.keyring, scope, public_id, today)
    found = matches.of_person(person.jobseeker_id) if person.eligible and person.jobseeker_id else None
    posts = {}
    if found is not None:
        ids = [match.row_id for match in found.matches] + [match.row_id for match in found.near_misses]
        posts = {card.id: card for card in cards(session, ids, today, wiring.keyring)}
    conflicts = worklists.conflicts(
        session, wiring.keyring, scope, member_id=person.member_id, limit=SIZE, offset=0
    )[1]
    return render_template(
        "desk/people/one.html",
        person=person,
        members=queries.members_of(session, wiring.keyring, scope, person.household, today),
        spells=history.spells(session, scope, person.member_id),
        wishes=history.willingness_history(session, scope, person.member_id),
        sources=history.sources(session, scope, person.member_id),
        events=told(history.events(session, "member", person.member_id)),
        touches=touches(session, "member", person.member_id),
        conflicts=conflicts,
        telephones=claims.count_links(session, scope, public_id),
        found=found,
        posts=posts,
        highest=matches.highest(found) if found else 1,
        first=matches.FIRST,
        unmaskable=UNMASKABLE,
        now=wiring.clock.now(),
        **more,
    )


@blueprint.post("/<public_id>/unmask")
@allowed(*WRITERS)
def unmask(public_id: str) -> ResponseReturnValue:
    """Show one closed fact, once, for a reason; the look is audited in the transaction that opens it."""
    wiring, field, reason = services(), request.form.get("field", ""), request.form.get("reason", "")
    try:
        with doorbell.work(wiring) as session:
            value = service.unmask(
                session, g.viewer.scope, wiring.keyring, public_id, field, reason, wiring.clock.now()
            )
    except DomainError as error:
        if error.code != "reason_needed":
            raise
        page = _page(public_id, asked=field, reason=reason, refusal=sentence(error), failed=True)
        return page, 422
    db.session.rollback()  # the page's own reading began before the look was recorded
    return _page(public_id, shown=field, value=_said(field, value))


def _said(field: str, value: Any) -> str:
    if value in (None, "", [], ()):
        return words.UNSTATED
    return words.word(value, field) if field in words.LISTS else str(value)


@blueprint.get("/<public_id>/correct")
@allowed(*WRITERS)
def correct(public_id: str) -> ResponseReturnValue:
    """The form to correct a person."""
    person = _person(public_id)
    form = PersonForm(formdata=None)
    form.fill(_all_facts(person))
    form.version.data = str(person.version)
    return _correct_page(form, person)


def _person(public_id: str) -> queries.PersonPage:
    wiring = services()
    return queries.person(db.session(), wiring.keyring, g.viewer.scope, public_id, wiring.clock.today())


def _all_facts(person: queries.PersonPage) -> dict[str, Any]:
    """The open facts, and those of the present period of work."""
    facts = dict(person.facts)
    spells = history.spells(db.session(), g.viewer.scope, person.member_id)
    if spells and spells[0].ended_on is None:
        now = spells[0]
        facts |= {"employer_name": now.employer, "channel": now.channel, "work_start": now.started_on}
        facts["monthly_income_cents"] = now.monthly_income_cents
    return facts


@blueprint.post("/<public_id>/correct")
@allowed(*WRITERS)
def save(public_id: str) -> ResponseReturnValue:
    """Correct a person; what was changed by somebody else meanwhile is shown beside what was typed."""
    person, wiring, form = _person(public_id), services(), PersonForm()
    prefecture = regions.prefecture_of(person.county) or person.county
    said = form.changes(person.county, prefecture) if form.validate() else {}
    if form.errors:
        return _correct_page(form, person, status=422)
    try:
        with doorbell.work(wiring) as session:
            service.correct_person(
                session,
                g.viewer.scope,
                wiring.keyring,
                public_id,
                int(form.version.data) if (form.version.data or "").isdigit() else 0,
                said,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except StaleVersion:
        differences = _differences(said, _all_facts(person))
        form.version.data = str(person.version)
        return _correct_page(form, person, rows=differences, status=409)
    except FactRefused as refusal:
        _refuse(form, refusal)
        return _correct_page(form, person, refusal=refusal, status=422)
    flash(_("The correction is stored."))
    return redirect(url_for(".one", public_id=public_id), 303)


def _differences(said: dict[str, Any], stored: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Open facts that differ: field, what is stored now, what was typed."""
    return [
        (FIELDS[name], _shown(name, stored.get(name)), _shown(name, value))
        for name, value in said.items()
        if name in FIELDS and name not in queries.CLOSED and _plain(value) != _plain(stored.get(name))
    ]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(name: str, value: Any) -> str:
    if name in ("skills", "certificates"):
        return words.skills(value)
    if name == "wanted_regions":
        return "、".join(map(words.region, value or ())) or words.UNSTATED
    if name.endswith("_cents"):
        return words.yuan(value)
    if isinstance(value, bool):
        return words.yes_no(value)
    return words.word(value, name) if name in words.LISTS else words.word(value, "field")


def _refuse(form: PersonForm, refusal: FactRefused) -> None:
    form.refuse(form[refusal.field], refusal)


def _correct_page(form: PersonForm, person: queries.PersonPage, **more: Any) -> ResponseReturnValue:
    status = more.pop("status", 200)
    page = render_template(
        "desk/people/correct.html", form=form, person=person, groups=GROUPS, failed=status != 200, **more
    )
    return page, status


@blueprint.get("/new")
@allowed(*WRITERS)
def new() -> ResponseReturnValue:
    """The form to add a person."""
    form = NewPersonForm(formdata=None)
    form.token.data = make_token()
    return _new_page(form)


@blueprint.post("/new")
@allowed(*WRITERS)
def add() -> ResponseReturnValue:
    """Add a person; the same form sent twice adds one."""
    form, wiring = NewPersonForm(), services()
    public_id = open_token(form.token.data)
    form.settlement.choices = []
    home = g.viewer.scope.county or _prefecture(db.session())
    said = form.changes(home, regions.prefecture_of(home) or home) if form.validate() else {}
    if form.errors:
        return _new_page(form, status=422)
    try:
        with doorbell.work(wiring) as session:
            if not _there(session, public_id):
                _add(session, form, said, public_id)
    except FactRefused as refusal:
        _refuse(form, refusal)
        return _new_page(form, refusal=refusal, status=422)
    except DomainError as error:
        if error.code != "region_unknown":
            raise
        form.refuse(form.region_code, error)
        return _new_page(form, status=422)
    flash(_("The person is stored."))
    return redirect(url_for(".one", public_id=public_id), 303)


def _there(session: Session, public_id: str) -> bool:
    try:
        queries.member_in_scope(session, g.viewer.scope, public_id)
    except DomainError:
        return False
    return True


def _add(session: Session, form: NewPersonForm, said: dict[str, Any], public_id: str) -> None:
    wiring = services()
    now, today = wiring.clock.now(), wiring.clock.today()
    household = household_for(
        session,
        g.viewer.scope,
        code=form.household_code.data or None,
        settlement=form.settlement.data or None,
        region_code=form.region_code.data or None,
        now=now,
    )
    service.add_person(
        session, g.viewer.scope, wiring.keyring, household, said, public_id=public_id, today=today, now=now
    )


def _prefecture(session: Session) -> str:
    tenant = session.get(Tenant, g.viewer.scope.tenant_id) if g.viewer.scope.tenant_id else None
    return tenant.prefecture if tenant else ""


def _new_page(form: NewPersonForm, **more: Any) -> ResponseReturnValue:
    status = more.pop("status", 200)
    known = queries.settlement_choices(db.session(), g.viewer.scope)
    form.settlement.choices = words.choices([("", words.UNSTATED), *known])
    page = render_template("desk/people/new.html", form=form, groups=GROUPS, failed=status != 200, **more)
    return page, status


@blueprint.post("/conflicts/<int:conflict_id>")
@allowed(*WRITERS)
def decide(conflict_id: int) -> ResponseReturnValue:
    """Take what a sheet offers, or keep what was corrected by hand."""
    wiring = services()
    with doorbell.work(wiring) as session:
        member = service.resolve_conflict(
            session,
            g.viewer.scope,
            wiring.keyring,
            conflict_id,
            take=request.form.get("decide") == "take",
            today=wiring.clock.today(),
            now=wiring.clock.now(),
        )
        address = url_for(".one", public_id=member.public_id)
    flash(_("It is decided."))
    return redirect(url_for("worklists.conflicts") if request.form.get("back") else address, 303)
