"""统一身份 (identities) of accounts at an identity provider; which sessions began there."""

import sqlalchemy as sa
from alembic import op
from integrity.records import columns, guards, row_security

revision = '0018'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account_identity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('identity', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('opened_at', columns.Moment(), nullable=False),
    sa.Column('opened_by', sa.String(length=40), nullable=False),
    sa.Column('approved_at', columns.Moment(), nullable=True),
    sa.Column('approved_by', sa.String(length=40), nullable=True),
    sa.Column('ended_at', columns.Moment(), nullable=True),
    sa.Column('ended_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> opened_by', name='ck_account_identity_hands'),
    sa.CheckConstraint('(approved_by IS NULL) = (approved_at IS NULL)', name='ck_account_identity_approved'),
    sa.CheckConstraint("subject = '' OR approved_at IS NOT NULL", name='ck_account_identity_subject'),
    sa.ForeignKeyConstraint(['account_id'], ['account.id']),
    sa.PrimaryKeyConstraint('id')
    )
    for name, of in (('name', ['issuer', 'identity']), ('account', ['account_id'])):
        op.create_index(
            f'uq_account_identity_{name}', 'account_identity', of, unique=True,
            sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'),
        )
    op.add_column('web_session', sa.Column('by_provider', sa.Boolean(), nullable=False, server_default=sa.false()))
    guards.renew(op.get_bind())
    row_security.renew(op.get_bind())


def downgrade() -> None:
    """Who opened and approved which identity is never forgotten."""
    raise RuntimeError("this migration cannot be undone: who may log in as whom is never forgotten")
