"""other routes: who typed a response and why it was corrected; the second typing of a sample

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0021'
down_revision = '0020'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('response_notes',
    sa.Column('response_id', ID, nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('interpreted', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['responses.id'], name=op.f('fk_response_notes_response_id')),
    sa.PrimaryKeyConstraint('response_id', name=op.f('pk_response_notes')),
    sqlite_with_rowid=False
    )
    op.create_table('typing_checks',
    sa.Column('response_id', ID, nullable=False),
    sa.Column('step', sa.Enum('wanted', 'typed', 'settled', name='checkstep', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('service_id', ID, nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('answers', JSON, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['responses.id'], name=op.f('fk_typing_checks_response_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_typing_checks_service_id')),
    sa.PrimaryKeyConstraint('response_id', 'step', name=op.f('pk_typing_checks')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_typing_checks_service_step', 'typing_checks', ['service_id', 'step', 'at'])


def downgrade() -> None:
    op.drop_table('typing_checks')
    op.drop_table('response_notes')
