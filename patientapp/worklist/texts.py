"""Words about work items."""

from __future__ import annotations

from dataclasses import dataclass

from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.library import default_library
from patientapp.worklist.limits import PASSED_ON, Contact, passed_on
from patientapp.worklist.rules import MORE, CloseAction, ItemKind, ItemStep, Said, read_action


@dataclass(frozen=True)
class Raised:
    """The question and the answers to it that raise an alert, in the words the patient saw."""

    questionnaire: str
    question: str
    answer: str
    wording_status: str


def kind(of: ItemKind) -> str:
    """Alert or task."""
    return _("Alert") if of is ItemKind.ALERT else _("Task")


def reason(code: str) -> str:
    """Why somebody has to act, in words; the code itself where we have none."""
    known = {
        "link_locked": _("A link was locked after wrong dates of birth. Check the record and call."),
        "not_me": _("Somebody said that a text was not for them. Check the mobile number."),
        "text_not_delivered": _("A text did not arrive. Reach this person another way."),
        "texts_left_at_carrier": _(
            "The phone company stops our texts: somebody on this number texted STOP. Call and ask."
        ),
        "carer_text_not_delivered": _(
            "A text to a carer did not arrive. Check the number with the patient."
        ),
        "carer_not_me": _("A carer's link reached somebody else. Check the number with the patient."),
        "carer_locked": _("A carer gave wrong codes and is locked for a day. Ask the patient."),
        "young_carer": _(
            "A carer said that a child or young person helps. Offer support to the young carer."
        ),
        "dependent_children": _("A carer said that children depend on this person. Ask what they need."),
        "carer_strained": _("A carer feels a heavy strain. Offer a carer's assessment and support."),
        "cannot_talk_safely": _(
            "Somebody told us that they cannot talk safely. Do not text, write or leave a message about "
            "it. Speak to them alone, and follow your safeguarding steps."
        ),
        "no_mobile": _("Questionnaires are due and this person cannot be texted. Call or write."),
        "pack_on_paper": _(
            "Questionnaires are due and this person's record says paper. Print, post, and type them in."
        ),
        "visit_cancelled": _("A visit was cancelled by the patient. Offer the time to somebody else."),
        "visit_kept_after_all": _("A cancelled visit was put back by the patient. Keep the time."),
        "visit_change_wanted": _("Somebody wants another time for a visit. Call them."),
        "visit_to_rebook": _("We cancelled this visit. Find a new time with the patient."),
        "list_no_answer": _("Questions were not answered in time. Call, or offer paper or a visit."),
        "list_missed": _("Visits were missed. Do what the policy of your service says is next."),
        "list_no_progress": _("Scores show no progress. Talk about it in the team meeting."),
        "list_gap": _("Nothing is planned for this person. Decide what comes next."),
        "visit_call_needed": _("We cancelled a visit and no text can say so. Call them."),
        "reply_unclear": _("A reply by text is for a person to read. Read it and call if needed."),
        "reply_old_number": _("A text came from a number that this person no longer has. Read it."),
        "reply_shared_number": _("A reply came from a number of more than one person. Ask whose it is."),
        "reply_not_answered": _("A reply was acted on and no text can say so. Call them."),
        "texts_stopped": _("Somebody left our texts and has a visit. Call them."),
        "texts_stopped_shared": _("One of several people on a number left our texts. Ask each of them."),
        "texts_wanted_shared": _("One of several people on a number wants our texts again. Ask each."),
        "risk_words": _("A text may speak of self-harm or suicide. Read it now and act."),
        "risk_in_words": _("What somebody wrote may speak of self-harm or suicide. Read it now and act."),
        "risk_in_lost_words": _("Words that we could not keep may speak of self-harm. Reach them now."),
        "flare_plan_shared": _(
            "Somebody asks you to look at their flare-up plan. Agree it or write back."
        ),
        "words_in_other_language": _(
            "What somebody wrote is not in English. Have it read and translated."
        ),
        "visit_booking_help": _("A visit is booked and this person needs help with booking. Call them."),
        "booking_help_wanted": _("Somebody asks for help to book. Call them."),
        "visit_no_text": _("A visit is coming and this person cannot be texted. Call or write."),
        "pifu_request": _("Somebody asks to come back. Read the request and answer it."),
        "pifu_sooner": _("Somebody who asked to come back wrote again and needs an answer sooner."),
        "pifu_late": _("A request to come back is past its day. We told the patient that we call."),
        "pifu_signs": _("Somebody said yes to emergency signs while asking to come back. Call them now."),
        "pifu_signs_not_sure": _("Somebody is not sure about emergency signs. Call them now."),
        "pifu_check_in": _("It was agreed that we look in by ourselves. Call or write."),
        "pifu_ends": _("The time to come back ends soon. Decide with the patient what follows."),
        "housebound": _(
            "Somebody cannot leave home. Arrange telephone, video or home visits, and post papers."
        ),
        "told_in_private": _("Somebody told us something in private. Read it alone and act."),
        "abuse_in_words": _("What somebody wrote is to be read alone, now. Then act."),
        "children_at_risk": _("A clinician found a worry about safe care of children. Act on it now."),
        "suicide_found": _("A clinician found active thoughts of suicide. Act on it now."),
        "mdt_review_wanted": _("An onward referral waits for the team's review. Put it on the list."),
        "dependence_worry": _("A worry about dependence has no help in place yet. Offer help."),
        "query_waiting": _("Somebody asked the service a question. Answer it, then close this."),
        "interpreter_wanted": _("Somebody needs an interpreter. Call them with one."),
        "no_wording_call": _(
            "Questions are not in this person's language and they want a call. Call with an interpreter."
        ),
        "no_wording_paper": _(
            "Questions are not in this person's language and they want paper. Find the version to post."
        ),
        "proxy_wanted": _("Somebody wants to answer for this person. Call them."),
    }
    if code in known:
        return known[code]
    found = _risk(code)
    return found[1].label if found else code


def raised_by(code: str) -> Raised | None:
    """The answer behind an alert; None for what no answer raised."""
    found = _risk(code)
    words = found[0].wording("en") if found else None
    if found is None or words is None:
        return None
    _instrument, risk = found
    options = [words.item(risk.item).options.get(value) for value in risk.values]
    said = [
        option.text if option else str(value) for option, value in zip(options, risk.values, strict=True)
    ]
    return Raised(
        questionnaire=words.title,
        question=words.item(risk.item).text,
        answer=" / ".join(said),
        wording_status=words.status,
    )


def answer(code: str, said: Said) -> str:
    """What the person chose, in the words they saw; the number where there are none."""
    found = _risk(code)
    words = found[0].wording("en") if found else None
    if found is None or words is None or said.question not in found[0].item_by_code:
        return str(said.value)
    option = words.item(said.question).options.get(said.value)
    return f"{said.value}: {option.text}" if option else str(said.value)


def fate(said: Said) -> str:
    """Whether an answer is in the record, or was only heard."""
    if said.kept:
        return _("Kept with the answers")
    return _("Heard, but not kept: it came too late, or another answer is newer")


def _risk(code: str) -> tuple[Instrument, Risk] | None:
    for instrument in default_library():
        for risk in instrument.risk_rules:
            if risk.code == code:
                return instrument, risk
    return None


def step(of: ItemStep, action: str = "") -> str:
    """What happened to an item."""
    added = {
        MORE: _("The patient wrote again"),
        passed_on(Contact.NEXT, told=True): _("Nobody had it: the next contact was told"),
        passed_on(Contact.LEAD, told=True): _("Nobody had it: the service lead was told"),
        passed_on(Contact.NEXT, told=False): _("Nobody had it, and no next contact is set up"),
        passed_on(Contact.LEAD, told=False): _("Nobody had it, and no service lead is set up"),
    }
    if action in added:
        return added[action]
    words = {
        ItemStep.RAISED: _("Raised"),
        ItemStep.TAKEN: _("Taken"),
        ItemStep.CLOSED: _("Closed"),
    }
    return words[of]


def close_actions() -> list[tuple[str, str]]:
    """What may have been done, to choose from."""
    return [
        (CloseAction.SPOKE, _("I spoke to the patient")),
        (CloseAction.EMERGENCY, _("I called emergency or crisis services")),
        (CloseAction.REFERRED, _("I handed over to the GP or another team")),
        (CloseAction.BOOKED, _("I booked an appointment")),
        (CloseAction.WROTE, _("I wrote to the patient")),
        (CloseAction.PUT_RIGHT, _("I put the record right")),
        (CloseAction.NOTHING_NEEDED, _("Nothing was needed (say why)")),
    ]


def action(kept: str) -> str:
    """What was done to close an item, in words, with its note; nothing for what only adds to it."""
    if kept in {MORE, *PASSED_ON}:
        return ""
    code, note = read_action(kept)
    said = dict(close_actions()).get(code, code)
    return f"{said}: {note}" if note else said


def mistake(code: str) -> str:
    """What is missing before an item can be closed."""
    words = {
        "no_action": _("Choose what you did"),
        "no_reason": _("Say why nothing was needed"),
        "too_long": _("Use 1,000 characters or fewer"),
    }
    return words[code]
