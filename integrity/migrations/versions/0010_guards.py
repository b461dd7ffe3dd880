"""guards of what destruction empties in prints, notes and reading needs

Revision: 0010, after 0009.
"""

from alembic import op
from integrity.records import guards

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.renew(op.get_bind())


def downgrade() -> None:
    """A weaker guard is never put back."""
    raise RuntimeError("this migration cannot be undone: guards are never weakened")
