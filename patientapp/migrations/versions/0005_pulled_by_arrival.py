"""responses by service and arrival, for what other systems pull

Revision: 0005, after 0004
"""

from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_index(
        'ix_responses_service_received', 'responses', ['service_id', 'received_at'], if_not_exists=True
    )


def downgrade() -> None:
    op.drop_index('ix_responses_service_received', table_name='responses', if_exists=True)
