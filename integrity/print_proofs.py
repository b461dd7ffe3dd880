"""送达回证的制作 (making proofs of service): one for each paper that is sent to a person, from the organ of that paper.

It names the paper by its own heading, since one kind has several. It stands on a sheet of its own, which the server
takes back to the file; on the back of a paper only where the clerk asks for it, and never of one that the person needs
whole for a hearing or a remedy (民事诉讼法 87).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from integrity import organs
from integrity.errors import NotFound
from integrity.letters_family import desk
from integrity.papers import MARKS, inspect, issue, tidy
from integrity.records.ledger import Notice
from integrity.records.office import Organ
from integrity.rules.writing import document_number
from integrity.terms import PaperKind
from integrity.work import Work
from reports.forms import Letter
from reports.forms_records import Receipt

_ADVERSE = frozenset(PaperKind[f"F{n}"] for n in (13, 15, 16, 19, 20, 21, 22, 23, 24, 29, 34))


def may_share(notice: Notice, letter: Letter) -> bool:
    """Can the proof stand on the back of this paper? Not of one against which there is a hearing or a remedy."""
    return notice.kind not in _ADVERSE and letter.remedies is None


def receipt(work: Work, notice: Notice, letter: Letter, number: str, **told: Any) -> Receipt:
    """送达回证 of a paper: blank for the pen, or with what is told of its service. Raises NotFound without an organ."""
    organ = _organ(work, notice, letter, work.today)
    head = desk(work, notice.area, PaperKind.F30, work.today).head()
    head |= {"organ": organ.name, "contact": organ.contact, "phone": organ.phone}
    return Receipt(
        **head, number=number, addressee=letter.addressee, paper=letter.heading, paper_number=notice.number, **told
    )


def _organ(work: Work, notice: Notice, letter: Letter, on: date) -> Organ:
    """The organ of the paper: the county's own proof for what the county signed, else the township's."""
    usual = desk(work, notice.area, PaperKind.F30, on).organ
    if letter.organ == usual.name:
        return usual
    try:
        county = organs.county_organ(work, notice.area[:9] + "000", on)
    except NotFound:
        return usual
    return county if county.name == letter.organ else usual


def inspected(work: Work, notice: Notice, letter: Letter) -> Receipt:
    """The proof as it would be issued. Raises what stops it: NotFound, Refused, PressStopped."""
    prefix = _organ(work, notice, letter, work.today).prefix + MARKS[PaperKind.F30]
    made: Receipt = tidy(receipt(work, notice, letter, document_number(prefix, work.today.year, 1)))
    inspect(made)
    return made


def subject_of(notice: Notice) -> str:
    """What a blank proof is about: the same in a run, alone, and where a case asks for one."""
    return f"{notice.subject}:{PaperKind.F30.name}:{notice.kind.name}"


def issued(work: Work, notice: Notice, letter: Letter) -> Notice:
    """The blank proof of a paper, issued once. Raises as `issue`."""

    def draft(number: str, on: date) -> Letter:
        return receipt(work, notice, letter, number)

    return issue(work, notice.household_id, PaperKind.F30, subject_of(notice), draft)
