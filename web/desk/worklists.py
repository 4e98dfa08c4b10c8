"""Worklists: what somebody has to look at, each row with its next step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, SelectChoice, SelectField

import doorbell
from matching.errors import NotFound, StaleVersion
from matching.people import households, queries, worklists
from matching.people.completeness import completeness
from matching.people.person_writer import FactRefused
from web.desk import words
from web.desk.fields import line
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.desk.workbooks import export as send_export
from web.extensions import db, services
from web.forms import Form
from web.gate import allowed

blueprint = Blueprint("worklists", __name__, url_prefix="/desk/worklists")


class PlaceForm(Form):
    """The settlement of a household."""

    version = HiddenField()
    settlement = SelectField(lazy_gettext("Settlement"), validate_choice=False)


class LinkForm(Form):
    """The key of a provisional household."""

    version = HiddenField()
    way = RadioField(
        lazy_gettext("This household"),
        choices=[
            SelectChoice("link", lazy_gettext("belongs to a household that is known")),
            SelectChoice("own", lazy_gettext("is one of its own")),
        ],
        default="link",
    )
    code = line(lazy_gettext("Key of the household"), 40)


HOUSEHOLDS = {
    "unplaced": worklists.unplaced_households,
    "provisional": worklists.provisional_households,
}


def _households(name: str, title: str, explanation: str, empty: str) -> ResponseReturnValue:
    number = asked_page()
    total, lines = HOUSEHOLDS[name](db.session(), g.viewer.scope, limit=SIZE, offset=offset_of(number))
    return render_template(
        "desk/worklists/households.html",
        lines=lines,
        name=name,
        title=title,
        explanation=explanation,
        empty=empty,
        paging=Paging(number, total),
        now=services().clock.now(),
    )


@blueprint.get("/unplaced")
@allowed(*READERS)
def unplaced() -> ResponseReturnValue:
    """Households of which no settlement is stated."""
    return _households(
        "unplaced",
        _("Settlement not stated"),
        _("These households went in under their village or county. Say in which settlement they live."),
        _("Every household has its settlement."),
    )


@blueprint.get("/provisional")
@allowed(*READERS)
def provisional() -> ResponseReturnValue:
    """Households that came without a key."""
    return _households(
        "provisional",
        _("Provisional households"),
        _("Their sheets had no household key. They count in no household figure until they are linked."),
        _("Every household has its key."),
    )


@blueprint.post("/<any(unplaced,provisional):name>/export")
@allowed(*READERS)
def export(name: str) -> ResponseReturnValue:
    """A worklist of households as a workbook, masked."""
    _total, lines = HOUSEHOLDS[name](db.session(), g.viewer.scope, limit=1_000_000, offset=0)
    headers = [_("Head of the household"), _("Key of the household"), _("Region"), _("People")]
    rows = ([one.name, one.code, words.region(one.region_code), one.members] for one in lines)
    titles = {"unplaced": _("Settlement not stated"), "provisional": _("Provisional households")}
    return send_export(
        "households.exported", "household", titles[name], headers, rows, filters={"list": name}
    )


@blueprint.get("/households/<public_id>")
@allowed(*READERS)
def household(public_id: str) -> ResponseReturnValue:
    """One household: where it lives, and its key."""
    return _household_page(public_id)


def _household_page(
    public_id: str, *, place: PlaceForm | None = None, link: LinkForm | None = None, status: int = 200
) -> ResponseReturnValue:
    found = worklists.household_line(db.session(), g.viewer.scope, public_id)
    if found is None:
        raise NotFound("household_unknown")
    place, link = place or PlaceForm(formdata=None), link or LinkForm(formdata=None)
    place.version.data = link.version.data = str(found.version)
    known = queries.settlement_choices(db.session(), g.viewer.scope)
    place.settlement.choices = words.choices([("", _("Choose one")), *known])
    page = render_template(
        "desk/worklists/household.html",
        household=found,
        members=queries.members_of(
            db.session(), services().keyring, g.viewer.scope, public_id, services().clock.today()
        ),
        place=place,
        link=link,
        failed=status != 200,
    )
    return page, status


@blueprint.post("/households/<public_id>/place")
@allowed(*WRITERS)
def place(public_id: str) -> ResponseReturnValue:
    """Say in which settlement a household lives."""
    form, wiring = PlaceForm(), services()
    form.settlement.choices = []
    if not form.settlement.data:
        form.refuse(form.settlement, _("Choose the settlement."))
        return _household_page(public_id, place=form, status=422)
    try:
        with doorbell.work(wiring) as session:
            households.place_household(
                session,
                g.viewer.scope,
                wiring.keyring,
                public_id,
                _version(form.version.data),
                form.settlement.data,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except StaleVersion as error:
        form.refuse(form.settlement, error)
        return _household_page(public_id, place=form, status=409)
    flash(_("The household has its settlement."))
    return redirect(url_for(".unplaced"), 303)


@blueprint.post("/households/<public_id>/link")
@allowed(*WRITERS)
def link(public_id: str) -> ResponseReturnValue:
    """Link a provisional household, or give it a key of its own."""
    form, wiring = LinkForm(), services()
    try:
        with doorbell.work(wiring) as session:
            households.link_household(
                session,
                g.viewer.scope,
                wiring.keyring,
                public_id,
                _version(form.version.data),
                (form.code.data or "")[:40],
                new=form.way.data == "own",
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except (FactRefused, StaleVersion) as error:
        form.refuse(form.code, error)
        return _household_page(public_id, link=form, status=409 if isinstance(error, StaleVersion) else 422)
    flash(_("The household is linked."))
    return redirect(url_for(".provisional"), 303)


def _version(text: Any) -> int:
    return int(text) if str(text or "").isdigit() else 0


@blueprint.get("/unconfirmed")
@allowed(*READERS)
def unconfirmed() -> ResponseReturnValue:
    """Settlements that were made from a ledger's mention."""
    lines = [one for one in completeness(db.session(), g.viewer.scope) if one.unconfirmed]
    return render_template("desk/worklists/unconfirmed.html", lines=lines, now=services().clock.now())


@blueprint.get("/conflicts")
@allowed(*READERS)
def conflicts() -> ResponseReturnValue:
    """What sheets offer for fields that were corrected by hand."""
    number = asked_page()
    total, lines = worklists.conflicts(
        db.session(), services().keyring, g.viewer.scope, limit=SIZE, offset=offset_of(number)
    )
    return render_template(
        "desk/worklists/conflicts.html", lines=lines, paging=Paging(number, total), now=services().clock.now()
    )


@blueprint.get("/doubles")
@allowed(*READERS)
def doubles() -> ResponseReturnValue:
    """People of one name and birth date."""
    number = asked_page()
    total, lines = worklists.likely_doubles(
        db.session(), g.viewer.scope, limit=SIZE, offset=offset_of(number)
    )
    return render_template(
        "desk/worklists/doubles.html", lines=lines, paging=Paging(number, total), now=services().clock.now()
    )


@blueprint.get("/transfers")
@allowed(*READERS)
def transfers() -> ResponseReturnValue:
    """People whom a ledger of one county named and another county keeps."""
    number = asked_page()
    total, lines = worklists.transfers(db.session(), g.viewer.scope, limit=SIZE, offset=offset_of(number))
    return render_template(
        "desk/worklists/transfers.html", lines=lines, paging=Paging(number, total), now=services().clock.now()
    )


@blueprint.post("/transfers/<int:transfer_id>")
@allowed(*WRITERS)
def settle(transfer_id: int) -> ResponseReturnValue:
    """Note that the two counties settled a request."""
    with doorbell.work(services()) as session:
        households.settle_transfer(session, g.viewer.scope, transfer_id, services().clock.now())
    flash(_("The request is settled."))
    return redirect(url_for(".transfers"), 303)
