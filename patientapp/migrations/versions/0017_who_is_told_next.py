"""who is told when nobody has taken an alert: the next contact, then the service lead

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
COLUMNS = ('next_phone', 'lead_phone')


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column('services', sa.Column(name, sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('services') as services:
        for name in COLUMNS:
            services.drop_column(name)
