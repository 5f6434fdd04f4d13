"""Headers, cookies and the origin of every change (SEC-09, IO-02, LINK-03)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from patientapp.access.guard import current_viewer
from patientapp.config import Settings
from patientapp.errors import Forbidden
from patientapp.web.api import check_text

CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STATIC = "/static/"
WEBHOOKS = "/webhooks/"  # signed by the carrier instead (SMS-09)


class _CookiesOnly(CSRFProtect):  # type: ignore[misc]
    """Forged requests ride on cookies; a request with a token of its own carries none that counts."""

    def protect(self, **named: bool) -> None:
        """Check the form's token, unless another system asks as itself."""
        asking = current_viewer()
        if asking is None or asking.client_id is None:
            super().protect(**named)


csrf = _CookiesOnly()


def init_app(app: Flask, settings: Settings) -> None:
    """Install the checks, ours first: CSRF comes last, when the request is known to be sound."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="form",
        SESSION_COOKIE_SECURE=settings.cookies_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a person in pain may take all day; the session ends it
        WTF_CSRF_SSL_STRICT=False,  # it needs a Referer, which LINK-03 forbids; Origin is ours
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=200,
    )
    origin = _origin(settings.public_url)

    @app.before_request
    def check_request() -> None:
        if request.path.startswith(WEBHOOKS):
            return
        if request.method in CHANGES:
            request.get_data(cache=True)  # an answer to a body half read would end the connection
            _check_origin(origin, strict=settings.is_production)
            for name, value in request.form.items(multi=True):
                check_text(name)
                check_text(value)
        for name, value in request.args.items(multi=True):
            check_text(name)
            check_text(value)
        for part in (request.view_args or {}).values():
            check_text(str(part))

    app.after_request(_add_headers)
    csrf.init_app(app)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _check_origin(own: str, *, strict: bool) -> None:
    """A change comes from our own pages. Under no-referrer browsers say Origin: null, and newer
    ones name the site in Sec-Fetch-Site; the CSRF token stands behind both."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This was sent from another site.")
    given = request.headers.get("Origin", "null")
    allowed = {own, "null"} if strict else {own, "null", _origin(request.host_url)}
    if given not in allowed:
        raise Forbidden("This was sent from another site.")


def may_be_kept(seconds: int) -> None:
    """Let this reader's own browser keep the page: for pages that hold nothing of anybody."""
    g.kept_for = seconds


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if g.get("kept_for") and response.status_code == 200:
        response.headers["Cache-Control"] = f"private, max-age={g.kept_for}"
        response.vary.update(["Cookie", "Accept-Language"])
    elif not request.path.startswith(STATIC):
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
