"""版式 (how a household gets its papers): large print, a cover in plain words; asked for once, remembered ever after.

What is asked for one print goes first, then what the household asked for, then the usual form. A paper that is sent to
nobody has no cover.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import col, select

from integrity.errors import Invalid
from integrity.records.wishes import PrintWish
from integrity.work import Work
from reports.forms import Letter
from reports.press import NORMAL, Variant

ASKERS = ("本人", "共同生活的家庭成员", "监护人", "代理人", "经办人员")
"""Who can ask: in what capacity, never by name."""
LARGE, COVER = "large", "cover"


class Asked(NamedTuple):
    """本次要求 (what is asked for one print): None leaves it to what the household needs."""

    large: bool | None = None
    cover: bool | None = None


UNASKED = Asked()


def coded(variant: Variant) -> str:
    """A variant as it is written down."""
    return "+".join([LARGE] * variant.large + [COVER] * variant.cover)


def variant_of(code: str | None) -> Variant:
    """The variant that was written down; the usual one for what was printed before that."""
    said = (code or "").split("+")
    return Variant(large=LARGE in said, cover=COVER in said)


def wish_of(work: Work, household_id: int) -> PrintWish | None:
    """What a household asked for last; None when it never did."""
    query = select(PrintWish).where(PrintWish.household_id == household_id).order_by(col(PrintWish.id).desc())
    return work.session.exec(query).first()


def need_of(work: Work, household_id: int) -> Variant | None:
    """The variant that a household needs; None when it never said."""
    wish = wish_of(work, household_id)
    return None if wish is None else Variant(large=wish.large, cover=wish.cover)


def chosen(need: Variant | None, letter: Letter, asked: Asked = UNASKED) -> Variant:
    """The variant of a print. A cover that was only needed, not asked for now, falls away where there can be none."""
    need = need or NORMAL
    cover = need.cover and letter.plain() is not None if asked.cover is None else asked.cover
    return Variant(large=need.large if asked.large is None else asked.large, cover=cover)


def remember(work: Work, household_id: int, asked: Asked, asked_by: str) -> PrintWish:
    """Write down what a household needs from now on; what is not said stays as it was. Raises Invalid."""
    if asked_by not in ASKERS:
        raise Invalid(f"由谁提出应写：{'、'.join(ASKERS)}")
    if asked == UNASKED:
        raise Invalid("请写明要大字版（--large / --no-large）还是要明白纸（--cover / --no-cover）")
    before = need_of(work, household_id) or NORMAL
    large = before.large if asked.large is None else asked.large
    cover = before.cover if asked.cover is None else asked.cover
    row = PrintWish(
        household_id=household_id, large=large, cover=cover, asked_by=asked_by, asked_on=work.today,
        recorded_at=work.now, recorded_by=work.actor,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    work.audit("登记阅读需要", f"household:{household_id}")  # the log outlives the need: it does not say which
    return row
