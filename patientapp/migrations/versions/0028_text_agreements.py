"""who agreed to the words of each text

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "text_agreements",
        sa.Column("id", ID, nullable=False),
        sa.Column("service_id", ID, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("words_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_text_agreements_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_agreements")),
    )
    op.create_index("ix_text_agreements_service_id", "text_agreements", ["service_id"])


def downgrade() -> None:
    op.drop_table("text_agreements")
