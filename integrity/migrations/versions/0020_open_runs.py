"""没有打印完的批次 (runs that are not finished), found without looking through all papers."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.text("state IN ('READY', 'PRINTING')")
    op.create_index(
        'ix_print_item_open', 'print_item', ['run'], unique=False, sqlite_where=waits, postgresql_where=waits
    )
