"""complaints, comments and compliments; what was done about them

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
KINDS = ("complaint", "comment", "compliment")
STEPS = ("received", "taken", "acknowledged", "answered")
OUTCOMES = ("well_founded", "partly", "not_found", "not_needed")
THEMES = ("waiting", "staff", "information", "care", "getting_here", "app", "other")


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("id", ID, nullable=False),
        sa.Column("service_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        one_of("told", "kind", "toldkind", KINDS),
        refers("told", "service_id", "services"),
        refers("told", "patient_id", "patients"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
    )
    op.create_index("ix_told_patient_id", "told", ["patient_id"])
    op.create_index("ix_told_service_received", "told", ["service_id", "received_at"])
    op.create_table(
        "told_events",
        sa.Column("told_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("themes", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        one_of("told_events", "step", "toldstep", STEPS),
        one_of("told_events", "outcome", "outcome", OUTCOMES),
        refers("told_events", "told_id", "told"),
        refers("told_events", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("told_id", "seq", name=op.f("pk_told_events")),
    )
    op.create_table(
        "you_said",
        sa.Column("id", ID, nullable=False),
        sa.Column("service_id", ID, nullable=False),
        sa.Column("theme", sa.String(40), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_by", ID, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", ID, nullable=True),
        one_of("you_said", "theme", "theme", THEMES),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_you_said_withdrawn_by_whom"),
        ),
        refers("you_said", "service_id", "services"),
        refers("you_said", "published_by", "staff"),
        refers("you_said", "withdrawn_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_you_said")),
    )
    op.create_index("ix_you_said_service_id", "you_said", ["service_id"])


def downgrade() -> None:
    for name in ("you_said", "told_events", "told"):
        op.drop_table(name)


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def one_of(table: str, column: str, called: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{called}"))
