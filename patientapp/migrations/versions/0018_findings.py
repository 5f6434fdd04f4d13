"""findings of clinicians

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table('findings',
    sa.Column('service_id', ID, nullable=False),
    sa.Column('patient_id', ID, nullable=False),
    sa.Column('episode_id', ID, nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('form_version', sa.SmallInteger(), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('answers', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('takes_back_id', ID, nullable=True),
    sa.Column('recorded_by', ID, nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', ID, nullable=False),
    sa.ForeignKeyConstraint(['episode_id'], ['episodes.id'], name=op.f('fk_findings_episode_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_findings_patient_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_findings_recorded_by')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_findings_service_id')),
    sa.ForeignKeyConstraint(['takes_back_id'], ['findings.id'], name=op.f('fk_findings_takes_back_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_findings'))
    )
    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_findings_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_findings_episode_id'), ['episode_id'], unique=False)
        batch_op.create_index('ix_findings_service_form_found', ['service_id', 'form', 'found_on'], unique=False)
        batch_op.create_index('uq_findings_takes_back', ['takes_back_id'], unique=True, sqlite_where=sa.text('takes_back_id IS NOT NULL'), postgresql_where=sa.text('takes_back_id IS NOT NULL'))


def downgrade() -> None:
    op.drop_table('findings')
