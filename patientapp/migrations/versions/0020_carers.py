"""carers and trusted people; their links, their texts, what they say of themselves

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
PURPOSES = "'questionnaires', 'visit', 'come_back'"
MORE_PURPOSES = "'questionnaires', 'visit', 'come_back', 'carer'"


def upgrade() -> None:
    links_may(MORE_PURPOSES, instead_of=PURPOSES)
    op.add_column("outbox", sa.Column("carer_id", ID, nullable=True))
    table(
        "carers",
        refers("service_id", "services"),
        refers("patient_id", "patients"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("acts", JSON, nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_carers_ended_by_whom")
        ),
    )
    op.create_index("ix_carers_patient_id", "carers", ["patient_id"])
    table("carer_failures", refers("carer_id", "carers"), sa.Column("at", MOMENT, nullable=False))
    op.create_index("ix_carer_failures_carer_at", "carer_failures", ["carer_id", "at"])
    table(
        "carer_answers",
        refers("carer_id", "carers"),
        refers("patient_id", "patients"),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_carer_answers_patient_id", "carer_answers", ["patient_id"])
    op.create_index("ix_carer_answers_carer_at", "carer_answers", ["carer_id", "at"])


def downgrade() -> None:
    for name in ("carer_answers", "carer_failures", "carers"):
        op.drop_table(name)
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("carer_id")
    op.execute("DELETE FROM links WHERE purpose = 'carer'")
    links_may(PURPOSES, instead_of=MORE_PURPOSES)


def refers(name: str, to: str) -> tuple[sa.Column[object], str]:
    return sa.Column(name, ID, nullable=False), to


def table(name: str, *parts: sa.schema.SchemaItem | tuple[sa.Column[object], str]) -> None:
    made: list[sa.schema.SchemaItem] = [sa.Column("id", ID, nullable=False)]
    for part in parts:
        if isinstance(part, tuple):
            column, to = part
            made.append(column)
            called = op.f(f"fk_{name}_{column.name}")
            made.append(sa.ForeignKeyConstraint([column.name], [f"{to}.id"], name=called))
        else:
            made.append(part)
    op.create_table(name, *made, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def links_may(purposes: str, *, instead_of: str) -> None:
    """Let links have these purposes. SQLite cannot change a CHECK: the table is made anew, its rows
    and indexes kept, while foreign keys wait for the commit. PostgreSQL looks at the rows afterwards,
    so that no lock is held while it does."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.execute("ALTER TABLE links DROP CONSTRAINT ck_links_linkpurpose")
        op.execute(
            f"ALTER TABLE links ADD CONSTRAINT ck_links_linkpurpose CHECK (purpose IN ({purposes})) NOT VALID"
        )
        op.execute("ALTER TABLE links VALIDATE CONSTRAINT ck_links_linkpurpose")
        return
    op.execute("PRAGMA defer_foreign_keys=ON")
    asked = "SELECT sql, type FROM sqlite_master WHERE tbl_name = 'links' AND sql IS NOT NULL"
    made = bind.exec_driver_sql(asked).all()
    definition = next(row.sql for row in made if row.type == "table")
    assert instead_of in definition, "links: the purposes are not the ones that were expected"
    bind.exec_driver_sql("CREATE TABLE aside AS SELECT * FROM links")
    bind.exec_driver_sql("DROP TABLE links")
    bind.exec_driver_sql(definition.replace(instead_of, purposes, 1))
    bind.exec_driver_sql("INSERT INTO links SELECT * FROM aside")
    bind.exec_driver_sql("DROP TABLE aside")
    for row in made:
        if row.type == "index":
            bind.exec_driver_sql(row.sql)
