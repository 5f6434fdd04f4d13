"""create_app(): the one place where everything is wired together."""

from __future__ import annotations

import secrets
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g
from flask_babel import get_locale
from flask_compress import Compress
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from patientapp import clock, i18n
from patientapp.access.guard import current_viewer, refuse_undeclared
from patientapp.config import Environment, Settings, check
from patientapp.content import catalogues
from patientapp.content.library import default_library as default_content
from patientapp.db import db, end_reads_softly, engine_options, prepare
from patientapp.documents.kinds import kinds
from patientapp.findings.rules import check_reviews
from patientapp.kpi.returns import check_all as check_returns
from patientapp.lists.rules import in_force as who_is_listed
from patientapp.messaging.gateway import Gateway
from patientapp.messaging.webhooks import TELL
from patientapp.outgoing.wiring import tell_staff
from patientapp.paper.rules import in_force as typed_twice
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.schedule import check_all
from patientapp.services.opening import opening
from patientapp.services.profiles import profiles
from patientapp.signin.loader import load_viewer
from patientapp.web import assets, current, errors, fallback, limits, logs, safety, security, sent
from patientapp.web.api import PREFIX, ProblemApi
from patientapp.web.api import Blueprint as ApiBlueprint
from patientapp.web.desk import day_words, moment_words
from patientapp.worklist import advice
from patientapp.worklist.limits import in_force

HERE = Path(__file__).parent

# Every blueprint, by module and name, in the order of their floors; where the views of one stand in
# two modules, both are here.
ROOMS = (
    ("patientapp.web.pages", "blueprint"),
    ("patientapp.messaging.webhooks", "blueprint"),
    ("patientapp.clients.pages", "blueprint"),
    ("patientapp.patients.pages", "blueprint"),
    ("patientapp.patients.api", "blueprint"),
    ("patientapp.worklist.pages", "blueprint"),
    ("patientapp.worklist.advice", "blueprint"),
    ("patientapp.assessments.pages", "blueprint"),
    ("patientapp.assessments.sending_pages", "blueprint"),
    ("patientapp.assessments.language_pages", "blueprint"),
    ("patientapp.assessments.api", "blueprint"),
    ("patientapp.assessments.staff_pages", "blueprint"),
    ("patientapp.assessments.staff_api", "blueprint"),
    ("patientapp.appointments.pages", "blueprint"),
    ("patientapp.appointments.staff_pages", "blueprint"),
    ("patientapp.appointments.free_pages", "blueprint"),
    ("patientapp.appointments.api", "blueprint"),
    ("patientapp.pifu.pages", "blueprint"),
    ("patientapp.pifu.sending_pages", "blueprint"),
    ("patientapp.pifu.staff_pages", "blueprint"),
    ("patientapp.signin.pages", "blueprint"),
    ("patientapp.signin.quiet_pages", "blueprint"),
    ("patientapp.signin.language_pages", "blueprint"),
    ("patientapp.signin.api", "blueprint"),
    ("patientapp.signin.staff_pages", "blueprint"),
    ("patientapp.findings.staff_pages", "blueprint"),
    ("patientapp.findings.report_pages", "blueprint"),
    ("patientapp.safeguarding.pages", "blueprint"),
    ("patientapp.safeguarding.staff_pages", "blueprint"),
    ("patientapp.plans.pages", "blueprint"),
    ("patientapp.plans.copy_pages", "blueprint"),
    ("patientapp.plans.staff_pages", "blueprint"),
    ("patientapp.plans.api", "blueprint"),
    ("patientapp.education.programme_pages", "blueprint"),
    ("patientapp.education.programme_staff_pages", "blueprint"),
    ("patientapp.education.learning_staff_pages", "blueprint"),
    ("patientapp.documents.pages", "blueprint"),
    ("patientapp.documents.staff_pages", "blueprint"),
    ("patientapp.documents.document_staff_pages", "blueprint"),
    ("patientapp.documents.api", "blueprint"),
    ("patientapp.opioids.staff_pages", "blueprint"),
    ("patientapp.assurance.staff_pages", "blueprint"),
    ("patientapp.assurance.incident_pages", "blueprint"),
    ("patientapp.assurance.audit_pages", "blueprint"),
    ("patientapp.goals.pages", "blueprint"),
    ("patientapp.goals.staff_pages", "blueprint"),
    ("patientapp.progress.pages", "blueprint"),
    ("patientapp.progress.staff_pages", "blueprint"),
    ("patientapp.progress.api", "blueprint"),
    ("patientapp.reminders.pages", "blueprint"),
    ("patientapp.kpi.pages", "blueprint"),
    ("patientapp.kpi.api", "blueprint"),
    ("patientapp.contact.pages", "blueprint"),
    ("patientapp.contact.bulk_pages", "blueprint"),
    ("patientapp.carers.pages", "blueprint"),
    ("patientapp.carers.entry_pages", "blueprint"),
    ("patientapp.carers.asking_pages", "blueprint"),
    ("patientapp.carers.my_pages", "blueprint"),
    ("patientapp.carers.staff_pages", "blueprint"),
    ("patientapp.lists.pages", "blueprint"),
    ("patientapp.paper.pages", "blueprint"),
    ("patientapp.paper.second_pages", "blueprint"),
    ("patientapp.paper.correct_pages", "blueprint"),
    ("patientapp.paper.print_pages", "blueprint"),
    ("patientapp.extracts.api", "blueprint"),
    ("patientapp.education.pages", "blueprint"),
    ("patientapp.education.my_pages", "blueprint"),
    ("patientapp.education.staff_pages", "blueprint"),
    ("patientapp.fhir.api", "blueprint"),
    ("patientapp.feedback.pages", "blueprint"),
    ("patientapp.feedback.my_pages", "blueprint"),
    ("patientapp.feedback.staff_pages", "blueprint"),
    ("patientapp.feedback.published_staff_pages", "blueprint"),
    ("patientapp.replies.pages", "blueprint"),
    ("patientapp.home.pages", "blueprint"),
    ("patientapp.home.seen_pages", "blueprint"),
)
LOCAL_PHONE = ("patientapp.messaging.dev_pages", "blueprint")  # demonstrations and tests only


def create_app(settings: Settings | None = None, *, gateway: Gateway | None = None) -> Flask:
    """The app, ready to serve; raises where a setting, a data file or a route's policy is wrong."""
    settings = settings or Settings.from_environ()
    check(settings)
    logs.configure()
    default_content()  # a broken page stops the start, and so do missing safety cards
    default_library()  # a broken instrument or schedule stops the start
    check_all()
    check_returns()
    in_force()
    typed_twice()
    who_is_listed()
    kinds()
    check_reviews(profiles().values())
    app = Flask("patientapp", static_folder=None, template_folder=str(HERE / "web/templates"))
    app.extensions[current.SETTINGS] = settings
    app.extensions["patientapp.gateway"] = gateway
    app.extensions[TELL] = tell_staff  # messaging knows no worklist
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    _connect_database(app, settings)
    _dress_pages(app, settings)
    errors.init_app(app)
    i18n.init_app(app, gate=catalogues.gate(production=settings.is_production))
    app.before_request(load_viewer)
    security.init_app(app, settings)
    sent.init_app(app)
    advice.init_app(app)  # after sent: what comes last here sees an answer first
    limits.init_app(app)
    Compress(app)
    fallback.init_app(app)  # after Compress: what comes last here sees a page first
    _register_rooms(app)
    refuse_undeclared(app)
    return app


def _connect_database(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = _absolute(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    end_reads_softly(app)
    with app.app_context():
        prepare(db.engine)


def _absolute(url: str) -> str:
    """Flask-SQLAlchemy looks for relative SQLite files in the instance folder; we mean the cwd."""
    if not url.startswith("sqlite:///") or url.endswith(":memory:"):
        return url
    path = Path(url.removeprefix("sqlite:///")).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{path}"


def _dress_pages(app: Flask, settings: Settings) -> None:
    app.jinja_options = {
        "autoescape": True,  # the kit's templates end in .jinja, which Flask does not escape (IO-02)
        "undefined": ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(HERE / "web/templates"), PackageLoader("nhsuk_frontend_jinja")]
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals["asset"] = assets.load_manifest(HERE / "web/static")
    app.jinja_env.globals["safety_words"] = safety.words
    app.jinja_env.filters |= {"day": day_words, "moment": moment_words}
    app.jinja_env.globals["opening"] = lambda hours: opening(hours, clock.now())
    app.jinja_env.globals["page_key"] = lambda: secrets.token_urlsafe(16)

    @app.context_processor
    def page_context() -> dict[str, Any]:
        language = str(get_locale() or i18n.DEFAULT)
        return {
            "viewer": current_viewer(),
            "service": g.get("service"),
            "locale_lang": language.replace("_", "-"),
            "locale_dir": i18n.direction(language),
            "demo": settings.env is Environment.DEMO,
            "unchecked_translation": language != i18n.DEFAULT and not catalogues.is_checked(language),
        }


def _register_rooms(app: Flask) -> None:
    app.config.update(
        API_TITLE="patientapp",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
    )
    api = ProblemApi(app)
    app.extensions["patientapp.api"] = api
    has_phone = app.extensions[current.SETTINGS].has_local_phone
    rooms = (*ROOMS, *([LOCAL_PHONE] if has_phone else []))
    # All are loaded before the first is registered, which closes it to further views.
    for blueprint in dict.fromkeys(getattr(import_module(module), name) for module, name in rooms):
        if isinstance(blueprint, ApiBlueprint):
            api.register_blueprint(blueprint, url_prefix=PREFIX)
        elif isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
