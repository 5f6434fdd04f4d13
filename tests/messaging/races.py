"""A database with real commits for tests of several dispatchers, emptied again at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.db import Base, db, transaction


@contextmanager
def committed(app: Flask) -> Iterator[Session]:
    """A session that really commits; all rows of all tables go at the end."""
    with app.app_context():
        try:
            yield db.session()
        finally:
            db.session.rollback()
            with transaction() as session:
                for table in reversed(Base.metadata.sorted_tables):
                    session.execute(sa.delete(table))
            db.session.remove()


def at_once(app: Flask, *works: Callable[[], object]) -> None:
    """Run each in a thread with its own app context, all starting together; raise what they raise."""
    line = threading.Barrier(len(works))
    wrong: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            with app.app_context():
                line.wait()
                work()
        except BaseException as error:  # noqa: BLE001 - shown by the test itself
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if wrong:
        raise wrong[0]
