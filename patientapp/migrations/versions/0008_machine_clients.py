"""machine clients

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.create_table(
        'clients',
        sa.Column('service_id', sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('scopes', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column('secret_hash', sa.LargeBinary(length=32), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('created_by', sa.Text(), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('revoked_by', sa.Text(), nullable=True),
        sa.Column('id', sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            '(revoked_at IS NULL) = (revoked_by IS NULL)', name=op.f('ck_clients_revoked_by_somebody')
        ),
        sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_clients_service_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clients')),
        if_not_exists=True,
    )
    op.create_index('ix_clients_service_id', 'clients', ['service_id'], if_not_exists=True)


def downgrade() -> None:
    op.drop_index('ix_clients_service_id', table_name='clients', if_exists=True)
    op.drop_table('clients', if_exists=True)
