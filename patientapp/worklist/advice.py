"""Who wrote of harming themselves reads first where help is, whatever becomes of the words (CLIN-02).

Every form of patients, carers and strangers passes here, also one that is sent twice or refused: a
page that answers it begins with the advice, and a way onward leads by a page of advice. Staff who
type what somebody said are told by the alert.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from patientapp.access.guard import public
from patientapp.web.documents import is_machine_path
from patientapp.web.error_words import is_desk
from patientapp.web.typed import local_path
from patientapp.worklist.hearing import words_of_form
from patientapp.worklist.phrases import risk_list, speaks_of_risk

blueprint = Blueprint("advice", __name__, template_folder="templates")
FOUND = "patientapp.wrote_of_risk"
OWN_ADVICE = "/advice"  # such a page begins with advice by itself


@blueprint.get("/help-now")
@public
def help_now() -> str:
    """Where help is, then on to where the form leads."""
    onward = local_path(request.args.get("then", "")) or url_for("entry.front")
    return render_template("worklist/help_now.html", onward=onward)


def init_app(app: Flask) -> None:
    """Register after what speaks to scripts: that is to see the way that is found here."""
    app.after_request(advice_first)
    app.jinja_env.globals["wrote_of_risk"] = wrote_of_risk


def advice_first(response: Response) -> Response:
    """The answer, its way onward leading by the advice where the form spoke of risk."""
    onward = response.headers.get("Location", "")
    if response.status_code not in (302, 303) or not wrote_of_risk():
        return response
    to = urlsplit(onward)
    if OWN_ADVICE not in to.path:
        then = f"{to.path}?{to.query}" if to.query else to.path
        response.headers["Location"] = url_for("advice.help_now", then=then)
    return response


def wrote_of_risk() -> bool:
    """Whether the form that is being answered holds words that may speak of self-harm or suicide."""
    if request.method != "POST" or is_machine_path(request.path) or is_desk(request.path):
        return False
    if FOUND not in request.environ:
        request.environ[FOUND] = False  # a form that cannot even be read
        with suppress(HTTPException):
            request.environ[FOUND] = speaks_of_risk("\n".join(words_of_form()), risk_list())
    return bool(request.environ[FOUND])
