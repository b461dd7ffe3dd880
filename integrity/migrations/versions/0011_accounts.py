"""accounts, sessions, failed tries, recovery codes, drafts, the mark of a demo

Revision: 0011, after 0010.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards
from integrity.records.columns import coded
from integrity.terms import Role

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('opened_at', columns.Moment(), nullable=False),
    sa.Column('opened_by', sa.String(length=40), nullable=False),
    sa.Column('approved_at', columns.Moment(), nullable=True),
    sa.Column('approved_by', sa.String(length=40), nullable=True),
    sa.Column('closed_at', columns.Moment(), nullable=True),
    sa.Column('closed_by', sa.String(length=40), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('password_at', columns.Moment(), nullable=True),
    sa.Column('earlier', sa.String(length=1200), nullable=False),
    sa.Column('once_until', columns.Moment(), nullable=True),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('totp', sa.String(length=200), nullable=False),
    sa.Column('totp_at', columns.Moment(), nullable=True),
    sa.Column('totp_step', sa.Integer(), nullable=False),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> opened_by', name='ck_account_hands'),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> officer', name='ck_account_own_approval'),
    sa.CheckConstraint('opened_by <> officer', name='ck_account_own_opening'),
    sa.CheckConstraint("approved_at IS NOT NULL OR password = ''", name='ck_account_password'),
    sa.ForeignKeyConstraint(['officer'], ['officer.code'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_account_officer'), 'account', ['officer'], unique=False)
    op.create_index('uq_account_open', 'account', ['officer'], unique=True,
                    sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('web_session',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('role', coded(Role), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('opened_at', columns.Moment(), nullable=False),
    sa.Column('seen_at', columns.Moment(), nullable=False),
    sa.Column('proven_at', columns.Moment(), nullable=True),
    sa.Column('ended_at', columns.Moment(), nullable=True),
    sa.Column('ended_why', sa.String(length=40), nullable=False),
    sa.Column('waits', sa.String(length=12), nullable=False),
    sa.Column('told', sa.String(length=500), nullable=False),
    sa.Column('large_type', sa.Boolean(), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name='ck_web_session_sha256'),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], ),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_index(op.f('ix_web_session_account_id'), 'web_session', ['account_id'], unique=False)
    op.create_index(op.f('ix_web_session_officer'), 'web_session', ['officer'], unique=False)
    op.create_table('login_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('at', columns.Moment(), nullable=False),
    sa.Column('locked_until', columns.Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_login_try_subject', 'login_try', ['subject', 'at'], unique=False)
    op.create_table('recovery_code',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('made_at', columns.Moment(), nullable=False),
    sa.Column('used_at', columns.Moment(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], ),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'], unique=False)
    op.create_table('draft',
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('form', sa.String(length=160), nullable=False),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('cipher', sa.LargeBinary(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=True),
    sa.Column('saved_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('officer', 'form')
    )
    op.create_table('demo_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('marked_at', columns.Moment(), nullable=False),
    sa.CheckConstraint('id = 1', name='ck_demo_mark_one'),
    sa.PrimaryKeyConstraint('id')
    )
    guards.renew(op.get_bind())


def downgrade() -> None:
    """Who could log in, and when, is never forgotten."""
    raise RuntimeError("this migration cannot be undone: accounts and sessions are never dropped")
