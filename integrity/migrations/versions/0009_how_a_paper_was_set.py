"""how a paper was set: variant, edition of the templates, content of its pages; reading needs of a household

Revision: 0009, after 0008.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # nothing stands in these columns for what was printed before, so that the hashes of those entries hold
    op.add_column('printing', sa.Column('variant', sa.String(length=20), nullable=True))
    op.add_column('printing', sa.Column('edition_sha256', sa.String(length=64), nullable=True))
    op.add_column('printing', sa.Column('content_sha256', sa.String(length=64), nullable=True))
    op.add_column('printing', sa.Column('code_sha256', sa.String(length=64), nullable=True))
    for name, length in (('variant', 20), ('edition', 64), ('receipt_edition', 64), ('content', 64), ('receipt_content', 64)):
        op.add_column('print_item', sa.Column(name, sa.String(length=length), nullable=False, server_default=''))
    op.create_table('print_wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('large', sa.Boolean(), nullable=False),
    sa.Column('cover', sa.Boolean(), nullable=False),
    sa.Column('asked_by', sa.String(length=20), nullable=False),
    sa.Column('asked_on', columns.Day(), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_print_wish_household_id'), 'print_wish', ['household_id'], unique=False)
    guards.renew(op.get_bind())


def downgrade() -> None:
    """How a paper was set is never forgotten."""
    raise RuntimeError("this migration cannot be undone: how a paper was printed is never dropped")
