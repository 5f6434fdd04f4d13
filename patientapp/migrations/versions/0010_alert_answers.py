"""alert answers: what was said behind an alert (P6)

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table('alert_answers',
    sa.Column('item_id', ID, nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('value', sa.SmallInteger(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.Column('id', ID, nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['work_items.id'], name=op.f('fk_alert_answers_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_answers')),
    sa.UniqueConstraint('item_id', 'question', 'value', 'kept', name=op.f('uq_alert_answers_item_id_question_value_kept'))
    )


def downgrade() -> None:
    op.drop_table('alert_answers')
