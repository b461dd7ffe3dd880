"""案件文书 (papers of a case): which papers a step makes, and how each is made out from the case and the ledger.

One table: procedure and step → the papers. A step whose papers cannot be made out is not taken. Reading order:
`case_letters_aid`, `case_letters_entry`, `case_letters_credit`, `case_letters_money`, by kind of procedure.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrity import case_letters_aid, case_letters_credit, case_letters_entry, case_letters_money
from integrity.case_files import Case
from integrity.case_papers import Draft, Given, Maker
from integrity.errors import Refused
from integrity.rules.procedure import Facts, Row
from integrity.terms import PaperKind, Procedure
from integrity.work import Work

MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    **case_letters_aid.MAKERS, **case_letters_entry.MAKERS, **case_letters_credit.MAKERS, **case_letters_money.MAKERS,
}  # fmt: skip
"""Procedure and step → what makes its papers."""


def drafts(work: Work, case: Case, row: Row, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """The papers of this step, each as a function of its number and day. Raises Refused when one cannot be made out."""
    if not row.papers:
        return []
    maker = MAKERS.get((case.procedure, row.code))
    made = [] if maker is None else maker(work, case, f, given)
    if not made:
        raise Refused(f"“{row.name}”的文书不能制发，不能办理这一步")
    return made
