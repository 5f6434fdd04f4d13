"""How long replies are kept (OPS-06): the days are the retention job's to say."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from patientapp.db import changed, run, table
from patientapp.replies.models import Reply

_REPLIES = table(Reply)


def system_forget_before(moment: datetime, *, limit: int = 500) -> int:
    """Delete replies that came before this; how many: call it, in a transaction each, until none.

    Past the model, which refuses: replies are never changed, and end only here.
    """
    old = sa.select(_REPLIES.c.id).where(_REPLIES.c.received_at < moment)
    ids = list(run(old.order_by(_REPLIES.c.received_at).limit(limit)).scalars())
    gone = sa.delete(_REPLIES).where(_REPLIES.c.id.in_(ids)).execution_options(preserve_rowcount=True)
    return changed(run(gone)) if ids else 0
