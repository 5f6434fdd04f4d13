"""Codes to scan, for printed pages."""

from __future__ import annotations

import segno

from patientapp.i18n import gettext as _


def qr(address: str) -> tuple[str, str]:
    """(picture as a data address, what it says) of a code to scan."""
    made = segno.make(address, error="m", micro=False)
    return made.svg_data_uri(scale=4, border=4), _("Scan to open %(address)s", address=address)
