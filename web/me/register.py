"""Who is in no ledger registers: name, ID number if she likes, place.

The answers travel in a sealed cookie, so nothing is stored before the last step, a step can be gone back to,
and no address or page holds an ID number that was typed earlier.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

import doorbell
from matching.accounts import phones
from matching.accounts.models import Role
from matching.crypto import KeyMissing
from matching.db import new_public_id
from matching.errors import DomainError
from matching.people.claims import id_number
from matching.people.registration import Newcomer, register
from matching.places.queries import counties_with_sites, sites_in
from web.extensions import db, services
from web.gate import allowed
from web.me.base import arrive, blueprint, onward, step
from web.me.forms import NameForm, OwnNumberForm
from web.public.place import counties, find
from web.words import sentence

HOUR = 3600
SEAL = "me.draft"
#: Refusals that are about the ID number.
ABOUT_NUMBER = ("id_number_form", "under_16")


def _cookie() -> str:
    return "__Host-anye_draft" if services().settings.https else "anye_draft"


def _draft() -> dict[str, Any]:
    """What was answered so far by this account."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_cookie(), ""))
        found = services().keyring.open_facts(sealed, SEAL)
    except (KeyMissing, ValueError, binascii.Error):
        return {}
    return found if found.get("account") == g.viewer.account.id else {}


def _keep(response: Response, draft: dict[str, Any]) -> Response:
    sealed = services().keyring.seal_facts({**draft, "account": g.viewer.account.id}, SEAL)
    response.set_cookie(
        _cookie(),
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=HOUR,
        httponly=True,
        secure=services().settings.https,
        samesite="Lax",
        path="/",
    )
    return response


@blueprint.get("/me/register")
@allowed(Role.JOBSEEKER)
def register_name() -> ResponseReturnValue:
    """First: the name."""
    return _name_page(NameForm(formdata=None, name=_draft().get("name", "")))


def _name_page(form: NameForm, status: int = 200) -> ResponseReturnValue:
    return render_template("me/register_name.html", form=form, failed=bool(form.errors)), status


@blueprint.post("/me/register")
@allowed(Role.JOBSEEKER)
def take_name() -> ResponseReturnValue:
    """Keep the name."""
    form = NameForm()
    if not form.validate():
        return _name_page(form, 422)
    draft = {"id": new_public_id(), **_draft(), "name": form.name.data}
    return _keep(step("me.register_number"), draft)


@blueprint.get("/me/register/number")
@allowed(Role.JOBSEEKER)
def register_number() -> ResponseReturnValue:
    """Second: the ID number, which may be left out."""
    if "name" not in _draft():
        return step("me.register_name")
    return _number_page(OwnNumberForm(formdata=None))


def _number_page(form: OwnNumberForm, status: int = 200) -> ResponseReturnValue:
    return render_template("me/register_number.html", form=form, failed=bool(form.errors)), status


@blueprint.post("/me/register/number")
@allowed(Role.JOBSEEKER)
def take_number() -> ResponseReturnValue:
    """Keep the ID number."""
    form, draft = OwnNumberForm(), _draft()
    if "name" not in draft:
        return step("me.register_name")
    if not form.validate():
        return _number_page(form, 422)
    try:
        number = id_number(form.number.data) if form.number.data else None
    except DomainError as error:
        form.refuse(form.number, error)
        return _number_page(form, 422)
    return _keep(step("me.register_place"), {**draft, "number": number})


@blueprint.get("/me/register/place")
@allowed(Role.JOBSEEKER)
def register_place() -> ResponseReturnValue:
    """Third: the county, then the place."""
    if "number" not in _draft():
        return step("me.register_name")
    return _place_page()


def _place_page(status: int = 200, words: str = "") -> ResponseReturnValue:
    county = find(request.values.get("in", ""))
    page = render_template(
        "me/register_place.html",
        counties=counties(),
        with_sites=counties_with_sites(db.session()),
        county=county,
        sites=sites_in(db.session(), county.county) if county else [],
        onward=onward,
        words=words,
        failed=bool(words),
    )
    return page, status


@blueprint.post("/me/register/place")
@allowed(Role.JOBSEEKER)
def register_now() -> ResponseReturnValue:
    """Make the unconfirmed jobseeker; the same answers sent twice make one."""
    draft, wiring = _draft(), services()
    if "number" not in draft:
        return step("me.register_name") if g.viewer.person is None else arrive()
    place = find(request.form.get("place", ""))
    newcomer = Newcomer(
        public_id=draft["id"],
        name=draft["name"],
        number=draft["number"],
        settlement=place.value if place and not place.value.isdigit() else None,
        county=place.county if place else None,
    )
    today, now = wiring.clock.today(), wiring.clock.now()
    try:
        with doorbell.work(wiring) as database:
            member = register(database, wiring.keyring, g.viewer.account, newcomer, today=today, now=now)
            phones.remember_choice(database, g.viewer.token, member.id)
    except DomainError as error:
        return _refused(error)
    response = arrive()
    response.delete_cookie(_cookie(), httponly=True, secure=wiring.settings.https, path="/")
    return response


def _refused(error: DomainError) -> ResponseReturnValue:
    if error.code in ABOUT_NUMBER:
        form = OwnNumberForm(formdata=None)
        form.refuse(form.number, error)
        return _number_page(form, 422)
    return _place_page(422, sentence(error))
