"""For which employer an account acts."""

from __future__ import annotations

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matching.accounts import employers
from matching.accounts.models import Role
from web.employers.base import blueprint
from web.extensions import db, services, writing
from web.gate import allowed
from web.tickets import open_ticket


@blueprint.get("/who")
@allowed(Role.JOBSEEKER)
def who() -> ResponseReturnValue:
    """Which of the account's employers; with none it says how to register."""
    hats = employers.hats_of(db.session(), g.viewer.account)
    worn = employers.worn(hats, g.viewer.employer_account_id)
    return render_template("employer/who.html", hats=hats, worn=worn)


@blueprint.post("/who")
@allowed(Role.JOBSEEKER)
def choose() -> ResponseReturnValue:
    """This one."""
    with writing() as session:
        employers.choose(
            session,
            g.viewer.account,
            g.viewer.token,
            request.form.get("employer", "")[:20],
            services().clock.now(),
        )
    return redirect(open_ticket(request.args.get("next"), "employer.home"), 303)
