"""统计数 (counts that are kept), and the households of an area found by their residences."""

import sqlalchemy as sa
from alembic import op
from integrity.records import columns, row_security

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('counting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scope', sa.String(length=12), nullable=False),
    sa.Column('period', sa.String(length=10), nullable=False),
    sa.Column('moment', columns.Moment(), nullable=False),
    sa.Column('asked_by', sa.String(length=40), nullable=False),
    sa.Column('alive_at', columns.Moment(), nullable=False),
    sa.Column('townships', sa.Integer(), nullable=False),
    sa.Column('done_at', columns.Moment(), nullable=True),
    sa.Column('fault', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('scope', 'period', 'moment', name='uq_counting')
    )
    op.create_index('ix_counting_period', 'counting', ['period', 'moment'], unique=False)
    op.create_table('area_sums',
    sa.Column('counting_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('digits', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('numbers', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['counting_id'], ['counting.id'], ),
    sa.PrimaryKeyConstraint('counting_id', 'digits', 'area'),
    sqlite_with_rowid=False
    )
    op.create_index('ix_residence_area', 'residence', ['area', 'household_id'], unique=False)
    row_security.renew(op.get_bind())


def downgrade() -> None:
    op.drop_index('ix_residence_area', table_name='residence')
    op.drop_table('area_sums')
    op.drop_index('ix_counting_period', table_name='counting')
    op.drop_table('counting')
