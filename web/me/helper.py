"""The helper's side: a one-time code for one person, as signs and as a picture to be scanned."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue

from matching.people import helper_codes
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
