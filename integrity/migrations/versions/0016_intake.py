"""来件 (intake): what other systems sent, sealed, waiting for an officer."""

import sqlalchemy as sa
from alembic import op
from integrity.office_terms import IntakeKind, IntakeState
from integrity.records import columns, guards, row_security

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('intake',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sender', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=60), nullable=False),
    sa.Column('kind', columns.coded(IntakeKind), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=False),
    sa.Column('happened_on', columns.Day(), nullable=False),
    sa.Column('received_at', columns.Moment(), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('member_no', sa.Integer(), nullable=True),
    sa.Column('id_index', sa.String(length=64), nullable=False),
    sa.Column('fault', sa.String(length=60), nullable=False),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('cipher', sa.LargeBinary(), nullable=False),
    sa.Column('state', columns.coded(IntakeState), nullable=False),
    sa.Column('handled_at', columns.Moment(), nullable=True),
    sa.Column('handled_by', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('entry_seq', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(request) = 64', name='ck_intake_request'),
    sa.CheckConstraint("(handled_at IS NULL) = (state = 'WAITING')", name='ck_intake_handled'),
    sa.CheckConstraint("(handled_by IS NULL) = (state = 'WAITING')", name='ck_intake_hand'),
    sa.CheckConstraint("(entry_seq IS NOT NULL) = (state = 'TAKEN')", name='ck_intake_entry'),
    sa.CheckConstraint('entry_seq IS NULL OR household_id IS NOT NULL', name='ck_intake_household'),
    sa.CheckConstraint("state <> 'RECALLED' OR handled_by = sender", name='ck_intake_recalled'),
    sa.CheckConstraint("state NOT IN ('TAKEN', 'DECLINED') OR handled_by <> sender", name='ck_intake_person'),
    sa.ForeignKeyConstraint(['household_id'], ['household.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('sender', 'reference', name='uq_intake_reference')
    )
    op.create_index('ix_intake_state', 'intake', ['state', 'id'], unique=False)
    op.create_index(op.f('ix_intake_household_id'), 'intake', ['household_id'], unique=False)
    op.create_index(op.f('ix_intake_id_index'), 'intake', ['id_index'], unique=False)
    guards.renew(op.get_bind())
    row_security.renew(op.get_bind())


def downgrade() -> None:
    """What came in, and what an officer did with it, is never forgotten."""
    raise RuntimeError("this migration cannot be undone: what was sent is never forgotten")
