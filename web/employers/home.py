"""An employer's first page: how far its registration is, and its posts."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue

from matching.accounts.models import Role
from matching.accounts.words import REGISTRATION_REFUSAL
from matching.vacancies.drafts import drafts_of
from matching.vacancies.employer_queries import own_posts
from matching.vacancies.verification_queries import SOON
from web.employers.base import blueprint, current
from web.extensions import db, services
from web.gate import allowed


@blueprint.get("")
@allowed(Role.EMPLOYER)
def home() -> ResponseReturnValue:
    """The employer's posts, those that wait for something first."""
    now, today = current(), services().clock.today()
    due = now.organisation.verify_due if now.organisation else None
    return render_template(
        "employer/home.html",
        organisation=now.organisation,
        soon=due is not None and due <= today + SOON,
        refusal=REGISTRATION_REFUSAL.get(g.viewer.hat.refusal),
        drafts=drafts_of(db.session(), g.viewer.hat.id),
        posts=own_posts(db.session(), now.scope),
    )
