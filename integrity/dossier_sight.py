"""案卷的范围 (what a dossier covers): for whom it is, which entries and cases belong in it, and what is covered up.

The person's own copy leaves out what is another member's, masks the others' names, and never names who informed
(个人信息保护法 44–45). Whoever is not named here gets no score either (红线 6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import col, select

from integrity.case_files import Case, cases_of
from integrity.errors import NotFound
from integrity.households import home
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import (
    ENTRIES,
    Change,
    Conduct,
    Entry,
    Finding,
    Household,
    Member,
    Notice,
    Printing,
    Service,
    Step,
)  # fmt: skip
from integrity.records.office import Officer, Person
from integrity.rules.identity import mask_id, mask_name
from integrity.terms import Event
from integrity.work import Work

E = TypeVar("E", bound=Entry)
WITHHELD = "（涉及投诉举报人，不予提供）"
DESTROYED = "已依法销毁"
_INFORMED = re.compile("举报|投诉|检举")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_OF_CASES = (Conduct, Finding, Notice, Printing, Service, Step)
"""Kinds of entry of which a dossier of one case holds only those of the case."""


@dataclass(frozen=True, slots=True)
class Reader:
    """使用人 (for whom a dossier is made): may he see the score, and who informed?"""

    name: str
    scored: bool
    informers: bool


COURT = Reader("人民法院", scored=True, informers=True)
INSPECTION = Reader("检查机关", scored=True, informers=True)
OWN = Reader("本人", scored=True, informers=False)
OTHERS = Reader("其他单位", scored=False, informers=False)
READERS: Mapping[str, Reader] = {"法院": COURT, "检查": INSPECTION, "本人": OWN, "其他": OTHERS}


@dataclass(frozen=True)
class Sight:
    """案卷的范围 (what one dossier covers); `work` knows what was known at `until`."""

    work: Work
    household_id: int
    reader: Reader
    until: datetime
    member_no: int | None = None
    case_no: int | None = None
    numbers: Mapping[int, str] | None = None
    """ID numbers in full by person, where they were revealed for this dossier."""
    masks: bool = False
    """Is every name covered up, since whoever prints only watches?"""

    @property
    def on(self) -> date:
        """The day of `until`."""
        return self.until.astimezone(SHANGHAI).date()

    @cached_property
    def household(self) -> Household:
        """The household. Raises NotFound."""
        found = self.work.session.get(Household, self.household_id)
        if found is None:
            raise NotFound(f"没有编号为 {self.household_id} 的家庭")
        return found

    @cached_property
    def area(self) -> str:
        """The village in which it lives. Raises NotFound before it was registered."""
        return home(self.work, self.household_id, self.on).area

    @property
    def township(self) -> str:
        """The township of the village."""
        return self.area[:9] + "000"

    @cached_property
    def known(self) -> tuple[Entry, ...]:
        """Every entry of the ledger by then, in its order."""
        found: list[Entry] = []
        for kind in ENTRIES:
            found += self.work.session.exec(select(kind).where(kind.household_id == self.household_id))
        return tuple(sorted(found, key=lambda one: one.seq))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Those that belong in this dossier."""
        return tuple(one for one in self.known if self._belongs(one))

    def of(self, kind: type[E]) -> list[E]:
        """The standing entries of a kind that belong here, by day and number."""
        replaced = {one.corrects for one in self.known if one.corrects is not None}
        kept = [one for one in self.entries if isinstance(one, kind) and one.seq not in replaced and not one.void]
        return sorted(kept, key=lambda one: (one.happened_on, one.seq))

    def last(self, *kinds: type[Entry]) -> date:
        """材料日期 (the day of the last standing entry) of these kinds; that of the dossier where there is none."""
        return max((one.happened_on for kind in kinds for one in self.of(kind)), default=self.on)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases that belong here. Raises NotFound for a case that is not there."""
        mine = tuple(one for one in self._all_cases if self._is_mine(one) and self.case_no in (None, one.no))
        if self.case_no is not None and not mine:
            raise NotFound(f"该户没有可以印入本案卷的第 {self.case_no} 号案件")
        return mine

    @cached_property
    def _all_cases(self) -> list[Case]:
        return cases_of(self.work, self.household_id)

    @cached_property
    def _facts(self) -> dict[int, int]:
        """Fact → member."""
        return {one.seq: one.member_no for one in self.known if isinstance(one, Conduct)}

    def _is_mine(self, case: Case) -> bool:
        """Is it about the person whose copy this is, or about the household? Every case is, in another copy."""
        about = self._facts.get(case.subject_seq or 0, case.member_no)
        return self.member_no is None or about in (None, self.member_no)

    def _belongs(self, entry: Entry) -> bool:
        if isinstance(entry, _OF_CASES) and self.case_no is not None and not self._of_case(entry):
            return False
        if self.member_no is None:
            return True
        if isinstance(entry, Member):
            return entry.no == self.member_no
        if isinstance(entry, Finding):
            return self._facts.get(entry.conduct_seq) == self.member_no
        if isinstance(entry, Step | Notice | Printing | Service):
            case_no = self._case_of(entry)
            return case_no is None or any(one.no == case_no and self._is_mine(one) for one in self._all_cases)
        return getattr(entry, "member_no", None) in (None, self.member_no)

    def _of_case(self, entry: Entry) -> bool:
        """Does it belong to the one case? A fact and its findings do where the case is about the fact."""
        case = next((one for one in self._all_cases if one.no == self.case_no), None)
        if isinstance(entry, Conduct):
            return case is not None and case.subject_seq == entry.seq
        if isinstance(entry, Finding):
            return case is not None and (entry.case_no == case.no or entry.conduct_seq == case.subject_seq)
        return self._case_of(entry) == self.case_no

    def _case_of(self, entry: Entry) -> int | None:
        """The case of a step, or of a paper and of what happened to it; None for a paper of no case."""
        if isinstance(entry, Step):
            return entry.case_no
        subject = self._papers.get(getattr(entry, "notice_seq", entry.seq), "").split(":")
        return int(subject[1]) if subject[0] == "case" else None

    @cached_property
    def _papers(self) -> dict[int, str]:
        """Paper → its subject."""
        return {one.seq: one.subject for one in self.known if isinstance(one, Notice)}

    @cached_property
    def people(self) -> dict[int, list[Person]]:
        """Member → the rows on his person, the last one last, whoever may see them."""
        found: dict[int, list[Person]] = {}
        for one in self.known:
            if isinstance(one, Member):
                person = self.work.session.get(Person, one.person_id)
                if person is not None and person not in found.setdefault(one.no, []):
                    found[one.no].append(person)
        return found

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """The names of the other members, where they are covered up."""
        mine = {one.name for one in self.people.get(self.member_no or 0, [])}
        others = {one.name for rows in self.people.values() for one in rows} - mine - {""}
        if not others or not (self.masks or self.member_no):
            return re.compile(r"(?!)")
        return re.compile("|".join(map(re.escape, sorted(others | (mine - {""}), key=lambda one: (-len(one), one)))))

    def hides(self, no: int) -> bool:
        """Is the name of a member covered up?"""
        return self.masks or self.member_no not in (None, no)

    @cached_property
    def _own(self) -> set[str]:
        return {one.name for one in self.people.get(self.member_no or 0, [])}

    def words(self, text: str) -> str:
        """A text as this reader may see it: names of others masked in a person's copy, ID numbers everywhere."""
        shown = self._names.sub(lambda found: found[0] if found[0] in self._own else mask_name(found[0]), text)
        plain = set((self.numbers or {}).values())
        return _NUMBER.sub(lambda found: found[0] if found[0] in plain else mask_id(found[0]), shown)

    def informed(self, entry: Entry) -> bool:
        """Would the source or the detail of an entry show a reader who informed?"""
        complaint = isinstance(entry, Change) and entry.kind is Event.COMPLAINT
        said = f"{getattr(entry, 'source', '')}{getattr(entry, 'detail', '')}"
        return not self.reader.informers and (complaint or _INFORMED.search(said) is not None)

    def told(self, text: str, entry: Entry | None = None) -> str:
        """What somebody told the office: withheld where it, or its entry, would show a reader who informed."""
        shows = not self.reader.informers and _INFORMED.search(text) is not None
        if text and (shows or (entry is not None and self.informed(entry))):
            return WITHHELD
        return self.words(text)

    def covered(self, record: Any) -> Any:
        """A paper's content with every text as this reader may see it."""
        if isinstance(record, str):
            return self.words(record)
        if isinstance(record, tuple):
            return tuple(self.covered(one) for one in record)
        if is_dataclass(record) and not isinstance(record, type):
            return replace(record, **{one.name: self.covered(getattr(record, one.name)) for one in fields(record)})
        return record

    @cached_property
    def _officers(self) -> dict[str, str]:
        return {one.code: one.name for one in self.work.session.exec(select(Officer).order_by(col(Officer.code)))}

    def officer(self, code: str) -> str:
        """Name and 工号 of who did something."""
        name = self._officers.get(code, "")
        return f"{name}（{code}）" if name else code

    def officers(self, codes: str) -> str:
        """The same for several, as an entry holds them."""
        return "、".join(self.officer(one) for one in codes.split("、") if one)


def computed(text: str) -> str:
    """A time limit with its computation, one line a step, as one paragraph."""
    head, *steps = (line.strip("　") for line in text.split("\n"))
    return head + (f"（计算：{'；'.join(steps)}）" if steps else "")


def moment(at: datetime) -> str:
    """A moment to the minute, as the log tells it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
