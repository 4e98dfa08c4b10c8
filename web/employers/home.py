"""An employer's first page: its posts."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from matching.accounts.models import Role
from matching.vacancies.employer_queries import own_posts
from web.employers.base import blueprint, current
from web.extensions import db
from web.gate import allowed


@blueprint.get("")
@allowed(Role.EMPLOYER)
def home() -> ResponseReturnValue:
    """The employer's posts, those that wait for something first."""
    now = current()
    return render_template(
        "employer/home.html", organisation=now.organisation, posts=own_posts(db.session(), now.scope)
    )
