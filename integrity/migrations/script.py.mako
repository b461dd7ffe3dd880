"""${message}

Revision: ${up_revision}, after ${down_revision}, made on ${create_date}.
"""

from alembic import op
import sqlalchemy as sa
import sqlmodel
${imports if imports else ""}
from integrity.records import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
