"""guards against taking by correction, by back-dating and by half a case

Revision: 0005, after 0004.
"""

from alembic import op
from integrity.records import guards

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.renew(op.get_bind())


def downgrade() -> None:
    """A weaker guard is never put back."""
    raise RuntimeError("this migration cannot be undone: guards are never weakened")
