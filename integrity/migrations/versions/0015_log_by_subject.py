"""操作日志按所涉索引 (the log by subject); a request may lead on to a longer address."""

import sqlalchemy as sa
from alembic import op
from integrity.records import guards, row_security

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audit_subject', 'audit', ['subject', 'action'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':  # the other database does not hold a text to its length
        op.alter_column('api_request', 'result', type_=sa.String(500))
    guards.renew(op.get_bind())
    row_security.renew(op.get_bind())


def downgrade() -> None:
    op.drop_index('ix_audit_subject', table_name='audit')
    guards.renew(op.get_bind())
