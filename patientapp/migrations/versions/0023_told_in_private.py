"""what is told in private

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "disclosures",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reach", _one_of("reach", "call", "next_visit", "other", "nobody_calls"), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("told_by", _one_of("answeredby", "self", "helped", "proxy"), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_disclosures_patient_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_disclosures_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_patient_id"), "disclosures", ["patient_id"])


def downgrade() -> None:
    op.drop_table("disclosures")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
