"""lawful destruction

Revision: 0004, after 0003.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('destruction',
    sa.Column('household_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('list_number', sa.String(length=60), nullable=False),
    sa.Column('appraised_by', sa.String(length=40), nullable=False),
    sa.Column('approved_by', sa.String(length=40), nullable=False),
    sa.Column('destroyed_at', columns.Moment(), nullable=False),
    sa.Column('destroyed_by', sa.String(length=40), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('seal', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint('appraised_by != approved_by', name='ck_destruction_hands'),
    sa.CheckConstraint('length(seal) = 32', name='ck_destruction_seal'),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.PrimaryKeyConstraint('household_id')
    )
    guards.renew(op.get_bind())


def downgrade() -> None:
    """What was destroyed cannot be brought back."""
    raise RuntimeError("this migration cannot be undone: the seals of destructions are never dropped")
