"""check codes

Revision: 0007, after 0006.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seal_key',
    sa.Column('id', sa.String(length=4), nullable=False),
    sa.Column('public_key', sa.String(length=64), nullable=False),
    sa.Column('since', columns.Day(), nullable=False),
    sa.Column('until', columns.Day(), nullable=True),
    sa.Column('lost_on', columns.Day(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(public_key) = 64', name='ck_seal_key_public_key'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('paper_code',
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=800), nullable=False),
    sa.Column('key_id', sa.String(length=4), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['seal_key.id'], ),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_paper_code_key_id'), 'paper_code', ['key_id'], unique=False)
    op.create_table('paper_end',
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('ended_on', columns.Day(), nullable=False),
    sa.Column('by_number', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['paper_code.number'], ),
    sa.PrimaryKeyConstraint('number')
    )
    guards.renew(op.get_bind())


def downgrade() -> None:
    """Which papers were signed, and which hold no more, is never dropped."""
    raise RuntimeError("this migration cannot be undone: the record of check codes is never dropped")
