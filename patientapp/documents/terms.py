"""What a service's contract asks of a kind: the files of this room, and its profile where it has one."""

from __future__ import annotations

from patientapp.documents.kinds import kinds
from patientapp.documents.rules import Terms, terms_of


def terms_for(kind: str, contract: str, route: str = "") -> Terms:
    """Blocks, recipients and clock of a kind under a contract."""
    return terms_of(kinds()[kind], contract, route)
