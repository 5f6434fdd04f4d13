"""The web server: granian over `wsgi:app`, a fixed number of threads a worker."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from granian import Granian, _signals
from granian.constants import Interfaces
from granian.log import LogLevels
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import configure_mappers

from patientapp.config import Settings
from patientapp.web.current import SETTINGS
from patientapp.web.door import Door

THREADS = 2  # a worker; more only lengthens the tail on SQLite (dependencies.md)
WAITING = 32  # before the door of a worker: a fifth of a second's work
REFUSING = 64  # threads that say no, so that a refusal waits for nobody (REL-08)
APP = "patientapp.wsgi"
M_ARENA_MAX, ARENAS = -8, 2
STOP_WITHIN = 20  # seconds for a worker to finish what it accepted
YOUNG_OBJECTS = 20_000  # a request leaves few cycles; looking for them every 700 objects costs a quarter


class NoGrudges(dict[int, float]):
    """Forgets which workers were replaced.

    granian gives up and exits when a worker dies twice within seconds. A killed worker lost no
    answer; a server that is gone refuses them all, so here a worker is replaced however often.
    """

    def __setitem__(self, worker: int, replaced_at: float) -> None:
        """Keep nothing."""


class StopStays(threading.Event):
    """An order to stop is not forgotten when a worker dies at the same moment."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        super().__init__()
        self._is_stopping = is_stopping

    def clear(self) -> None:
        """Forget what was handled, but never the order to stop."""
        super().clear()
        if self._is_stopping():
            self.set()


def leave_ctrl_c_to_the_parent() -> None:
    """Ctrl-C reaches the whole group; a worker that went by itself would only be replaced."""
    wait_for_orders: Callable[[], Any] = _signals.set_sync_signals

    def wait_for_sigterm() -> Any:
        orders = wait_for_orders()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return orders

    _signals.set_sync_signals = wait_for_sigterm


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; SIGTERM finishes what was accepted (REL-08)."""
    _load_once()
    leave_ctrl_c_to_the_parent()
    server: Any = Granian(
        f"{APP}:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS + WAITING + REFUSING,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    )
    server.respawned_wrks = NoGrudges()
    server.main_loop_interrupt = StopStays(lambda: bool(server.interrupt_signal))
    server.serve()


def _load_once() -> None:
    """Make the app before the workers are forked: they share its memory and start at once.

    No connection is open yet, so none is shared; frozen objects are left alone by the collector,
    whose marks would copy the pages again.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one person's scores need no threads
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # 5 MiB to colour a console
    app = import_module(APP).app
    settings: Settings = app.extensions[SETTINGS]
    app.jinja_env.bytecode_cache = kept_templates(settings.data_dir / "templates")
    for name in app.jinja_env.list_templates(filter_func=_is_ours):
        app.jinja_env.get_template(name)
    configure_mappers()
    app.wsgi_app = Door(app.wsgi_app, at_once=THREADS, waiting=WAITING)
    _keep_few_arenas()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()


def kept_templates(folder: Path) -> FileSystemBytecodeCache | None:
    """Where templates lie ready from the start before; translating them takes most of a second.

    None where the folder is not this user's alone: who can write there could run what he likes.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stands = folder.lstat()
    except OSError:
        return None
    is_ours = stat.S_ISDIR(stands.st_mode) and stands.st_uid == os.getuid() and not stands.st_mode & 0o077
    return FileSystemBytecodeCache(str(folder)) if is_ours else None


def _keep_few_arenas() -> None:
    """Let the threads of a worker share their memory pools; glibc else keeps up to 8 a core."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def _is_ours(template: str) -> bool:
    return template.endswith(".html") and "nhsuk" not in template
