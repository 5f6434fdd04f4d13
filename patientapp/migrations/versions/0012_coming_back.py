"""agreements and requests to come back; links that lead there

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
PURPOSES = "'questionnaires', 'visit'"
MORE_PURPOSES = "'questionnaires', 'visit', 'come_back'"


def upgrade() -> None:
    links_may(MORE_PURPOSES, instead_of=PURPOSES)
    table(
        "pifu_agreements",
        key(),
        refers("service_id", "services"),
        refers("patient_id", "patients"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("triggers", sa.Text(), nullable=False),
        sa.Column("others", sa.Text(), nullable=False),
        sa.Column("check_in_months", sa.Integer(), nullable=False),
        refers("agreed_by", "staff"),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_pifu_agreements_ends_after_start")),
    )
    op.create_index("ix_pifu_agreements_patient_id", "pifu_agreements", ["patient_id"])
    op.create_index("ix_pifu_agreements_service_ends", "pifu_agreements", ["service_id", "ends_on"])
    table(
        "pifu_ends",
        refers("agreement_id", "pifu_agreements"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        primary="agreement_id",
    )
    table(
        "pifu_requests",
        key(),
        refers("service_id", "services"),
        refers("patient_id", "patients"),
        refers("agreement_id", "pifu_agreements"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(8), nullable=False),
        refers("work_item_id", "work_items"),
        sa.Column("read_by", sa.Date(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.UniqueConstraint("patient_id", "number", name=op.f("uq_pifu_requests_patient_id_number")),
        sa.UniqueConstraint("work_item_id", name=op.f("uq_pifu_requests_work_item_id")),
    )
    op.create_index("ix_pifu_requests_service_id", "pifu_requests", ["service_id"])
    table(
        "pifu_presses",
        key(),
        refers("request_id", "pifu_requests"),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_pifu_presses_request", "pifu_presses", ["request_id", "at"])
    table(
        "pifu_withdrawals",
        refers("request_id", "pifu_requests"),
        sa.Column("at", MOMENT, nullable=False),
        primary="request_id",
    )
    table(
        "pifu_drafts",
        refers("patient_id", "patients"),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        primary="patient_id",
    )


def downgrade() -> None:
    for name in ("drafts", "withdrawals", "presses", "requests", "ends", "agreements"):
        op.drop_table(f"pifu_{name}")
    op.execute("DELETE FROM links WHERE purpose = 'come_back'")
    links_may(PURPOSES, instead_of=MORE_PURPOSES)


def key() -> sa.Column[object]:
    return sa.Column("id", ID, nullable=False)


def refers(name: str, to: str) -> tuple[sa.Column[object], str]:
    return sa.Column(name, ID, nullable=False), to


def table(
    name: str, *parts: sa.schema.SchemaItem | tuple[sa.Column[object], str], primary: str = "id"
) -> None:
    made: list[sa.schema.SchemaItem] = []
    for part in parts:
        if isinstance(part, tuple):
            column, to = part
            made.append(column)
            called = op.f(f"fk_{name}_{column.name}")
            made.append(sa.ForeignKeyConstraint([column.name], [f"{to}.id"], name=called))
        else:
            made.append(part)
    op.create_table(name, *made, sa.PrimaryKeyConstraint(primary, name=op.f(f"pk_{name}")))


def links_may(purposes: str, *, instead_of: str) -> None:
    """Let links have these purposes. SQLite cannot change a CHECK: the table is made anew, its rows
    and indexes kept, while foreign keys wait for the commit."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.execute("ALTER TABLE links DROP CONSTRAINT ck_links_linkpurpose")
        op.execute(f"ALTER TABLE links ADD CONSTRAINT ck_links_linkpurpose CHECK (purpose IN ({purposes}))")
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
