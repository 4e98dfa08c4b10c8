"""For administrators: what waits in the outbox, what got stuck, and whether the audit is whole."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts import audit
from matching.accounts.queries import audit_length
from matching.outbox.queries import buried_rows, topic_states
from matching.outbox.service import retry_buried
from web.desk.roles import OPERATORS
from web.extensions import db, services
from web.gate import allowed

blueprint = Blueprint("operations", __name__, url_prefix="/desk/operations")

#: topic → what it does.
TOPICS = {
    "search.vacancy": "岗位进入搜索",
    "search.jobseeker": "求职者进入搜索",
    "pair.vacancy": "岗位匹配",
    "pair.jobseeker": "求职者匹配",
    "pair.all": "全部重新匹配",
    "sheet.read": "读取上传的表",
    "sheet.apply": "写入确认的表",
    "notice.application": "求职进展的消息",
    "notice.send": "发送通知",
}


@blueprint.get("")
@allowed(*OPERATORS)
def queue() -> ResponseReturnValue:
    """Topics with depth and oldest row, and what was buried."""
    now = services().clock.now()
    return render_template(
        "desk/operations/queue.html",
        topics=topic_states(db.session(), now),
        buried=buried_rows(db.session()),
        names=TOPICS,
        now=now,
    )


@blueprint.post("/retry")
@allowed(*OPERATORS)
def retry() -> ResponseReturnValue:
    """Try buried work again: one row, or all of it."""
    wiring, text = services(), request.form.get("id", "")
    ids = [int(text)] if text.isascii() and text.isdigit() and len(text) < 19 else None
    now = wiring.clock.now()
    with doorbell.work(wiring) as session:
        topics = retry_buried(session, ids, now)
        audit.record(
            session,
            g.viewer.scope,
            "outbox.retried",
            "outbox",
            ids[0] if ids else None,
            now,
            fields={"topics": topics},
        )
    doorbell.ring(wiring, topics)
    flash(_("It is tried again."))
    return redirect(url_for(".queue"), 303)


@blueprint.get("/audit")
@allowed(*OPERATORS)
def chain() -> ResponseReturnValue:
    """Whether any audit event was changed, removed or re-ordered."""
    session = db.session()
    return render_template(
        "desk/operations/audit.html",
        broken=audit.first_broken(session),
        length=audit_length(session),
        now=services().clock.now(),
    )
