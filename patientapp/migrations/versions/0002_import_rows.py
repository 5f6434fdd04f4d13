"""import rows

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
LIST = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table('import_runs',
    sa.Column('id', ID, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('service_id', ID, nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('header', LIST, nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('storing', ID, nullable=True),
    sa.Column('stored', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('same', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_import_runs_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_runs')),
    sa.UniqueConstraint('storing', name=op.f('uq_import_runs_storing'))
    )
    op.create_index(op.f('ix_import_runs_begun_at'), 'import_runs', ['begun_at'], unique=False)
    op.create_table('import_rows',
    sa.Column('run_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('cells', LIST, nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_runs.id'], name=op.f('fk_import_rows_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_import_rows'))
    )


def downgrade() -> None:
    op.drop_table('import_rows')
    op.drop_index(op.f('ix_import_runs_begun_at'), table_name='import_runs')
    op.drop_table('import_runs')
