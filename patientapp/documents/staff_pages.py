"""Staff's pages of a patient's documents: begin, write, issue, say that it went."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents import actions, going, queries, texts
from patientapp.documents.actions import DocumentChanged
from patientapp.documents.beginning import draft_for
from patientapp.documents.kinds import kinds
from patientapp.documents.queries import Written
from patientapp.documents.rules import HowSent, Mark, Recipient
from patientapp.episodes.queries import episodes_of
from patientapp.errors import Invalid, NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("documents_staff", __name__, template_folder="templates")
UNDER = "/staff/patients/<uuid:patient_id>/documents"


@blueprint.get("/staff/documents")
@requires(Permission.WRITE_PLANS)
def waiting() -> str:
    """What is not yet issued and sent in my service, the soonest due first."""
    with transaction():
        found = queries.waiting(viewer())
        open_plans = queries.not_agreed(viewer())
        people = " ".join(sorted({str(person.id) for _one, person in [*found, *open_plans]}))
        record(viewer(), "looked at the list of documents", now=clock.now(), object=people)
    today = london_day(clock.now())
    return staff_page(
        "documents/waiting.html",
        here="documents",
        found=found,
        open_plans=open_plans,
        today=today,
        texts=texts,
        checked_at=clock.now(),
    )


@blueprint.get(UNDER)
@requires(Permission.WRITE_PLANS)
def of_patient(patient_id: UUID) -> str:
    """A patient's documents, and a form for the next one."""
    return _list(patient_id, {})


def _list(patient_id: UUID, wrong: dict[str, str]) -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.documents_of(viewer(), patient_id)
        record(viewer(), "looked at documents", now=clock.now(), patient_id=person.id)
    episodes = episodes_of(viewer(), patient_id)
    return staff_page(
        "documents/list.html",
        person=person,
        found=found,
        kinds=[(one.id, one.title) for one in kinds().values()],
        routes=texts.routes("discharge_summary"),
        episodes=[(str(one.id), one.received_on) for one in episodes],
        today=london_day(clock.now()),
        typed=request.form,
        wrong=wrong,
        errors=[({"started_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        texts=texts,
        back=url_for("progress.patient", patient_id=patient_id),
    )


@blueprint.post(f"{UNDER}/begin")
@requires(Permission.WRITE_PLANS)
@once
def begin(patient_id: UUID) -> ResponseReturnValue:
    """Begin a document; what the record knows stands in it already."""
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    kind, route, on = request.form.get("kind", ""), request.form.get("route", ""), typed_day()
    wrong = _why_not_begin(kind, route, request.form.get("episode", ""), own, on)
    if wrong or on is None:
        return _list(patient_id, wrong), 422
    episode_id = own[request.form["episode"]]
    made = actions.begin(
        viewer(),
        episode_id=episode_id,
        kind=kind,
        route=route if route in kinds()[kind].routes else "",
        started_on=on,
        prefilled=draft_for(viewer(), patient_id, episode_id, kind),
        now=clock.now(),
    )
    return redirect(url_for(".one", patient_id=patient_id, document_id=made), 303)


def _why_not_begin(
    kind: str, route: str, episode: str, own: dict[str, UUID], on: date | None
) -> dict[str, str]:
    wrong = {}
    if kind not in kinds():
        wrong["kind"] = "no_kind"
    elif kinds()[kind].routes and route not in kinds()[kind].routes:
        wrong["route"] = "no_route"
    if episode not in own:
        wrong["episode"] = "no_episode"
    if on is None or on > london_day(clock.now()):
        wrong["started_on"] = "no_day"
    return {name: texts.mistake(code) for name, code in wrong.items()}


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
