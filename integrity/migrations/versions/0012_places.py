"""现状索引 (index of where households stand now): places, names to be found, what waits; filled by `chengxin places`."""

import sqlalchemy as sa
from alembic import op
from integrity.records import columns, guards
from integrity.records.columns import coded
from integrity.records.places import exact
from integrity.terms import Scheme

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('household_place',
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('area', exact(12), nullable=False),
    sa.Column('order_key', exact(300), nullable=False),
    sa.Column('home_seq', sa.Integer(), nullable=False),
    sa.Column('head_id', sa.Integer(), nullable=True),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('scheme', coded(Scheme), nullable=False),
    sa.Column('renew_on', columns.Day(), nullable=True),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.PrimaryKeyConstraint('household_id')
    )
    op.create_index('ix_household_place_area', 'household_place', ['area', 'order_key', 'household_id'], unique=False)
    op.create_index('ix_household_place_renew', 'household_place', ['renew_on'], unique=False)
    op.create_table('household_name',
    sa.Column('key', exact(80), nullable=False),
    sa.Column('area', exact(12), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('town', exact(9), nullable=False),
    sa.Column('state', sa.String(length=1), nullable=False),
    sa.PrimaryKeyConstraint('key', 'area', 'household_id', 'person_id'),
    sqlite_with_rowid=False
    )
    op.create_index('ix_household_name_town', 'household_name', ['town', 'key', 'area', 'household_id', 'person_id'],
                    unique=False)
    op.create_index('ix_household_name_household', 'household_name',
                    ['household_id', 'key', 'area', 'person_id', 'state'], unique=False)
    op.create_table('waits',
    sa.Column('kind', exact(40), nullable=False),
    sa.Column('on_day', columns.Day(), nullable=False),
    sa.Column('area', exact(12), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.Integer(), nullable=False),
    sa.Column('town', exact(9), nullable=False),
    sa.Column('county', exact(6), nullable=False),
    sa.Column('from_on', columns.Day(), nullable=False),
    sa.Column('organ', sa.String(length=4), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'on_day', 'area', 'household_id', 'ref'),
    sqlite_with_rowid=False
    )
    op.create_index('ix_waits_town', 'waits', ['town', 'kind', 'on_day', 'area', 'household_id', 'ref'], unique=False)
    op.create_index('ix_waits_county', 'waits', ['county', 'kind', 'on_day', 'area', 'household_id', 'ref'],
                    unique=False)
    op.create_index('ix_waits_household', 'waits', ['household_id'], unique=False)
    guards.renew(op.get_bind())


def downgrade() -> None:
    """The index can be made again at any time."""
    op.drop_table('waits')
    op.drop_table('household_name')
    op.drop_table('household_place')
    guards.renew(op.get_bind())
