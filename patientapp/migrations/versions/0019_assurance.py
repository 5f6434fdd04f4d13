"""incidents, approvals, and the role of an auditor

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROLES = "'patient', 'clinician', 'service_admin', 'commissioner', 'system_admin'"
MORE_ROLES = ROLES + ", 'auditor'"


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("kind", _one_of("incidentkind", "confidentiality", "integrity", "availability", "safety", "other"), nullable=False),
        sa.Column("harm", _one_of("harm", "none", "low", "moderate", "severe"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reported_by", ID, nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["reported_by"], ["staff.id"], name=op.f("fk_incidents_reported_by")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_incidents_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_service_id"), "incidents", ["service_id"])
    op.create_table(
        "incident_steps",
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_incident_steps_by")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_steps_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_incident_steps")),
    )
    op.create_table(
        "approvals",
        sa.Column("service_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_approvals_recorded_by")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_approvals_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index("ix_approvals_service_subject", "approvals", ["service_id", "subject"])
    members_may_be(MORE_ROLES, instead_of=ROLES)


def downgrade() -> None:
    op.execute("DELETE FROM memberships WHERE role = 'auditor'")
    members_may_be(ROLES, instead_of=MORE_ROLES)
    for name in ("approvals", "incident_steps", "incidents"):
        op.drop_table(name)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def members_may_be(roles: str, *, instead_of: str) -> None:
    """Let people have these roles. SQLite cannot change a CHECK: the table, small, is made anew."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.execute("ALTER TABLE memberships DROP CONSTRAINT ck_memberships_role")
        op.execute(f"ALTER TABLE memberships ADD CONSTRAINT ck_memberships_role CHECK (role IN ({roles}))")
        return
    asked = "SELECT sql FROM sqlite_master WHERE name = 'memberships' AND type = 'table'"
    definition = bind.exec_driver_sql(asked).scalar_one()
    assert instead_of in definition, "memberships: the roles are not the ones that were expected"
    bind.exec_driver_sql("CREATE TABLE aside AS SELECT * FROM memberships")
    bind.exec_driver_sql("DROP TABLE memberships")
    bind.exec_driver_sql(definition.replace(instead_of, roles, 1))
    bind.exec_driver_sql("INSERT INTO memberships SELECT * FROM aside")
    bind.exec_driver_sql("DROP TABLE aside")
