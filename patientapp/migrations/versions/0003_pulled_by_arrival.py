"""responses by service and arrival, for what other systems pull

Revision: 0003, after 0002
"""

from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_index(
        'ix_responses_service_received', 'responses', ['service_id', 'received_at'], if_not_exists=True
    )


def downgrade() -> None:
    op.drop_index('ix_responses_service_received', table_name='responses', if_exists=True)
