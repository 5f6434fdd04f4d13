"""Staff's pages of the lists: filters stand in the address, and so does the order."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.lists import texts
from patientapp.lists.actions import drop_view, save_view, source_of, take_line
from patientapp.lists.queries import PAGE, QUERIES, Asked, Found, Line
from patientapp.lists.rules import Which, in_force
from patientapp.lists.views import views_of
from patientapp.patients.queries import patient
from patientapp.services.queries import staff_names, system_service
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.worklist.queries import OpenItem, standings
from patientapp.worklist.rules import ItemStep

blueprint = Blueprint("lists", __name__, template_folder="templates")
SORTS, SHOWN, LAST_PAGE = ("day", "name"), ("open", "nobody", "mine"), 400


@blueprint.get("/staff/lists")
@requires(Permission.SEE_PROGRESS)
def first() -> ResponseReturnValue:
    """The first of the lists."""
    return redirect(url_for(".listing", which=Which.NO_ANSWER.value))


@blueprint.get("/staff/lists/<which>")
@requires(Permission.SEE_PROGRESS)
def listing(which: str) -> str:
    """One page of one list, with who has taken what."""
    of, (sort, show, page) = _which(which), _asked()
    now, policy = clock.now(), in_force()
    asked = Asked(policy=policy, now=now, by_name=sort == "name", skip=(page - 1) * PAGE)
    with transaction():
        found = QUERIES[of](viewer(), asked)
        taken = standings(viewer(), [source_of(viewer(), one.key) for one in found.lines])
        seen = " ".join(sorted({str(one.patient.id) for one in found.lines}))
        record(viewer(), "looked at the list", now=now, object=seen)
    owners = [one.standing.owner for one in taken.values() if one.standing.owner]
    return staff_page(
        "lists/list.html",
        here="lists",
        of=of,
        lines=_shown(of, found, taken, show=show),
        owners=staff_names(viewer(), owners),
        more=found.more,
        page=page,
        sort=sort,
        show=show,
        policy=policy,
        all_lists=list(Which),
        views=views_of(viewer()),
        texts=texts,
        checked_at=now,
    )


def _shown(
    of: Which, found: Found, taken: dict[str, OpenItem], *, show: str
) -> list[tuple[Line, OpenItem | None, str]]:
    """(line, its item or none, why) of the lines asked for; what is closed is done with."""
    profile, lines = system_service(viewer().service_id).profile or "", []
    for line in found.lines:
        item = taken.get(source_of(viewer(), line.key))
        owner = item.standing.owner if item else None
        is_closed = item is not None and item.standing.step is ItemStep.CLOSED
        fits = {"open": True, "nobody": owner is None, "mine": owner == viewer().staff_id}[show]
        if fits and not is_closed:
            next_act = in_force().next_act(line.missed, profile)
            lines.append((line, item, texts.why(of, line, next_act=next_act)))
    return lines


@blueprint.post("/staff/lists/<which>/take/<uuid:patient_id>")
@requires(Permission.SEE_PROGRESS)
@once
def take(which: str, patient_id: UUID) -> ResponseReturnValue:
    """Own a line; a colleague who was first has it (409)."""
    person = patient(viewer(), patient_id)
    of = _which(which)
    check_form_patient(person.id)
    item = take_line(viewer(), of, request.form.get("key", ""), patient_id=person.id, now=clock.now())
    return redirect(url_for("worklist.item", item_id=item.item.id), 303)


@blueprint.post("/staff/lists/<which>/save")
@requires(Permission.SEE_PROGRESS)
@once
def save(which: str) -> ResponseReturnValue:
    """Keep this list with its order and filter under a name."""
    of, (sort, show, _page) = _which(which), _asked()
    save_view(viewer(), request.form.get("name", ""), which=of, sort=sort, show=show, now=clock.now())
    return redirect(url_for(".listing", which=of.value, sort=sort, show=show), 303)


@blueprint.post("/staff/lists/views/<uuid:view_id>/drop")
@requires(Permission.SEE_PROGRESS)
@once
def drop(view_id: UUID) -> ResponseReturnValue:
    """Take away a view of my own; another's is not found."""
    if not drop_view(viewer(), view_id, now=clock.now()):
        raise NotFound
    return redirect(url_for(".first"), 303)


def _which(named: str) -> Which:
    if named not in set(Which):
        raise NotFound
    return Which(named)


def _asked() -> tuple[str, str, int]:
    """Order, filter and page; Invalid names what is unknown."""
    sort, show = request.args.get("sort", SORTS[0]), request.args.get("show", SHOWN[0])
    page = request.args.get("page", "1")
    wrong = {
        name: ["Use " + ", ".join(known)]
        for name, given, known in (("sort", sort, SORTS), ("show", show, SHOWN))
        if given not in known
    }
    wrong |= {name: ["Unknown."] for name in request.args if name not in {"sort", "show", "page"}}
    if not page.isascii() or not page.isdigit() or not 1 <= int(page[:5]) <= LAST_PAGE:
        wrong["page"] = [f"Use 1 to {LAST_PAGE}."]
    if wrong:
        raise Invalid("The list cannot be shown so.", fields=wrong)
    return sort, show, int(page)
