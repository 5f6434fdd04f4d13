"""heard until

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    with op.batch_alter_table('sending_switch') as batch:
        batch.add_column(sa.Column('heard_until', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sending_switch') as batch:
        batch.drop_column('heard_until')
