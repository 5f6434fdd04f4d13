"""the language that a person chose: on the session until we know whose it is, and of each questionnaire

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
TABLES = ('sessions', 'tasks')


def upgrade() -> None:
    for name in TABLES:
        op.add_column(name, sa.Column('language', sa.Text(), nullable=True))


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column('language')
