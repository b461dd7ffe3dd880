"""推送 (notifications): which other systems are told that something changed, and each notification."""

import sqlalchemy as sa
from alembic import op
from integrity.office_terms import DispatchState, PushKind
from integrity.records import columns, guards, row_security

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('kinds', sa.String(length=80), nullable=False),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('secret', sa.String(length=300), nullable=False),
    sa.Column('before', sa.String(length=300), nullable=False),
    sa.Column('before_until', columns.Moment(), nullable=True),
    sa.Column('opened_at', columns.Moment(), nullable=False),
    sa.Column('opened_by', sa.String(length=40), nullable=False),
    sa.Column('approved_at', columns.Moment(), nullable=True),
    sa.Column('approved_by', sa.String(length=40), nullable=True),
    sa.Column('ended_at', columns.Moment(), nullable=True),
    sa.Column('ended_by', sa.String(length=40), nullable=True),
    sa.Column('leased_until', columns.Moment(), nullable=True),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> opened_by', name='ck_subscription_hands'),
    sa.CheckConstraint('(approved_at IS NULL) = (approved_by IS NULL)', name='ck_subscription_approved'),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by IS NULL)', name='ck_subscription_ended'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_subscription_officer'), 'subscription', ['officer'], unique=False)
    op.create_table('dispatch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=36), nullable=False),
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('kind', columns.coded(PushKind), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('happened_at', columns.Moment(), nullable=False),
    sa.Column('state', columns.coded(DispatchState), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', columns.Moment(), nullable=False),
    sa.Column('give_up_at', columns.Moment(), nullable=False),
    sa.Column('answer', sa.String(length=60), nullable=False),
    sa.Column('ended_at', columns.Moment(), nullable=True),
    sa.ForeignKeyConstraint(['household_id'], ['household.id']),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('uid')
    )
    op.create_index('ix_dispatch_waiting', 'dispatch', ['subscription_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_dispatch_household_id'), 'dispatch', ['household_id'], unique=False)
    guards.renew(op.get_bind())
    row_security.renew(op.get_bind())


def downgrade() -> None:
    """Who was told of what is never forgotten."""
    raise RuntimeError("this migration cannot be undone: who was told of what is never forgotten")
