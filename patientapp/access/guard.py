"""The decorators by which every route states its policy, and the check that each one did (SEC-01)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, g

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.errors import Forbidden, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])
POLICY = "__access_policy__"
PUBLIC = "public"


class RouteWithoutPolicy(Exception):
    """A route says neither who may use it nor that everyone may."""


def current_viewer() -> Viewer | None:
    """Who asks, or None; set once per request by `signin`."""
    viewer: Viewer | None = g.get("viewer")
    return viewer


def viewer() -> Viewer:
    """Who asks; SignInNeeded when nobody is signed in."""
    found = current_viewer()
    if found is None:
        raise SignInNeeded
    return found


def requires(permission: Permission) -> Callable[[View], View]:
    """Only viewers who hold this permission get through."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            check(viewer(), permission)
            return view(*args, **kwargs)

        setattr(guarded, POLICY, permission.value)
        return guarded  # type: ignore[return-value]

    return guard


def check(asking: Viewer, permission: Permission) -> None:
    """Raise SignInNeeded where signing in again would help, else Forbidden, unless it is allowed."""
    if may(asking, permission):
        return
    if asking.patient_id is not None and (asking.idle or not asking.is_confirmed):
        raise SignInNeeded
    raise Forbidden


def public(view: View) -> View:
    """Anybody may see this: it shows nothing that is anyone's."""
    setattr(view, POLICY, PUBLIC)
    return view


def policies(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(method, path, policy) of every route, for the access matrix and its test."""
    for rule in app.url_map.iter_rules():
        policy = getattr(app.view_functions[rule.endpoint], POLICY, "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, policy


def refuse_undeclared(app: Flask) -> None:
    """Raise RouteWithoutPolicy naming each route that declares none (SEC-01)."""
    missing = sorted(f"{method} {path}" for method, path, policy in policies(app) if not policy)
    if missing:
        raise RouteWithoutPolicy("no access policy on: " + ", ".join(missing))
