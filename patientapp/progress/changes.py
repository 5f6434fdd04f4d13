"""A change as the boundary tells it: the same facts for one patient and for a whole service."""

from __future__ import annotations

from typing import Any

from patientapp.progress.rules import Point, ScaleRow, Step


def change_of(row: ScaleRow, step: Step) -> dict[str, Any]:
    """One change with its two occasions, its thresholds and where they come from."""
    change = step.change
    return {
        "episode_id": row.episode_id,
        "instrument": row.instrument.id,
        "instrument_version": step.baseline.given.instrument_version,
        "rule_version": step.baseline.given.rule_version,
        "scale": row.scale.code,
        "better": row.scale.better,
        "baseline": _occasion(step.baseline),
        "follow_up": _occasion(step.follow_up),
        "difference": change.difference,
        "direction": change.direction,
        "important_change": change.important,
        "important_threshold": change.important_threshold,
        "reliable_change": change.reliable,
        "sdc95": change.sdc95,
        "sd_used": change.sd_used,
        "sources": list(change.sources),
    }


def _occasion(of: Point) -> dict[str, Any]:
    return {
        "response_id": of.given.response_id,
        "time_point": of.given.time_point,
        "value": of.value,
        "answered_at": of.given.answered_at,
        "received_at": of.given.received_at,
    }
