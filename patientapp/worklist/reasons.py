"""Why somebody has to act, by the code of an item: what happened, then what to do. Staff read English."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "link_locked": "A link was locked after wrong dates of birth. Check the record and call.",
    "not_me": "Somebody said that a text was not for them. Check the mobile number.",
    "text_not_delivered": "A text did not arrive. Reach this person another way.",
    "texts_left_at_carrier": (
        "The phone company stops our texts: somebody on this number texted STOP. Call and ask."
    ),
    "carer_text_not_delivered": "A text to a carer did not arrive. Check the number with the patient.",
    "carer_not_me": "A carer's link reached somebody else. Check the number with the patient.",
    "carer_locked": "A carer gave wrong codes and is locked for a day. Ask the patient.",
    "young_carer": "A carer said that a child or young person helps. Offer support to the young carer.",
    "dependent_children": "A carer said that children depend on this person. Ask what they need.",
    "carer_strained": "A carer feels a heavy strain. Offer a carer's assessment and support.",
    "cannot_talk_safely": (
        "Somebody told us that they cannot talk safely. Do not text, write or leave a message about "
        "it. Speak to them alone, and follow your safeguarding steps."
    ),
    "no_mobile": "Questionnaires are due and this person cannot be texted. Call or write.",
    "pack_on_paper": (
        "Questionnaires are due and this person's record says paper. Print, post, and type them in."
    ),
    "visit_cancelled": "A visit was cancelled by the patient. Offer the time to somebody else.",
    "visit_kept_after_all": "A cancelled visit was put back by the patient. Keep the time.",
    "visit_change_wanted": "Somebody wants another time for a visit. Call them.",
    "visit_to_rebook": "We cancelled this visit. Find a new time with the patient.",
    "list_no_answer": "Questions were not answered in time. Call, or offer paper or a visit.",
    "list_missed": "Visits were missed. Do what the policy of your service says is next.",
    "list_no_progress": "Scores show no progress. Talk about it in the team meeting.",
    "list_gap": "Nothing is planned for this person. Decide what comes next.",
    "visit_call_needed": "We cancelled a visit and no text can say so. Call them.",
    "reply_unclear": "A reply by text is for a person to read. Read it and call if needed.",
    "reply_old_number": "A text came from a number that this person no longer has. Read it.",
    "reply_shared_number": "A reply came from a number of more than one person. Ask whose it is.",
    "reply_not_answered": "A reply was acted on and no text can say so. Call them.",
    "texts_stopped": "Somebody left our texts and has a visit. Call them.",
    "texts_stopped_shared": "One of several people on a number left our texts. Ask each of them.",
    "texts_wanted_shared": "One of several people on a number wants our texts again. Ask each.",
    "risk_words": "A text may speak of self-harm or suicide. Read it now and act.",
    "risk_in_words": "What somebody wrote may speak of self-harm or suicide. Read it now and act.",
    "risk_in_lost_words": "Words that we could not keep may speak of self-harm. Reach them now.",
    "flare_plan_shared": "Somebody asks you to look at their flare-up plan. Agree it or write back.",
    "words_in_other_language": "What somebody wrote is not in English. Have it read and translated.",
    "visit_booking_help": "A visit is booked and this person needs help with booking. Call them.",
    "booking_help_wanted": "Somebody asks for help to book. Call them.",
    "visit_no_text": "A visit is coming and this person cannot be texted. Call or write.",
    "pifu_request": "Somebody asks to come back. Read the request and answer it.",
    "pifu_sooner": "Somebody who asked to come back wrote again and needs an answer sooner.",
    "pifu_late": "A request to come back is past its day. We told the patient that we call.",
    "pifu_signs": "Somebody said yes to emergency signs while asking to come back. Call them now.",
    "pifu_signs_not_sure": "Somebody is not sure about emergency signs. Call them now.",
    "pifu_check_in": "It was agreed that we look in by ourselves. Call or write.",
    "pifu_ends": "The time to come back ends soon. Decide with the patient what follows.",
    "housebound": "Somebody cannot leave home. Arrange telephone, video or home visits, and post papers.",
    "told_in_private": "Somebody told us something in private. Read it alone and act.",
    "abuse_in_words": "What somebody wrote is to be read alone, now. Then act.",
    "children_at_risk": "A clinician found a worry about safe care of children. Act on it now.",
    "suicide_found": "A clinician found active thoughts of suicide. Act on it now.",
    "mdt_review_wanted": "An onward referral waits for the team's review. Put it on the list.",
    "dependence_worry": "A worry about dependence has no help in place yet. Offer help.",
    "query_waiting": "Somebody asked the service a question. Answer it, then close this.",
    "interpreter_wanted": "Somebody needs an interpreter. Call them with one.",
    "no_wording_call": (
        "Questions are not in this person's language and they want a call. Call with an interpreter."
    ),
    "no_wording_paper": (
        "Questions are not in this person's language and they want paper. Find the version to post."
    ),
    "proxy_wanted": "Somebody wants to answer for this person. Call them.",
}
