"""Imports: upload, preview, confirm, watch, download what stayed out, take back."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from wtforms import BooleanField, FileField, SelectField

import doorbell
from matching import imports
from matching.errors import DomainError, FileRefused
from matching.sheets import queries
from matching.sheets.models import ACTIVE, LedgerState, SheetKind
from matching.sheets.service import SameImportRunning
from matching.sheets.templates import choices
from matching.sheets.words import KINDS
from web.desk import words
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.desk.workbooks import XLSX
from web.errors import too_large as page_of_too_large
from web.errors import words_of_too_large
from web.extensions import db, services
from web.forms import Form
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("imports", __name__, url_prefix="/desk/imports")

#: A mapping file is a page of text.
MAPPING_BYTES = 64 * 1024
KIND = "<any(settlements,ledger,vacancies):kind>"


class UploadForm(Form):
    """A sheet and what to do with it."""

    file = FileField(lazy_gettext("Sheet"))
    family = SelectField(lazy_gettext("Header"), validate_choice=False, default="")
    mapping = FileField(lazy_gettext("Mapping file, if the header is none of these"))
    new_settlements = BooleanField(lazy_gettext("Make settlements that are not registered yet"))
    replace = BooleanField(lazy_gettext("Close our posts that are not in this sheet"))
    vouch = BooleanField(lazy_gettext("We vouch for the employers in this sheet"))


#: What the overview counts → states.
STATES = {
    "running": (LedgerState.RECEIVED, LedgerState.READING, LedgerState.QUEUED, LedgerState.APPLYING),
    "checked": (LedgerState.CHECKED,),
}
#: kind → the ticks that mean something for it.
TICKS = {
    SheetKind.SETTLEMENTS: (),
    SheetKind.LEDGER: ("new_settlements",),
    SheetKind.VACANCIES: ("replace", "vouch"),
}


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """All imports of the scope, newest first."""
    number, session = asked_page(), db.session()
    names = imports.visible_organisations(session, g.viewer.scope)
    kind, state = request.args.get("kind"), request.args.get("state")
    total, lines = queries.ledger_lines(
        session,
        list(names),
        kind=kind if kind in KINDS else None,
        states=STATES.get(state or ""),
        limit=SIZE,
        offset=offset_of(number),
    )
    return render_template(
        "desk/imports/list.html",
        lines=lines,
        names=names,
        kinds=KINDS,
        kind=kind,
        state=state,
        paging=Paging(number, total),
    )


@blueprint.get(f"/new/{KIND}")
@allowed(*WRITERS)
def new(kind: str) -> ResponseReturnValue:
    """The page to upload a sheet of one kind."""
    return _upload_page(UploadForm(formdata=None), kind)


@blueprint.post(f"/new/{KIND}")
@allowed(*WRITERS, uploads=True)
def upload(kind: str) -> ResponseReturnValue:
    """Take the sheet in and go to its page."""
    form = UploadForm()
    sheet = request.files.get("file")
    if sheet is None or not sheet.filename:
        form.refuse(form.file, _("Choose the sheet that you want to upload."))
        return _upload_page(form, kind, status=422)
    settings = services().settings
    try:
        chosen = _options(form, kind)
        with doorbell.work(services()) as session:
            ledger = imports.receive(
                session,
                g.viewer.scope,
                services().keyring,
                sheet.stream,
                kind=kind,
                filename=sheet.filename,
                options=chosen,
                now=services().clock.now(),
                most_bytes=settings.upload_megabytes * 1024**2,
            )
            address = url_for(".one", public_id=ledger.public_id)
    except SameImportRunning as running:
        form.refuse(form.file, running)
        return _upload_page(form, kind, running=running.facts["ledger"], status=409)
    except FileRefused as refusal:
        form.refuse(form.file, refusal)
        return _upload_page(form, kind, status=413 if refusal.code == "file_too_large" else 422)
    except DomainError as error:
        if error.code != "mapping_invalid":
            raise
        form.refuse(form.mapping, error)
        return _upload_page(form, kind, status=422)
    return redirect(address, 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """More than a sheet may be, refused before it was read: the page to choose another one."""
    if request.endpoint != f"{blueprint.name}.upload":
        return page_of_too_large(error)
    form = UploadForm(formdata=None)
    if (request.content_length or 0) > (request.max_content_length or 0):
        megabytes = services().settings.upload_megabytes
        form.refuse(form.file, FileRefused("file_too_large", megabytes=megabytes))
    else:
        form.refuse(form.mapping, words_of_too_large())
    return _upload_page(form, str((request.view_args or {})["kind"]), status=413)


def _options(form: UploadForm, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = {name: bool(form[name].data) for name in TICKS[SheetKind(kind)]}
    families = {family.name for family in imports.ROOMS[kind].mappings(None)}
    own = request.files.get("mapping")
    if own is not None and own.filename:
        options["mapping"] = own.stream.read(MAPPING_BYTES).decode("utf-8", "replace")
    elif form.family.data in families:
        options["mapping"] = form.family.data
    if kind == SheetKind.VACANCIES:
        options["valid_days"] = services().settings.valid_days
    return options


def _upload_page(
    form: UploadForm, kind: str, *, running: str | None = None, status: int = 200
) -> ResponseReturnValue:
    families = imports.ROOMS[kind].mappings(None)
    titles = [("", _("Recognise it by itself")), *((one.name, one.title) for one in families)]
    form.family.choices = words.choices(titles)
    family = imports.template(kind)
    columns = [
        (family.headers[name][0], family.schema.fields[name].hint, choices(family, name))
        for name in family.template
    ]
    page = render_template(
        "desk/imports/new.html",
        form=form,
        kind=kind,
        ticks=TICKS[SheetKind(kind)],
        columns=columns,
        running=running,
        megabytes=services().settings.upload_megabytes,
        rows=services().settings.upload_rows,
        failed=bool(form.errors),
    )
    return page, status


@blueprint.get(f"/template/{KIND}.xlsx")
@allowed(*READERS)
def template(kind: str) -> ResponseReturnValue:
    """The empty sheet of a kind, with its code lists."""
    file = io.BytesIO()
    imports.write_empty_sheet(kind, file)
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{KINDS[kind]}.xlsx")


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """One import: where it stands, what it would do or did, what was wrong."""
    return _page(public_id)


def _page(public_id: str, *, refusal: str | None = None, status: int = 200) -> ResponseReturnValue:
    session, scope, now = db.session(), g.viewer.scope, services().clock.now()
    ledger = imports.find(session, scope, public_id)
    mine = scope.changes and ledger.organisation_id == scope.organisation_id
    organisation = imports.visible_organisations(session, scope)[ledger.organisation_id]
    refused = ledger.refusal or {}
    # Whether the page still has to be watched: it asks for itself again, with or without scripts.
    watched = ledger.state in ACTIVE and ledger.state != LedgerState.CHECKED
    rejected = _rejected(ledger.state, ledger.findings, ledger.rejected)
    held = queries.lines_held(session, ledger.id)
    page = render_template(
        "desk/imports/one.html",
        ledger=ledger,
        organisation=organisation,
        preview=ledger.findings.get("preview"),
        progress=queries.progress(session, ledger, now),
        groups=queries.problem_groups(session, ledger),
        sentences=imports.PROBLEMS[ledger.kind],
        refused=sentence(FileRefused(refused.get("code", ""), **_facts(refused))) if refused else None,
        watched=watched,
        mine=mine,
        may_take_back=mine and imports.may_take_back(ledger),
        may_download=mine and bool(rejected + held) and queries.has_rows(session, ledger.id),
        rejected=rejected + held,
        refusal=refusal,
        now=now,
        failed=bool(refusal),
    )
    return page, status


def _rejected(state: str, findings: dict[str, Any], counted: int) -> int:
    if state == LedgerState.CHECKED:
        return int(findings.get("preview", {}).get("rejected", 0))
    return counted


def _facts(refusal: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in refusal.items() if name != "code"}


@blueprint.post("/<public_id>/confirm")
@allowed(*WRITERS)
def confirm(public_id: str) -> ResponseReturnValue:
    """Yes: apply it."""
    with doorbell.work(services()) as session:
        imports.confirm(session, g.viewer.scope, public_id, services().clock.now())
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/cancel")
@allowed(*WRITERS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop it; what was applied already stays and can be taken back."""
    with doorbell.work(services()) as session:
        imports.cancel(session, g.viewer.scope, public_id, services().clock.now())
    flash(_("The import was cancelled."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/take-back")
@allowed(*WRITERS)
def take_back(public_id: str) -> ResponseReturnValue:
    """Undo it while its rows are unchanged."""
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            imports.take_back(session, g.viewer.scope, wiring.keyring, wiring.clock, public_id)
    except DomainError as error:
        if error.code not in {"import_rows_changed_since", "import_undo_gone", "import_not_over"}:
            raise
        return _page(public_id, refusal=sentence(error), status=409)
    flash(_("The import was taken back: everything stands as before."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/errors")
@allowed(*WRITERS)
def errors(public_id: str) -> ResponseReturnValue:
    """Download the rejected rows, each reason beside its cell; the download is audited."""
    wiring = services()
    with doorbell.work(wiring) as session:
        ledger, content = imports.error_workbook(
            session, g.viewer.scope, wiring.keyring, public_id, wiring.clock.now()
        )
    if not content:
        raise NotFound
    response = send_file(
        io.BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{KINDS[ledger.kind]}-{_('rows to correct')}-{ledger.created_at:%Y%m%d}.xlsx",
        max_age=0,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
