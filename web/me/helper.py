"""The helper's side: a one-time code for one person, as signs and a picture; signing a lost telephone off."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.people import claims, helper_codes
from matching.people.masking import mask_name
from web.desk.roles import WRITERS
from web.extensions import services, writing
from web.gate import allowed
from web.me.base import blueprint
from web.qr import public_address, qr


@blueprint.post("/desk/people/<public_id>/code")
@allowed(*WRITERS)
def make_code(public_id: str) -> ResponseReturnValue:
    """Make a code and show it once; pressed twice, the first one ends."""
    with writing() as database:
        member, code = helper_codes.make_helper_code(
            database, g.viewer.scope, services().keyring, public_id, services().clock.now()
        )
    address = public_address("me.go", code=code)
    return render_template(
        "me/slip.html", person=member, name=mask_name(member.name), code=code, address=address, qr=qr(address)
    )


@blueprint.post("/desk/people/<public_id>/end-accounts")
@allowed(*WRITERS)
def end_accounts(public_id: str) -> ResponseReturnValue:
    """A telephone was lost or is somebody else's by now: nobody sees this person by telephone any more."""
    with writing() as database:
        ended = claims.end_links(database, g.viewer.scope, public_id, services().clock.now())
    flash(_("%(n)d telephones were signed off.", n=ended))
    return redirect(url_for("people.one", public_id=public_id), 303)
