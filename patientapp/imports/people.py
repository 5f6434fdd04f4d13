"""The people of another system (contract.md section 6, `patients`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from patientapp.imports.cells import code, each_of
from patientapp.imports.disk import OnDisk
from patientapp.imports.keyed import Keyed, Row, Values
from patientapp.imports.kinds import Batch
from patientapp.imports.rules import BadCell, Column, Mistake, day, one_of, text, whole, yes_no
from patientapp.links.actions import end_links
from patientapp.links.rules import LinkEnd
from patientapp.messaging.actions import withdraw_of_patient
from patientapp.messaging.rules import Why
from patientapp.patients import bulk
from patientapp.patients.rules import (
    LONGEST_LIFE_YEARS,
    LONGEST_NAME,
    Need,
    Sex,
    parse_mobile,
    parse_nhs_number,
)
from patientapp.workdays import london_day
from patientapp.worklist.actions import ask_to_arrange

LONGEST_KEY = 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
NHS_LETTERS = "ABCDEFGHJKLMNPRSZ"  # NHS Data Dictionary, ethnic category code


def nhs_number(cell: str) -> str:
    """Ten digits whose last one checks."""
    found = parse_nhs_number(cell)
    if found is None:
        raise BadCell("check the NHS number: it has 10 digits and these do not fit together")
    return found


def mobile(cell: str) -> str:
    """A number that texts reach."""
    found = parse_mobile(cell)
    if found is None:
        raise BadCell("a text cannot reach it: give a mobile number, or leave it empty")
    return found


postcode = code(r"(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})", "write a postcode like LS1 4AP")
practice = code(r"[A-Z][A-Z0-9]{2,8}", "write the practice's code like A81001")
language = code(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "write the language like en or pl", upper=False
)
email = code(_EMAIL.pattern.removesuffix(r"\Z"), "check the email address", upper=False)
ethnic = code(f"[{NHS_LETTERS}]", f"use one letter of {NHS_LETTERS}")

COLUMNS = (
    Column(name="patient_key", read=text(LONGEST_KEY), needed=True, example="P-1001"),
    Column(name="nhs_number", read=nhs_number, example="9994567896"),
    Column(name="given_name", read=text(LONGEST_NAME), example="Sam"),
    Column(name="family_name", read=text(LONGEST_NAME), example="Sample"),
    Column(name="birth_date", read=day, needed=True, example="1961-04-23"),
    Column(name="sex", read=one_of(Sex), example="female"),
    Column(name="mobile", read=mobile, example="07700900123"),
    Column(name="email", read=email, example=""),
    Column(name="postcode", read=postcode, example="ZZ99 3VZ"),
    Column(name="gp_code", read=practice, example="A81001"),
    Column(name="language", read=language, example="en"),
    Column(name="ethnicity", read=ethnic, example="A"),
    Column(name="imd_decile", read=whole(1, 10), example="3"),
    Column(name="needs", read=each_of(Need), example="large_print;phone_only"),
    Column(name="interpreter", read=yes_no, example="n"),
    Column(name="texts_ok", read=yes_no, example="y"),
    Column(name="booking_help", read=yes_no, example="n"),
    Column(name="veteran", read=yes_no, example="n"),
    Column(name="died_on", read=day, example=""),
)


class Patients(Keyed):
    """The `patients` kind."""

    name, key, columns, is_update = "patients", "patient_key", COLUMNS, True

    def __init__(self) -> None:
        super().__init__()
        self._numbers = OnDisk()  # NHS numbers of this file, each with its key

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """Days that cannot be, and an NHS number that is another person's."""
        known = _known(batch)
        for line, values in batch.rows:
            for name, reason in _day_mistakes(values, batch):
                yield Mistake(line, name, reason)
            number, key = values["nhs_number"], values["patient_key"]
            if number is None:
                continue
            other = known.by_number.get(number)
            first = self._numbers.get(number)
            self._numbers.put(number, first or key)
            if (other is not None and other.patient_key not in {None, key}) or first not in {None, key}:
                reason = "another record has this NHS number: merge the two, or correct one"
                yield Mistake(line, "nhs_number", reason)
            elif other is not None and other.patient_key is None and _is_somebody_else(other, values):
                reason = (
                    "the record with this NHS number has another name or date of birth: ask whose it is"
                )
                yield Mistake(line, "nhs_number", reason)

    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """New records, and what is new about known ones; a record added here takes its key."""
        known, new, changed = _known(batch), [], []
        for row in rows:
            values = row.values
            stored = known.by_key.get(values["patient_key"]) or known.by_number.get(values["nhs_number"])
            given = {name: value for name, value in values.items() if value is not None}
            if stored is None:
                new.append(_filled(values))
            else:
                changed.append(bulk.Changed(stored.id, bulk.differences(stored, given)))
        bulk.add_all(batch.service_id, new, now=batch.now)
        bulk.change_all(changed, by=batch.by, now=batch.now)
        for change in changed:
            _silence(change, batch)
        _arrange_at_home(batch, [row.values for row in rows])


class _Known:
    def __init__(self, rows: Sequence[Any]) -> None:
        self.by_key = {row.patient_key: row for row in rows if row.patient_key is not None}
        self.by_number = {row.nhs_number: row for row in rows if row.nhs_number is not None}


def _known(batch: Batch) -> _Known:
    keys = {values["patient_key"] for _line, values in batch.rows}
    numbers = {values["nhs_number"] for _line, values in batch.rows} - {None}
    return _Known(bulk.system_known(batch.service_id, keys=keys, nhs_numbers=numbers))


def _is_somebody_else(stored: Any, given: Values) -> bool:
    """Whether a row that would take a record over by its NHS number speaks of another person.

    A wrong digit may be somebody else's number; their record, and their links, would be lost to a
    stranger. Whoever has married since is put right by hand first.
    """
    names = [
        name for name in ("given_name", "family_name") if given[name] and getattr(stored, name) != "-"
    ]
    other_name = all(given[name].casefold() != getattr(stored, name).casefold() for name in names)
    return bool(stored.birth_date != given["birth_date"] or (names and other_name))


def _arrange_at_home(batch: Batch, given: Sequence[Values]) -> None:
    """People who cannot leave home become a task each, once (B54)."""
    keys = {one["patient_key"] for one in given if Need.HOUSEBOUND in (one["needs"] or ())}
    if keys:
        for row in bulk.system_known(batch.service_id, keys=keys, nhs_numbers=()):
            ask_to_arrange(batch.service_id, row.merged_into_id or row.id, now=batch.now)


def _filled(values: Values) -> dict[str, Any]:
    """A new record: what is not known is empty. A name that is not known is a dash."""
    return {
        **values,
        "given_name": values["given_name"] or "-",
        "family_name": values["family_name"] or "-",
        "sex": values["sex"] or Sex.UNKNOWN,
        "language": values["language"] or "en",
        "needs": values["needs"] or [],
        "texts_ok": values["texts_ok"] is not False,
        "interpreter": bool(values["interpreter"]),
        "booking_help": bool(values["booking_help"]),
        **{name: values[name] or "" for name in ("mobile", "email", "postcode", "gp_code", "ethnicity")},
    }


def _day_mistakes(values: Values, batch: Batch) -> Iterator[tuple[str, str]]:
    born, died, today = values["birth_date"], values["died_on"], london_day(batch.now)
    if born >= today:
        yield "birth_date", "is not in the past"
    elif today.year - born.year > LONGEST_LIFE_YEARS:
        yield "birth_date", "check the year"
    if died is not None and died > today:
        yield "died_on", "has not come yet"
    elif died is not None and died < born:
        yield "died_on", "is before the birth"


def _silence(change: bulk.Changed, batch: Batch) -> None:
    """Another number, a death or a no to texts ends links and texts at once (LINK-05, SMS-06)."""
    who: UUID = change.patient_id
    if "mobile" in change.fields:
        end_links(patient_id=who, reason=LinkEnd.NUMBER_CHANGED, now=batch.now)
        withdraw_of_patient(who, why=Why.NUMBER_CHANGED, now=batch.now)
    if "died_on" in change.fields:
        end_links(patient_id=who, reason=LinkEnd.DIED, now=batch.now)
        withdraw_of_patient(who, why=Why.DIED, now=batch.now)
    if "texts_ok" in change.fields or "needs" in change.fields:
        withdraw_of_patient(who, why=Why.NO_TEXTS, now=batch.now)
