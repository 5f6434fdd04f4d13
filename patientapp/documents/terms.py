"""What a service's contract asks of a kind: its profile has the word on clocks, clauses and
recipients; this room's files add the blocks of the clauses that a profile does not list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patientapp.documents.kinds import kinds
from patientapp.documents.rules import Terms, terms_of
from patientapp.services.profile import Document
from patientapp.services.profiles import profile

# Names of a profile for blocks of ours; an automatic block stands on every document by itself.
SAME: Mapping[str, str] = {"admission_and_discharge_dates": "dates"}
AUTOMATIC = frozenset({"identifiers"})


def terms_for(kind: str, contract: str, route: str = "") -> Terms:
    """Blocks, recipients and clock of a kind under a contract."""
    own = terms_of(kinds()[kind], contract, route)
    found = profile(contract)
    said = next((one for one in found.documents if one.kind == kind), None) if found else None
    return _with(own, said, kind) if said else own


def _with(own: Terms, said: Document, kind: str) -> Terms:
    wanted = {*own.needed, *blocks_of(said)}
    return replace(
        own,
        needed=tuple(block for block in kinds()[kind].block_ids if block in wanted),
        recipients=tuple(dict.fromkeys([*said.recipients, *own.recipients])),
        working_days=said.days,
        text_working_days=said.text_days,
        clause=own.clause or said.clause,
    )


def blocks_of(said: Document) -> list[str]:
    """The blocks that a profile lists, by our names."""
    return [SAME.get(block, block) for block in said.blocks if block not in AUTOMATIC]
