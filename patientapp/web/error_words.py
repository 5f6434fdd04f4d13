"""What a refusal says to people: what happened and what to do (patient-experience.md section 11)."""

from __future__ import annotations

from patientapp.i18n import gettext as _


def words(status: int, path: str) -> tuple[str, str]:
    """What happened and what to do, for whoever meets this at this address."""
    return _staff_words(status) if is_desk(path) else _patients_words(status)


def is_desk(path: str) -> bool:
    """Whether members of staff work at this address."""
    return path == "/staff" or path.startswith("/staff/")


def _staff_words(status: int) -> tuple[str, str]:
    """What happened and what to do, for somebody at work."""
    match status:
        case 404:
            return _("Page not found"), _(
                "There is nothing at this address, or it belongs to another service. Start from Home."
            )
        case 403:
            return _("Your role does not include this"), _(
                "If you need it for your work, ask your administrator. You may have changed service."
            )
        case 409:
            return _("This record changed while you were reading"), _(
                "Go back, load the page again and look before you act. Nothing was changed."
            )
        case 429:
            return _("Too many tries"), _("Wait a minute and try again.")
        case 400 | 405 | 413 | 415 | 422:
            return _("We could not use what was sent"), _(
                "Go back, check the page and send it again. Nothing was changed."
            )
        case _:
            return _("We could not do this"), _(
                "Nothing was changed. Try again in a minute; if it happens again, tell whoever looks "
                "after this system the reference."
            )


def _patients_words(status: int) -> tuple[str, str]:
    """What happened and what to do, in plain words (patient-experience.md section 11)."""
    match status:
        case 401:
            return _("We locked this page to keep it private"), _(
                "Your answers so far are saved. Open the link in our newest text to go on."
            )
        case 404:
            return _("Page not found"), _("Open the link in our newest text, or call us.")
        case 403:
            return _("You cannot open this page"), _("Call us if you think that is wrong.")
        case 409:
            return _("This changed while you were looking"), _("Go back and look again.")
        case 429:
            return _("Too many tries"), _("Wait a few minutes and try again, or call us.")
        case 400 | 405 | 413 | 415 | 422:
            return _("We could not use what was sent"), _(
                "Go back and try again. Your earlier answers are saved."
            )
        case _:
            return _("We could not send this yet"), _("Your answers are not lost. Try again in a minute.")
