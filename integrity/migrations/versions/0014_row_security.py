"""行级安全 (row-level security): on PostgreSQL pages and interfaces see the households of one area, whatever they ask."""

import sqlalchemy as sa
from alembic import op
from integrity.records import guards, row_security

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.renew(op.get_bind())
    row_security.renew(op.get_bind())


def downgrade() -> None:
    """The policies go; the role stays, another database of the server may use it."""
    connection = op.get_bind()
    if connection.dialect.name != 'postgresql':
        return
    standing = connection.execute(sa.text(
        "SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = :name"
    ), {'name': row_security.POLICY})
    for table in standing.scalars().all():
        op.execute(f'DROP POLICY {row_security.POLICY} ON {table}')
        op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')
