"""the newest row of each sender's key

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_sent",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("mark", sa.LargeBinary(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_import_sent_service_id")),
        sa.PrimaryKeyConstraint("service_id", "mark", name=op.f("pk_import_sent")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("import_sent")
