"""goals, their reviews, and a patient's own words before a visit

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0027'
down_revision = '0026'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('goals',
    sa.Column('service_id', ID, nullable=False),
    sa.Column('patient_id', ID, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('id', ID, nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_goals_patient_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_goals_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goals'))
    )
    op.create_index(op.f('ix_goals_patient_id'), 'goals', ['patient_id'])
    op.create_table('goal_reviews',
    sa.Column('goal_id', ID, nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Enum('on_it', 'reached', 'partly', 'changed', 'stopped', name='goalstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('fk_goal_reviews_goal_id')),
    sa.PrimaryKeyConstraint('goal_id', 'seq', name=op.f('pk_goal_reviews'))
    )
    op.create_table('own_words',
    sa.Column('service_id', ID, nullable=False),
    sa.Column('patient_id', ID, nullable=False),
    sa.Column('kind', sa.Enum('talk', 'hope', 'practice', name='wordkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('topics', JSON, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('id', ID, nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_own_words_patient_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_own_words_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_own_words'))
    )
    op.create_index('ix_own_words_patient_kind', 'own_words', ['patient_id', 'kind', 'at'])


def downgrade() -> None:
    op.drop_table('own_words')
    op.drop_table('goal_reviews')
    op.drop_table('goals')
