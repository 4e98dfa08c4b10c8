"""An employer registers, hands in papers, and states it anew after a refusal."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from matching.accounts import phones, registering
from matching.accounts.employer_codes import AccountClass, Standing
from matching.accounts.models import Role
from matching.errors import DomainError, FileRefused
from web.desk.tokens import make_token, open_token
from web.employers.base import blueprint
from web.employers.forms import ABOUT, EmployerForm, PapersForm
from web.extensions import services, writing
from web.gate import allowed
from web.public.place import counties


@blueprint.get("/register")
@allowed(Role.JOBSEEKER)
def register() -> ResponseReturnValue:
    """The form; with an account one is registered for as many employers as one has."""
    return _page(_form(fresh=True))


def _form(*, fresh: bool) -> EmployerForm:
    form = EmployerForm(formdata=None) if fresh else EmployerForm()
    form.county.choices = [
        SelectChoice("", _("Please choose")),
        *(SelectChoice(region.code, region.name) for region in counties()),
    ]
    if fresh:
        form.token.data = make_token()
    return form


def _page(
    form: EmployerForm, status: int = 200, endpoint: str = "employer.register_now"
) -> ResponseReturnValue:
    page = render_template(
        "employer/register.html",
        form=form,
        failed=status != 200,
        action=url_for(endpoint),
        commercial=AccountClass.COMMERCIAL.value,
    )
    return page, status


@blueprint.post("/register")
@allowed(Role.JOBSEEKER, uploads=True)
def register_now() -> ResponseReturnValue:
    """Register; whether the employer is known already makes no difference to what is answered."""
    form = _form(fresh=False)
    if not form.validate():
        return _page(form, 422)
    try:
        with writing() as session:
            row = registering.register(
                session,
                services().keyring,
                g.viewer.account,
                form.claim(),
                form.papers(),
                public_id=open_token(form.token.data),
                now=services().clock.now(),
            )
            phones.remember_employer(session, g.viewer.token, row.id)
    except DomainError as error:
        return _refused(form, error)
    flash(_("Registered. We look at your papers."))
    return redirect(url_for("employer.home"), 303)


def _refused(
    form: EmployerForm, error: DomainError, endpoint: str = "employer.register_now"
) -> ResponseReturnValue:
    field = ABOUT.get(error.code) or ("licence" if isinstance(error, FileRefused) else None)
    if field is None:
        raise error
    form.refuse(form[field], error)
    return _page(form, 422, endpoint)


@blueprint.get("/register/again")
@allowed(Role.EMPLOYER)
def again() -> ResponseReturnValue:
    """The form once more, after a refusal."""
    if g.viewer.hat.state != Standing.REFUSED:
        return redirect(url_for("employer.home"), 303)
    form = _form(fresh=True)
    form.name.data, form.county.data = g.viewer.hat.name, g.viewer.hat.county
    return _page(form, endpoint="employer.register_again")


@blueprint.post("/register/again")
@allowed(Role.EMPLOYER, uploads=True)
def register_again() -> ResponseReturnValue:
    """State everything anew."""
    form = _form(fresh=False)
    if not form.validate():
        return _page(form, 422, "employer.register_again")
    try:
        with writing() as session:
            registering.register_again(
                session,
                services().keyring,
                g.viewer.account,
                form.claim(),
                form.papers(),
                employer_account_id=g.viewer.hat.id,
                now=services().clock.now(),
            )
    except DomainError as error:
        return _refused(form, error, "employer.register_again")
    flash(_("Registered. We look at your papers."))
    return redirect(url_for("employer.home"), 303)


@blueprint.get("/papers")
@allowed(Role.EMPLOYER)
def papers() -> ResponseReturnValue:
    """Hand in newer papers."""
    return _papers_page(PapersForm(formdata=None))


def _papers_page(form: PapersForm, status: int = 200) -> ResponseReturnValue:
    return render_template("employer/papers.html", form=form, failed=status != 200), status


@blueprint.post("/papers")
@allowed(Role.EMPLOYER, uploads=True)
def add_papers() -> ResponseReturnValue:
    """Store newer papers."""
    form = PapersForm()
    try:
        with writing() as session:
            registering.add_papers(
                session,
                services().keyring,
                g.viewer.account,
                form.papers(),
                employer_account_id=g.viewer.hat.id,
                now=services().clock.now(),
            )
    except DomainError as error:
        if not isinstance(error, FileRefused) and error.code != "paper_missing":
            raise
        form.refuse(form.licence, error)
        return _papers_page(form, 422)
    flash(_("Handed in. We look at your papers."))
    return redirect(url_for("employer.home"), 303)
