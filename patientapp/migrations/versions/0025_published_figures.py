"""published figures of ended periods, kept as they were shown

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SPANS = ("month", "quarter", "half year", "year")
FORMS = ("totals", "groups", "whole")


def upgrade() -> None:
    op.create_table(
        "kpi_published",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("span", sa.Enum(*SPANS, native_enum=False, length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("form", sa.Enum(*FORMS, native_enum=False, length=40), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.CheckConstraint(f"span IN {SPANS}", name=op.f("ck_kpi_published_span")),
        sa.CheckConstraint(f"form IN {FORMS}", name=op.f("ck_kpi_published_form")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_kpi_published_service_id")),
        sa.PrimaryKeyConstraint(
            "service_id", "span", "first_day", "form", name=op.f("pk_kpi_published")
        ),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("kpi_published", if_exists=True)
