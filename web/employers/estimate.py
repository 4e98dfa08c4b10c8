"""How many people a draft would fit, in sentences."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import gettext as _

from matching.errors import DomainError
from matching.pairing.estimate import STEP, Estimate, estimate
from matching.pairing.words import EASED
from matching.vacancies import drafts
from web.columns import store
from web.extensions import db, services, writing
from web.words import sentence


def people_for(public_id: str, made: dict[str, Any] | None) -> list[str]:
    """Sentences about how many people fit a draft, and what each requirement costs.

    Args:
        public_id: of the draft, which counts the questions.
        made: columns of the vacancy that it would be; None as long as it has no title.
    """
    if made is None:
        return [_("Write the title of the post.")]
    wiring = services()
    now = wiring.clock.now()
    try:
        with writing() as session:
            drafts.count_estimate(session, g.viewer.scope, g.viewer.hat.id, public_id, now=now)
    except DomainError as error:
        if error.code != "estimates_enough":
            raise
        return [sentence(error)]
    columns = store()
    found = estimate(
        columns.people(db.session(), now),
        made,
        tenant_id=g.viewer.hat.tenant_id,
        demo=g.viewer.hat.demo,
        day=wiring.clock.today(),
        weights=columns.weights,
    )
    return _sentences(found)


def _sentences(found: Estimate | None) -> list[str]:
    if found is None:
        return [_("Too few people live near there to tell.")]
    if found.fit:
        said = [_("About %(n)d people near there fit.", n=found.fit)]
    else:
        said = [_("Fewer than %(n)d people near there fit.", n=STEP)]
    return said + [
        _("%(eased)s: about %(n)d people.", eased=EASED[cost.code], n=cost.without) for cost in found.costs
    ]
