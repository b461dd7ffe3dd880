"""print runs

Revision: 0008, after 0007.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('print_run',
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('area', sa.String(length=12), nullable=False),
    sa.Column('chosen', sa.String(length=400), nullable=False),
    sa.Column('apart', sa.Boolean(), nullable=False),
    sa.Column('papers', sa.Integer(), nullable=False),
    sa.Column('made_on', columns.Day(), nullable=False),
    sa.Column('made_at', columns.Moment(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('papers > 0', name='ck_print_run_papers'),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_print_run_area'), 'print_run', ['area'], unique=False)
    op.create_index(op.f('ix_print_run_made_on'), 'print_run', ['made_on'], unique=False)
    op.create_table('print_file',
    sa.Column('run', sa.String(length=20), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('sheets', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['run'], ['print_run.number'], ),
    sa.PrimaryKeyConstraint('run', 'no')
    )
    op.create_table('print_item',
    sa.Column('run', sa.String(length=20), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('file_no', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('notice_seq', sa.Integer(), nullable=False),
    sa.Column('receipt_seq', sa.Integer(), nullable=True),
    sa.Column('posted', sa.Boolean(), nullable=False),
    sa.Column('first_page', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('receipt_page', sa.Integer(), nullable=False),
    sa.Column('receipt_pages', sa.Integer(), nullable=False),
    sa.Column('sheets', sa.Integer(), nullable=False),
    sa.Column('template_sha256', sa.String(length=64), nullable=False),
    sa.Column('receipt_template', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('READY', 'PRINTING', 'PRINTED', 'HANDED', 'SERVED', 'RETURNED', 'DROPPED', name='printstate', native_enum=False, length=24), nullable=False),
    sa.CheckConstraint("state <> 'SERVED'", name='ck_print_item_state'),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.ForeignKeyConstraint(['run', 'file_no'], ['print_file.run', 'print_file.no'], name='fk_print_item_file'),
    sa.ForeignKeyConstraint(['run'], ['print_run.number'], ),
    sa.PrimaryKeyConstraint('run', 'no')
    )
    op.create_index(op.f('ix_print_item_household_id'), 'print_item', ['household_id'], unique=False)
    op.create_index('uq_print_item_live', 'print_item', ['household_id', 'notice_seq'], unique=True,
    sqlite_where=sa.text("state <> 'DROPPED'"), postgresql_where=sa.text("state <> 'DROPPED'"))
    op.create_table('print_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run', sa.String(length=20), nullable=False),
    sa.Column('file_no', sa.Integer(), nullable=True),
    sa.Column('item_no', sa.Integer(), nullable=True),
    sa.Column('event', sa.Enum('STARTED', 'MISCOUNTED', 'PRINTED', 'SPOILED', 'HANDED', 'RETURNED', 'DROPPED', name='printevent', native_enum=False, length=24), nullable=False),
    sa.Column('happened_on', columns.Day(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=True),
    sa.Column('told', sa.String(length=400), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['run'], ['print_run.number'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_print_note_run'), 'print_note', ['run'], unique=False)
    op.create_index('ix_notice_data_sha256', 'notice', ['data_sha256'], unique=False)
    guards.renew(op.get_bind())


def downgrade() -> None:
    """What was printed, spoiled and handed over is never dropped."""
    raise RuntimeError("this migration cannot be undone: the record of print runs is never dropped")
