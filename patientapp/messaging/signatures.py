"""Whether a call-back was signed by the carrier (SMS-09)."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def is_signed(url: str, form: MultiDict[str, str], *, signature: str, settings: str, token: str) -> bool:
    """Whether the signature is right for this exact address and every parameter.

    Compared in constant time. The carrier may or may not count the standard port in. Without a
    token nothing is right: an empty key could be anybody's.
    """
    from twilio.request_validator import RequestValidator, get_signature_algorithm

    if not token or not signature.isascii():
        return False
    sign = RequestValidator(token).compute_signature
    try:
        made = [sign(one, form, get_signature_algorithm(settings)) for one in _spellings(url)]
    except (ValueError, UnicodeError):
        return False
    matches = [hmac.compare_digest(one, signature) for one in made]
    return any(matches)


def _spellings(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.port is not None or port is None:
        return (url,)
    return url, parts._replace(netloc=f"{parts.netloc}:{port}").geturl()
