"""导出 (exports): every list with persons that left the house, by whom, why, and who approved it."""

import sqlalchemy as sa
from alembic import op
from integrity.records import columns, guards

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('export',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('wanted', sa.String(length=600), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('long', sa.Boolean(), nullable=False),
    sa.Column('asked_at', columns.Moment(), nullable=False),
    sa.Column('asked_by', sa.String(length=40), nullable=False),
    sa.Column('decided_at', columns.Moment(), nullable=True),
    sa.Column('decided_by', sa.String(length=40), nullable=True),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=False),
    sa.Column('made_at', columns.Moment(), nullable=True),
    sa.Column('expires_at', columns.Moment(), nullable=True),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.CheckConstraint('decided_by IS NULL OR decided_by <> asked_by', name='ck_export_hands'),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL)', name='ck_export_decided'),
    sa.CheckConstraint('rows >= 0', name='ck_export_rows'),
    sa.CheckConstraint('made_at IS NULL OR NOT long OR (decided_at IS NOT NULL AND approved)', name='ck_export_made'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_export_area'), 'export', ['area'], unique=False)
    op.create_index(op.f('ix_export_asked_by'), 'export', ['asked_by'], unique=False)
    guards.renew(op.get_bind())


def downgrade() -> None:
    """What left the house, and by whose hand, is never forgotten."""
    raise RuntimeError("this migration cannot be undone: exports are never forgotten")
