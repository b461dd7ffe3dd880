"""evidence kept

Revision: 0006, after 0005.
"""

from alembic import op
import sqlalchemy as sa
from integrity.records import columns, guards

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=800), nullable=False),
    sa.Column('taken_on', columns.Day(), nullable=True),
    sa.Column('key_id', sa.String(length=20), nullable=False),
    sa.Column('file_key', sa.LargeBinary(), nullable=False),
    sa.Column('recorded_at', columns.Moment(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name='ck_evidence_file_sha256'),
    sa.CheckConstraint('size > 0', name='ck_evidence_file_size'),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('household_id', 'sha256', name='uq_evidence_file')
    )
    op.create_index(op.f('ix_evidence_file_household_id'), 'evidence_file', ['household_id'], unique=False)
    # the table that 0001 reserved knew no household; no program ever wrote to it
    if op.get_bind().execute(sa.text('SELECT count(*) FROM evidence')).scalar():
        raise RuntimeError('表 evidence 中有不是本程序登记的行，请先移走再升级')
    op.drop_table('evidence')
    guards.renew(op.get_bind())


def downgrade() -> None:
    """What was kept as evidence is never dropped."""
    raise RuntimeError("this migration cannot be undone: evidence is never dropped")
