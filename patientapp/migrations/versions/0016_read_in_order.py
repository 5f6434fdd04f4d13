"""patients, referrals and visits of a service in the order made, for pages of them

Revision: 0016, after 0015
"""

from alembic import op

revision = '0016'
down_revision = '0015'
TABLES = ('patients', 'episodes', 'appointments')


def upgrade() -> None:
    for table in TABLES:
        op.create_index(
            f'ix_{table}_service_created', table, ['service_id', 'created_at'], if_not_exists=True
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f'ix_{table}_service_created', table_name=table, if_exists=True)
