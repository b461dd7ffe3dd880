"""失信记录的期限 (how long a record is kept): from when it may be repaired, on which day its use ends, of which class.

One computation for the notice, the decision, the repair notice and every later use of the record (红线 10). Counted by
the parameters in force on the day of the document. 国家发展改革委令第36号; 山东省社会信用条例 38.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from integrity.households import home
from integrity.policies_of import policy_for
from integrity.records.ledger import Conduct
from integrity.rules.credit import listed, record_window, terms
from integrity.rules.facts import UNKNOWN, FindingFacts, date_of, day
from integrity.rules.policy import Item
from integrity.terms import Capacity, FindingState, NationalClass
from integrity.work import Work


class RecordTerms(NamedTuple):
    """记录期限 (terms of a record); None is not known: the region maps no class, or sets no limit."""

    level: NationalClass
    earliest: date | None
    """First day on which repair may be applied for."""
    until: date | None
    """Day on which it ends by itself: from this day on it is not used any more."""
    item: Item | None
    """The item of the catalogue that the county adopted, where it lists this conduct."""


def record_terms(work: Work, fact: Conduct, level: NationalClass, document_on: date) -> RecordTerms:
    """The terms of a default found by a document of this day. An unmapped level is that of the catalogue's item."""
    area = home(work, fact.household_id, document_on).area[:9] + "000"
    policy = policy_for(work, area, document_on)
    limits = terms(policy, area, policy.adopted, document_on)
    found = FindingFacts(
        seq=fact.seq, member_no=fact.member_no, born=UNKNOWN, capacity=Capacity.FULL.number, item=fact.item,
        act_on=day(fact.happened_on), act_end=day(fact.act_end), document_on=day(document_on), effective_on=UNKNOWN,
        state=FindingState.PROPOSED.number, state_on=UNKNOWN,
    )  # fmt: skip
    item = listed(found, limits)
    if level is NationalClass.UNMAPPED and item is not None:
        level = item.national_class
    window = record_window(found, level.number, limits)
    return RecordTerms(level, _day(window.earliest), _day(window.end), item)


def _day(epoch_day: int) -> date | None:
    return None if epoch_day == UNKNOWN else date_of(epoch_day)
