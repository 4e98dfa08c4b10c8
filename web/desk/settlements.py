"""Settlements with how complete their ledgers are; added, corrected and confirmed by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import HiddenField

import doorbell
from matching.accounts.scope import Scope
from matching.errors import DomainError, NotFound, StaleVersion
from matching.people import history, worklists
from matching.people.completeness import MANDATORY, completeness
from matching.people.settlement_service import save_settlement
from matching.people.words import FIELDS
from matching.places.models import Settlement
from matching.sheets.queries import touches
from web.desk import words
from web.desk.fields import code, number, whole
from web.desk.history import told
from web.desk.roles import READERS, WRITERS
from web.desk.workbooks import export as send_export
from web.extensions import db, services
from web.forms import Form, text
from web.gate import allowed

blueprint = Blueprint("settlements", __name__, url_prefix="/desk/settlements")

#: Code of a refusal → field.
ABOUT = {"settlement_exists": "name", "region_unknown": "region_code", "other_county": "region_code"}


class SettlementForm(Form):
    """One settlement."""

    version = HiddenField()
    name = text(lazy_gettext("Name of the settlement"), message=lazy_gettext("Write the name."), longest=60)
    region_code = text(
        lazy_gettext("Code of the region"),
        message=lazy_gettext("Write the code of the county, township or village."),
        longest=12,
    )
    resettlement = code(lazy_gettext("Way of resettlement"), "resettlement")
    persons = whole(lazy_gettext("Persons relocated"), 0, 100_000)
    longitude = number(lazy_gettext("Longitude"), 73, 136)
    latitude = number(lazy_gettext("Latitude"), 3, 54)

    def fill(self, row: Settlement) -> None:
        """Show what is stored; the county's point is not the settlement's."""
        self.version.data = str(row.version)
        for name in ("name", "region_code", "persons"):
            self[name].data = getattr(row, name)
        self.resettlement.data = row.resettlement or ""
        if row.point_exact:
            self.longitude.data, self.latitude.data = row.longitude, row.latitude


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Every settlement of the viewer's area, with what is missing there."""
    lines = completeness(db.session(), g.viewer.scope)
    return render_template(
        "desk/settlements/list.html",
        lines=lines,
        fields=MANDATORY,
        now=services().clock.now(),
    )


@blueprint.post("/export")
@allowed(*READERS)
def export() -> ResponseReturnValue:
    """The list as a workbook."""
    lines = completeness(db.session(), g.viewer.scope)
    headers = [FIELDS["settlement_name"], _("County"), _("People"), _("Complete, percent")]
    headers += [_("Missing: %(name)s", name=FIELDS[name]) for name in MANDATORY]
    rows = (
        [
            *(one.name or words.UNSTATED, words.place_name(one.county), one.persons, one.percent),
            *(one.missing.get(name, 0) for name in MANDATORY),
        ]
        for one in lines
    )
    return send_export("settlements.exported", "settlement", _("Settlements"), headers, rows)


@blueprint.get("/new")
@allowed(*WRITERS)
def new() -> ResponseReturnValue:
    """The form to add a settlement."""
    form = SettlementForm(formdata=None)
    form.region_code.data = g.viewer.scope.county or ""
    return _form_page(form, None)


@blueprint.post("/new")
@allowed(*WRITERS)
def add() -> ResponseReturnValue:
    """Add a settlement; a second one of the same name and county is refused."""
    form = SettlementForm()
    if not _valid(form):
        return _form_page(form, None, 422)
    try:
        _save(form, None)
    except DomainError as error:
        return _refused(form, None, error)
    flash(_("The settlement is stored."))
    return redirect(url_for(".listing"), 303)


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """A settlement, to be corrected or confirmed."""
    form, row = SettlementForm(formdata=None), _find(g.viewer.scope, public_id)
    form.fill(row)
    return _form_page(form, row)


@blueprint.post("/<public_id>")
@allowed(*WRITERS)
def save(public_id: str) -> ResponseReturnValue:
    """Correct or confirm a settlement."""
    form, row = SettlementForm(), _find(g.viewer.scope, public_id)
    if not _valid(form):
        return _form_page(form, row, 422)
    try:
        _save(form, public_id)
    except StaleVersion as error:
        form.version.data = str(row.version)
        form.form_errors.append(_("Somebody changed it meanwhile. What is stored now stands below."))
        return _form_page(form, row, 409, stored=row, stale=error.code)
    except DomainError as error:
        return _refused(form, row, error)
    flash(_("The settlement is stored."))
    return redirect(url_for(".one", public_id=public_id), 303)


def _find(scope: Scope, public_id: str) -> Settlement:
    found = db.session.scalar(
        select(Settlement).where(Settlement.public_id == public_id, worklists.sites_in(scope))
    )
    if found is None:
        raise NotFound("settlement_missing")
    return found


def _valid(form: SettlementForm) -> bool:
    good: bool = form.validate()
    if good and (form.longitude.data is None) != (form.latitude.data is None):
        form.refuse(form.latitude, _("Write both longitude and latitude, or neither."))
        good = False
    return good


def _save(form: SettlementForm, public_id: str | None) -> None:
    with doorbell.work(services()) as session:
        save_settlement(
            session,
            g.viewer.scope,
            public_id=public_id,
            version=int(form.version.data) if (form.version.data or "").isdigit() else None,
            name=form.name.data,
            region_code=form.region_code.data,
            resettlement=form.resettlement.data or None,
            persons=form.persons.data,
            longitude=form.longitude.data,
            latitude=form.latitude.data,
            now=services().clock.now(),
        )


def _refused(form: SettlementForm, row: Settlement | None, error: DomainError) -> ResponseReturnValue:
    if error.code not in ABOUT:
        raise error
    form.refuse(form[ABOUT[error.code]], error)
    return _form_page(form, row, 422)


def _form_page(
    form: SettlementForm, row: Settlement | None, status: int = 200, **more: Any
) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "desk/settlements/one.html",
        form=form,
        row=row,
        events=told(history.events(session, "settlement", row.id)) if row else [],
        touches=touches(session, "settlement", row.id) if row else [],
        failed=status != 200,
        **more,
    )
    return page, status
