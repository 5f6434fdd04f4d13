"""saved views: lists as somebody likes to see them

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table('saved_views',
    sa.Column('staff_id', ID, nullable=False),
    sa.Column('service_id', ID, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('which', sa.Enum('no_answer', 'missed', 'no_progress', 'gap', name='which', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sort', sa.Text(), nullable=False),
    sa.Column('show', sa.Text(), nullable=False),
    sa.Column('id', ID, nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_saved_views_service_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_saved_views_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('staff_id', 'service_id', 'name', name=op.f('uq_saved_views_staff_id_service_id_name'))
    )


def downgrade() -> None:
    op.drop_table('saved_views')
