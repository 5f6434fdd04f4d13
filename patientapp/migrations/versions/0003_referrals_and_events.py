"""referrals, every kind of event, what is imported

Revision: 0003, after 0002
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

LONDON = ZoneInfo("Europe/London")
ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
POINTS = "'T0', 'TD', 'T3', 'T6'"
ALL_POINTS = "'T0', 'TPs', 'TPe', 'TD', 'T3', 'T6', 'TPIFU', 'review'"
MODES = "'self', 'helped', 'interpreter', 'phone', 'paper', 'proxy', 'kiosk'"


def upgrade() -> None:
    add_tables()
    op.add_column("services", sa.Column("profile", sa.Text(), nullable=False, server_default=""))
    op.add_column("services", sa.Column("contract_first_day", sa.Date()))
    op.add_column("services", sa.Column("closed_on", sa.Date()))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA defer_foreign_keys=ON")
        on_sqlite()
    else:
        on_postgresql()
    op.create_index("uq_patients_service_key", "patients", ["service_id", "patient_key"], unique=True)
    op.create_index("ix_episodes_service_received", "episodes", ["service_id", "received_on"])
    op.create_index("ix_episode_events_service_kind_on", "episode_events", ["service_id", "kind", "on"])
    op.create_index("ix_responses_service_answered", "responses", ["service_id", "answered_on"])
    op.create_index("ix_responses_episode_id", "responses", ["episode_id"])
    for table in ("episode_events", "responses"):
        only_where(f"uq_{table}_service_mark", table, ["service_id", "mark"], "mark IS NOT NULL")
        only_where(f"uq_{table}_corrects", table, ["corrects_id"], "corrects_id IS NOT NULL")


def only_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def add_tables() -> None:
    for table, parent in (("episode_changes", "episode"), ("patient_changes", "patient")):
        op.create_table(
            table,
            sa.Column("id", ID, nullable=False),
            sa.Column(f"{parent}_id", ID, nullable=False),
            sa.Column("changes", JSON, nullable=False),
            sa.Column("at", MOMENT, nullable=False),
            sa.Column("by", sa.Text(), nullable=False),
            sa.ForeignKeyConstraint(
                [f"{parent}_id"], [f"{parent}s.id"], name=op.f(f"fk_{table}_{parent}_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{parent}_id"), table, [f"{parent}_id"])
    op.create_table(
        "patient_merges",
        sa.Column("id", ID, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["patients.id"], name=op.f("fk_patient_merges_from_id")),
        sa.ForeignKeyConstraint(["into_id"], ["patients.id"], name=op.f("fk_patient_merges_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_merges")),
        sa.UniqueConstraint("from_id", name=op.f("uq_patient_merges_from_id")),
    )
    op.create_index(op.f("ix_patient_merges_into_id"), "patient_merges", ["into_id"])
    op.create_table(
        "fft_counts",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("fft_key", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("response", sa.SmallInteger()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("response BETWEEN 1 AND 6", name=op.f("ck_fft_counts_response_is_a_code")),
        sa.CheckConstraint("count >= 0", name=op.f("ck_fft_counts_count_is_none_or_more")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_fft_counts_service_id")),
        sa.PrimaryKeyConstraint("service_id", "fft_key", name=op.f("pk_fft_counts")),
    )
    op.create_index("ix_fft_counts_service_day", "fft_counts", ["service_id", "day"])


RECEIVED = """(SELECT e.{0} FROM episode_events e WHERE e.episode_id = {1}.id AND e.kind = 'received'
    ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1)"""
OF_TASK = "(SELECT p.episode_id FROM tasks t JOIN packs p ON p.id = t.pack_id WHERE t.id = {0}.task_id)"

PATIENT_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("patient_key", sa.Text()),
    sa.Column("postcode", sa.Text(), nullable=False, server_default=""),
    sa.Column("gp_code", sa.Text(), nullable=False, server_default=""),
    sa.Column("ethnicity", sa.Text(), nullable=False, server_default=""),
    sa.Column("imd_decile", sa.SmallInteger()),
    sa.Column("interpreter", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("veteran", sa.Boolean()),
    sa.Column("booking_help", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("housebound", sa.Boolean(), nullable=False, server_default=sa.false()),
)


def on_sqlite() -> None:
    """SQLite can neither add a column that must be filled nor change a CHECK: make the tables anew."""
    for column in PATIENT_COLUMNS:
        op.add_column("patients", column)
    op.execute("ALTER TABLE patients ADD COLUMN merged_into_id BLOB REFERENCES patients (id)")
    anew("bulk_sends", {POINTS: ALL_POINTS})
    anew(
        "packs",
        {
            POINTS: ALL_POINTS,
            "\n\tCONSTRAINT": "\n\toccurrence SMALLINT NOT NULL, \n\tCONSTRAINT",
            "UNIQUE (episode_id, time_point)": "UNIQUE (episode_id, time_point, occurrence)",
            "uq_packs_episode_id_time_point": "uq_packs_episode_id_time_point_occurrence",
        },
        {"occurrence": "1"},
    )
    responses = """
\tepisode_id BLOB NOT NULL,
\tmode VARCHAR(40) NOT NULL,
\tanswered_on DATE NOT NULL,
\tresponse_key TEXT,
\tmark BLOB,
\tcorrects_id BLOB,
\tCONSTRAINT fk_responses_episode_id FOREIGN KEY(episode_id) REFERENCES episodes (id),
\tCONSTRAINT fk_responses_corrects_id FOREIGN KEY(corrects_id) REFERENCES responses (id),
\tCONSTRAINT ck_responses_answermode CHECK (mode IN (%s)),""" % MODES
    anew(
        "responses",
        {
            POINTS: ALL_POINTS,
            "task_id BLOB NOT NULL": "task_id BLOB",
            "\n\tCONSTRAINT": responses + "\n\tCONSTRAINT",
        },
        {
            "episode_id": OF_TASK.format("aside"),
            "mode": "answered_by",
            "answered_on": "date(answered_at)",
        },
    )
    after_midnight_in_london()
    episodes = """
\treceived_at DATETIME NOT NULL,
\treceived_on DATE NOT NULL,
\turgency VARCHAR(40) NOT NULL,
\tsource VARCHAR(40) NOT NULL,
\tcohort VARCHAR(40) NOT NULL,
\tcancer BOOLEAN NOT NULL,
\tCONSTRAINT ck_episodes_urgency CHECK (urgency IN ('routine', 'urgent')),
\tCONSTRAINT ck_episodes_referralsource CHECK (source IN ('gp', 'secondary_care', 'msk', 'other')),
\tCONSTRAINT ck_episodes_cohort CHECK (cohort IN ('pain', 'cfs', 'neuromodulation')),"""
    first_day = RECEIVED.format('"on"', "aside")
    day = f"coalesce({first_day}, date(created_at))"
    anew(
        "episodes",
        {"\n\tCONSTRAINT": episodes + "\n\tCONSTRAINT"},
        {
            "received_at": f"{day} || ' 00:00:00.000000'",
            "received_on": day,
            "urgency": "'routine'",
            "source": "'other'",
            "cohort": "'pain'",
            "cancer": "0",
        },
    )
    op.execute("DROP INDEX ix_episodes_service_id")
    events = """
\tservice_id BLOB NOT NULL,
\tat DATETIME NOT NULL,
\tdetail TEXT NOT NULL,
\tamount FLOAT,
\tevent_key TEXT,
\tmark BLOB,
\tcorrects_id BLOB,
\tnever_happened BOOLEAN NOT NULL,
\tCONSTRAINT fk_episode_events_service_id FOREIGN KEY(service_id) REFERENCES services (id),
\tCONSTRAINT fk_episode_events_corrects_id FOREIGN KEY(corrects_id) REFERENCES episode_events (id),"""
    anew(
        "episode_events",
        {
            "episode_id BLOB NOT NULL": "episode_id BLOB",
            "kind VARCHAR(40)": "kind TEXT",
            "kind IN ('received', 'first_appointment', 'discharged')": "length(kind) BETWEEN 1 AND 60",
            "ck_episode_events_episodeeventkind": "ck_episode_events_kind_is_named",
            "\n\tCONSTRAINT": events + "\n\tCONSTRAINT",
        },
        {
            "service_id": "(SELECT service_id FROM episodes WHERE episodes.id = aside.episode_id)",
            "at": "\"on\" || ' 00:00:00.000000'",
            "detail": "''",
            "never_happened": "0",
        },
    )


def after_midnight_in_london() -> None:
    """In summer the last hour of a UTC day is the next day in London."""
    bind = op.get_bind()
    late = "SELECT id, answered_at FROM responses WHERE time(answered_at) >= '23:00:00'"
    days = [
        (datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(LONDON).date().isoformat(), key)
        for key, at in bind.exec_driver_sql(late).all()
    ]
    for day, key in days:
        bind.exec_driver_sql("UPDATE responses SET answered_on = ? WHERE id = ?", (day, key))


def anew(table: str, edits: Mapping[str, str], fill: Mapping[str, str] | None = None) -> None:
    """Make a table anew with its definition edited, its rows and indexes kept.

    The rows leave and come back under the same name while foreign keys wait for the commit, so who
    refers to them never sees them gone.
    """
    fill = fill or {}
    bind = op.get_bind()
    asked = sa.text("SELECT sql, type FROM sqlite_master WHERE tbl_name = :t AND sql IS NOT NULL")
    made = bind.execute(asked, {"t": table}).all()
    definition = next(row.sql for row in made if row.type == "table")
    for old, new in edits.items():
        assert old in definition, f"{table}: {old}"
        definition = definition.replace(old, new, 1)
    kept = [row[1] for row in bind.exec_driver_sql(f"PRAGMA table_info({table})")]
    bind.exec_driver_sql(f"CREATE TABLE aside AS SELECT * FROM {table}")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(definition)
    names = ", ".join(f'"{name}"' for name in [*kept, *fill])
    values = ", ".join([*(f'"{name}"' for name in kept), *fill.values()])
    bind.exec_driver_sql(f"INSERT INTO {table} ({names}) SELECT {values} FROM aside")
    bind.exec_driver_sql("DROP TABLE aside")
    for row in made:
        if row.type == "index":
            bind.exec_driver_sql(row.sql)


def on_postgresql() -> None:
    for column in PATIENT_COLUMNS:
        op.add_column("patients", column)
    op.add_column("patients", sa.Column("merged_into_id", sa.Uuid()))
    refers("patients", "merged_into_id", "patients")
    for table in ("bulk_sends", "packs", "responses"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_timepoint")
        check(table, "timepoint", f"time_point IN ({ALL_POINTS})")
    op.add_column("packs", sa.Column("occurrence", sa.SmallInteger(), nullable=False, server_default="1"))
    op.drop_constraint("uq_packs_episode_id_time_point", "packs")
    op.create_unique_constraint(
        "uq_packs_episode_id_time_point_occurrence", "packs", ["episode_id", "time_point", "occurrence"]
    )
    postgresql_responses()
    postgresql_episodes()
    postgresql_events()


def postgresql_responses() -> None:
    op.alter_column("responses", "task_id", nullable=True)
    op.add_column("responses", sa.Column("episode_id", sa.Uuid()))
    op.add_column("responses", sa.Column("mode", sa.String(40)))
    op.add_column("responses", sa.Column("answered_on", sa.Date()))
    op.add_column("responses", sa.Column("response_key", sa.Text()))
    op.add_column("responses", sa.Column("mark", sa.LargeBinary(16)))
    op.add_column("responses", sa.Column("corrects_id", sa.Uuid()))
    op.execute(
        f"UPDATE responses SET episode_id = {OF_TASK.format('responses')}, mode = answered_by, "
        "answered_on = (answered_at AT TIME ZONE 'Europe/London')::date"
    )
    for column in ("episode_id", "mode", "answered_on"):
        op.alter_column("responses", column, nullable=False)
    refers("responses", "episode_id", "episodes")
    refers("responses", "corrects_id", "responses")
    check("responses", "answermode", f"mode IN ({MODES})")


def postgresql_episodes() -> None:
    op.add_column("episodes", sa.Column("received_at", MOMENT))
    op.add_column("episodes", sa.Column("received_on", sa.Date()))
    for name, default in (("urgency", "routine"), ("source", "other"), ("cohort", "pain")):
        op.add_column("episodes", sa.Column(name, sa.String(40), nullable=False, server_default=default))
    op.add_column("episodes", sa.Column("cancer", sa.Boolean(), nullable=False, server_default=sa.false()))
    day = RECEIVED.format('"on"', "episodes")
    op.execute(f"UPDATE episodes SET received_on = coalesce({day}, created_at::date)")
    op.execute("UPDATE episodes SET received_at = received_on::timestamp AT TIME ZONE 'Europe/London'")
    op.alter_column("episodes", "received_at", nullable=False)
    op.alter_column("episodes", "received_on", nullable=False)
    check("episodes", "urgency", "urgency IN ('routine', 'urgent')")
    check("episodes", "referralsource", "source IN ('gp', 'secondary_care', 'msk', 'other')")
    check("episodes", "cohort", "cohort IN ('pain', 'cfs', 'neuromodulation')")
    op.drop_index("ix_episodes_service_id", table_name="episodes")


def postgresql_events() -> None:
    op.alter_column("episode_events", "episode_id", nullable=True)
    op.execute("ALTER TABLE episode_events DROP CONSTRAINT ck_episode_events_episodeeventkind")
    op.alter_column("episode_events", "kind", type_=sa.Text())
    check("episode_events", "kind_is_named", "length(kind) BETWEEN 1 AND 60")
    op.add_column("episode_events", sa.Column("service_id", sa.Uuid()))
    op.add_column("episode_events", sa.Column("at", MOMENT))
    op.add_column("episode_events", sa.Column("detail", sa.Text(), nullable=False, server_default=""))
    op.add_column("episode_events", sa.Column("amount", sa.Float()))
    op.add_column("episode_events", sa.Column("event_key", sa.Text()))
    op.add_column("episode_events", sa.Column("mark", sa.LargeBinary(16)))
    op.add_column("episode_events", sa.Column("corrects_id", sa.Uuid()))
    op.add_column(
        "episode_events",
        sa.Column("never_happened", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        'UPDATE episode_events SET at = "on"::timestamp AT TIME ZONE \'Europe/London\', service_id = '
        "(SELECT service_id FROM episodes WHERE episodes.id = episode_events.episode_id)"
    )
    op.alter_column("episode_events", "service_id", nullable=False)
    op.alter_column("episode_events", "at", nullable=False)
    refers("episode_events", "service_id", "services")
    refers("episode_events", "corrects_id", "episode_events")


def refers(table: str, column: str, other: str) -> None:
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, other, [column], ["id"])


def check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")
