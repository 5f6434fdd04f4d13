"""heard until

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    with op.batch_alter_table('sending_switch') as batch:
        batch.add_column(sa.Column('heard_until', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sending_switch') as batch:
        batch.drop_column('heard_until')
