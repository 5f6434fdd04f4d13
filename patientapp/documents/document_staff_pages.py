"""Staff's pages of one document: write, issue, say that it went, print."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents import actions, going, queries, texts
from patientapp.documents.actions import DocumentChanged
from patientapp.documents.queries import Written
from patientapp.documents.rules import HowSent, Mark, Recipient
from patientapp.documents.staff_pages import UNDER, blueprint
from patientapp.errors import Invalid, NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day


@blueprint.get(f"{UNDER}/<uuid:document_id>")
@requires(Permission.WRITE_PLANS)
def one(patient_id: UUID, document_id: UUID) -> str:
    """One document: its parts, which of them the contract needs, what went out, to whom."""
    with transaction():
        found = _of(patient_id, document_id)
        record(
            viewer(), "looked at a document", now=clock.now(), patient_id=patient_id, object=document_id
        )
    tried = request.args.get("issue") == "tried"
    lacking = {block: texts.mistake("missing") for block in found.lacking} if tried else {}
    return _page(found, lacking)


def _of(patient_id: UUID, document_id: UUID) -> Written:
    found = queries.document(viewer(), document_id)
    if found.document.patient_id != patient_id:
        raise NotFound
    return found


def _page(
    found: Written, wrong: dict[str, str], *, typed: dict[str, str] | None = None, error: str = ""
) -> str:
    written = typed if typed is not None else found.document.draft
    titles = {block.id: block.title for block in found.kind.blocks}
    listed = [
        (name, f"{titles[name]}: {words}" if name in titles else words) for name, words in wrong.items()
    ]
    return staff_page(
        "documents/one.html",
        person=patient(viewer(), found.document.patient_id),
        found=found,
        written=written,
        wrong=wrong,
        errors=[*listed, *([("", error)] if error else [])],
        today=london_day(clock.now()),
        texts=texts,
        back=url_for(".of_patient", patient_id=found.document.patient_id),
    )


@blueprint.post(f"{UNDER}/<uuid:document_id>")
@requires(Permission.WRITE_PLANS)
@once
def write(patient_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Save, and issue if asked; whatever is refused, everything typed stays on the page."""
    found = _posted(patient_id, document_id)
    typed = {
        block: request.form[block].replace("\r\n", "\n")
        for block in found.kind.block_ids
        if block in request.form
    }
    given = request.form.get("seen", "")
    seen = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else -1
    now = clock.now()
    try:
        found = actions.save(viewer(), document_id, typed, seen=seen, now=now)
    except DocumentChanged as problem:
        return _page(found, {}, typed=typed, error=problem.detail), 409
    if request.form.get("act") != "issue":
        return _to(found)
    if found.lacking:  # what was typed is kept; the page says what is missing
        address = url_for(".one", patient_id=patient_id, document_id=document_id, issue="tried")
        return redirect(address, 303)
    return _to(actions.issue(viewer(), document_id, seen=found.document.draft_seq, now=now))


def _posted(patient_id: UUID, document_id: UUID) -> Written:
    """The document, if the form was about its patient (CLIN-07)."""
    found = _of(patient_id, document_id)
    check_form_patient(found.document.patient_id)
    return found


def _to(found: Written) -> ResponseReturnValue:
    address = url_for(".one", patient_id=found.document.patient_id, document_id=found.document.id)
    return redirect(address, 303)


@blueprint.post(f"{UNDER}/<uuid:document_id>/sent")
@requires(Permission.WRITE_PLANS)
@once
def sent(patient_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The newest version went to somebody."""
    found = _posted(patient_id, document_id)
    to, how = request.form.get("recipient", ""), request.form.get("how", "")
    if to not in set(Recipient) or how not in set(HowSent):
        return _page(found, {"recipient": texts.mistake("no_recipient")}), 422
    now = clock.now()
    try:
        going.sent(
            viewer(), document_id, Recipient(to), HowSent(how), on=typed_day() or london_day(now), now=now
        )
    except Invalid:
        return _page(found, {"on": texts.mistake("not_then")}), 422
    return _to(found)


@blueprint.post(f"{UNDER}/<uuid:document_id>/marked")
@requires(Permission.WRITE_PLANS)
@once
def marked(patient_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The patient agreed it, or it was explained to them (C51, D26)."""
    found = _posted(patient_id, document_id)
    what = request.form.get("mark", "")
    if what not in set(Mark):
        raise Invalid("There is no such mark.", fields={"mark": [_("Choose one")]})
    now = clock.now()
    going.mark(viewer(), document_id, Mark(what), on=typed_day() or london_day(now), now=now)
    return _to(found)


@blueprint.get(f"{UNDER}/<uuid:document_id>/print")
@requires(Permission.WRITE_PLANS)
def on_paper(patient_id: UUID, document_id: UUID) -> str:
    """An issued version for paper: the newest, or the one that ?version= names."""
    with transaction():
        found = _of(patient_id, document_id)
        record(viewer(), "printed a document", now=clock.now(), patient_id=patient_id, object=document_id)
    wanted = request.args.get("version", "")
    issue = next((one for one in found.issues if not wanted or str(one.version) == wanted), None)
    if issue is None:
        raise NotFound
    return render_template(
        "documents/paper.html",
        person=patient(viewer(), patient_id),
        issue=issue,
        found=found,
        texts=texts,
        is_large=request.args.get("size") == "large",
        back=url_for(".one", patient_id=patient_id, document_id=document_id),
    )
