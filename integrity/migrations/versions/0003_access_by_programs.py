"""access by programs

Revision: 0003, after 0002, made on 2026-11-22 09:25:10.481206.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_request',
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('key_sha256', sa.String(length=64), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=False),
    sa.Column('result', sa.String(length=120), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('officer', 'key_sha256')
    )
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('issued_at', columns.Moment(), nullable=False),
    sa.Column('issued_by', sa.String(length=40), nullable=False),
    sa.Column('expires_at', columns.Moment(), nullable=False),
    sa.Column('revoked_at', columns.Moment(), nullable=True),
    sa.Column('revoked_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name='ck_api_token_sha256'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('sha256')
    )
    op.create_index(op.f('ix_api_token_officer'), 'api_token', ['officer'], unique=False)
    guards.renew(op.get_bind())


def downgrade() -> None:
    """Who was given access, and what was done by it, is never dropped."""
    raise RuntimeError("this migration cannot be undone: the record of access is never dropped")
