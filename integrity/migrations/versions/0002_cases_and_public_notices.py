"""cases and public notices

Revision: 0002, after 0001, made on 2026-11-22 08:43:47.142277.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.Enum('REVIEW', 'RESULT', 'TEKUN_REVIEW', 'TEKUN_END', name='postingkind', native_enum=False, length=24), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('since', columns.Day(), nullable=False),
    sa.Column('until', columns.Day(), nullable=False),
    sa.Column('computed', sa.String(length=1000), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('data_sha256', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('since <= until', name='ck_posting_days'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number')
    )
    op.create_index(op.f('ix_posting_area'), 'posting', ['area'], unique=False)
    op.create_table('kinship',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('officer', sa.String(length=40), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('relation', sa.String(length=40), nullable=False),
    sa.Column('ended', sa.Boolean(), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_kinship_household_id'), 'kinship', ['household_id'], unique=False)
    op.create_index(op.f('ix_kinship_officer'), 'kinship', ['officer'], unique=False)
    op.create_table('posting_line',
    sa.Column('posting_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], ),
    sa.PrimaryKeyConstraint('posting_id', 'line_no')
    )
    op.create_index(op.f('ix_posting_line_household_id'), 'posting_line', ['household_id'], unique=False)
    op.create_table('posting_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('posting_id', sa.Integer(), nullable=False),
    sa.Column('event', sa.Enum('POSTED', 'OBJECTED', 'TAKEN_DOWN', name='postingevent', native_enum=False, length=24), nullable=False),
    sa.Column('happened_on', columns.Day(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('evidence', sa.String(length=64), nullable=False),
    sa.Column('data_sha256', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_posting_note_posting_id'), 'posting_note', ['posting_id'], unique=False)
    op.create_table('step',
    sa.Column('household_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('happened_on', columns.Day(), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('corrects', sa.Integer(), nullable=True),
    sa.Column('void', sa.Boolean(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=True),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('case_no', sa.Integer(), nullable=False),
    sa.Column('step_no', sa.Integer(), nullable=False),
    sa.Column('procedure', sa.Enum('APPLICATION', 'COMMITMENT', 'AUTHORITY', 'RECHECK', 'DECISION', 'WITHDRAWAL', 'TEKUN', 'DEFAULT', 'TRUST', 'REPAIR', 'OBJECTION', 'REFUND', 'FINE', 'REMEDY', 'CHANGE', 'RIGHTS', 'EXPORT', 'TRANSFER', name='procedure', native_enum=False, length=24), nullable=False),
    sa.Column('step', sa.String(length=24), nullable=False),
    sa.Column('member_no', sa.Integer(), nullable=True),
    sa.Column('subject_seq', sa.Integer(), nullable=True),
    sa.Column('entry_seq', sa.Integer(), nullable=True),
    sa.Column('evidence', sa.String(length=64), nullable=False),
    sa.Column('data_sha256', sa.String(length=64), nullable=False),
    sa.CheckConstraint('NOT void OR corrects IS NOT NULL', name='ck_step_void'),
    sa.CheckConstraint('case_no > 0 AND step_no > 0', name='ck_step_numbers'),
    sa.CheckConstraint('corrects IS NULL OR corrects < seq', name='ck_step_corrects'),
    sa.CheckConstraint('length(area) = 12', name='ck_step_area'),
    sa.CheckConstraint('length(hash) = 32', name='ck_step_hash'),
    sa.CheckConstraint('seq > 0', name='ck_step_seq'),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name='fk_step_household'),
    sa.PrimaryKeyConstraint('household_id', 'seq'),
    sa.UniqueConstraint('household_id', 'case_no', 'step_no', name='uq_step_case'),
    sa.UniqueConstraint('household_id', 'corrects', name='uq_step_corrects'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_step_import_id'), 'step', ['import_id'], unique=False)
    op.add_column('assistance', sa.Column('case_no', sa.Integer(), nullable=True))
    op.add_column('finding', sa.Column('case_no', sa.Integer(), nullable=True))
    guards.renew(op.get_bind())


def downgrade() -> None:
    """Steps of cases are entries of the ledger: they are never dropped."""
    raise RuntimeError("this migration cannot be undone: the ledger is never dropped")
