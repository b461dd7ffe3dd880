"""案卷 (dossiers): the file of a household or of one of its cases as one PDF, for a court, an inspector, the person.

It tells what was known at a moment: the books are closed up to it, so that the same moment gives the same bytes for
ever (until lawful destruction takes contents away). Making one is written in the audit log with the PDF's fingerprint.
Reading order: `hindsight` (as of then), `dossier_sight` (what belongs in it, what is covered up), then the parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from integrity import (
    dossier_aid,
    dossier_cases,
    dossier_family,
    dossier_grounds,
    dossier_papers,
    dossier_trace,
    organs,
    persons,
    recommendations,
)
from integrity.dossier_sight import COURT, OTHERS, OWN, READERS, Reader, Sight
from integrity.errors import Invalid, NotFound, Refused
from integrity.hindsight import as_known
from integrity.letters_family import Desk, desk
from integrity.permissions import require
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance
from integrity.records.office import Officer
from integrity.rules.writing import paper_moment
from integrity.terms import PaperKind, Role
from integrity.work import Work
from reports.dossier import Dossier, Part, dossier_pdf
from reports.faults import PressStopped
from reports.press import Paper

__all__ = ["COURT", "OTHERS", "OWN", "READERS", "Made", "Wanted", "compiled", "moment_of", "print_out", "reader_of"]


class Wanted(NamedTuple):
    """要什么样的案卷 (which dossier is asked for): for whom, why, and how much of it.

    `member_no` is the person whose own copy it is. `unmask` is the reason for which a court gets ID numbers in full.
    """

    reader: Reader
    reason: str
    case_no: int | None = None
    member_no: int | None = None
    unmask: str = ""


class Made(NamedTuple):
    """印成的案卷 (a dossier that was made): its number, the moment that it tells of, and the PDF."""

    number: str
    moment: datetime
    paper: Paper


def reader_of(text: str) -> Reader:
    """For whom, by its word; nothing stands for others. Raises Invalid."""
    if text not in READERS and text:
        raise Invalid(f"没有“{text}”这种使用人；可以写：{'、'.join(READERS)}")
    return READERS.get(text, OTHERS)


def moment_of(work: Work, on: date | None) -> datetime:
    """截至时刻: now, the given moment, or the end of a day that is over. Raises Refused for the future."""
    if isinstance(on, datetime):
        until = on
    elif on is None or on == work.today:
        until = work.now
    else:
        until = datetime.combine(on + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1)
    if until > work.now:
        raise Refused("案卷只能印到现在为止，不能印将来的时刻")
    return until


def print_out(work: Work, household_id: int, wanted: Wanted, on: date | None = None) -> Made:
    """Make the dossier and write down that it was made. Raises Refused, NotFound, Invalid.

    The books are closed up to the moment first, so that nothing can be entered as known before it any more.
    """
    _check(wanted)
    if wanted.unmask or wanted.reader is OWN:
        require(work, "查看完整号码")
    until = moment_of(work, on)
    work.close_books(until)
    dossier = compiled(work, household_id, wanted, until)
    try:
        paper = dossier_pdf(dossier)
    except PressStopped as fault:
        raise Refused(f"案卷不能印制：{fault}") from fault
    exact = f"截至{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}"
    said = [f"供{wanted.reader.name}", dossier.scope, exact, f"{paper.pages}页", paper.sha256]
    said += [f"提供完整身份证号：{wanted.unmask}"] if wanted.unmask else []
    work.audit("印制案卷", f"household:{household_id}", "；".join((*said, wanted.reason)))
    return Made(dossier.number, until, paper)


def _check(wanted: Wanted) -> None:
    """Is it said why, and for whom? Raises Refused."""
    if len(wanted.reason.strip()) < 2:
        raise Refused("印制案卷须写明用途（--reason），至少两个字，例如法院的调卷函文号")
    if (wanted.reader is OWN) != (wanted.member_no is not None):
        raise Refused("供本人的案卷须写明是哪一位成员（--member）；其他案卷不按成员")
    if wanted.unmask and wanted.reader is not COURT:
        raise Refused("只有供人民法院的案卷可以写明理由后提供完整的身份证号（个人信息保护法第6条）")


def compiled(work: Work, household_id: int, wanted: Wanted, until: datetime) -> Dossier:
    """The dossier as of a moment, ready for the press. Raises NotFound before the household was registered."""
    numbers = _numbers(work, household_id, wanted, until)
    with as_known(work, until) as then:
        sight = Sight(
            then, household_id, wanted.reader, until, wanted.member_no, wanted.case_no, numbers, _watches(work)
        )  # fmt: skip
        if wanted.member_no is not None and wanted.member_no not in sight.people:
            raise NotFound(f"该户没有第 {wanted.member_no} 号成员")
        office = desk(then, sight.area, PaperKind.F32, sight.on)
        parts = tuple(_parts(sight, office))
        return _bound(sight, office, wanted, parts)


def _watches(work: Work) -> bool:
    """Does whoever prints only watch? Then he reads no name in full here either."""
    officer = work.session.get(Officer, work.actor)
    return officer is not None and officer.role is Role.INSPECTOR


def _numbers(work: Work, household_id: int, wanted: Wanted, until: datetime) -> Mapping[int, str]:
    """ID numbers in full: all for a court with a stated reason, each a line of the log; a person's own for himself."""
    if not wanted.unmask and wanted.reader is not OWN:
        return {}
    with as_known(work, until) as then:
        people = Sight(then, household_id, wanted.reader, until).people
    rows = [one for no, all_rows in people.items() if wanted.member_no in (None, no) for one in all_rows]
    kept = [one for one in rows if one.id is not None and one.destroyed_on is None and one.id_number]
    if wanted.reader is OWN:
        return {one.id: persons.plain(work, one, "id_number") for one in kept if one.id}
    return {one.id: persons.reveal(work, one.id, "id_number", wanted.unmask) for one in kept if one.id}


def _parts(sight: Sight, office: Desk) -> list[Part]:
    """The parts in the order in which a court or an inspector reads them, chapter by chapter."""
    told: list[recommendations.Explained] = dossier_grounds.explained(sight)
    chapters: dict[str, list[Part]] = {
        "家庭": [dossier_family.part(sight, office)],
        "承诺": [dossier_family.commitments(sight, office)],
        "事实": [dossier_aid.checks(sight, office), dossier_cases.facts(sight, office)],
        "认定": [dossier_cases.findings(sight, office)],
        "文书和送达": [dossier_papers.register(sight, office), *dossier_papers.sheets(sight)],
        "决定和办理": [
            dossier_aid.payments(sight, office), dossier_grounds.advice(sight, office, told),
            *dossier_cases.cases(sight, office),
        ],
        "核查先后": dossier_grounds.order_of_checks(sight, office, told),
        "规则": [dossier_grounds.rules(sight, office, told)],
        "经办和核验": [
            dossier_trace.ledger(sight, office), dossier_trace.log(sight, office), dossier_trace.proof(sight, office)
        ],
    }  # fmt: skip
    return [replace(one, chapter=name) for name, parts in chapters.items() for one in parts]


def _bound(sight: Sight, office: Desk, wanted: Wanted, parts: tuple[Part, ...]) -> Dossier:
    """The cover."""
    household = sight.household
    at = sight.until.astimezone(SHANGHAI)
    scope = f"第{wanted.case_no}号案件" if wanted.case_no else "全户"
    if wanted.member_no:
        scope += f"，第{wanted.member_no}号成员本人的和全家共同的"
    code = f"{at:%Y%m%d%H%M%S}" + (f"-{wanted.case_no}" if wanted.case_no else "")
    people = [dossier_family.name_of(sight, no) for no in sorted(sight.people)]
    days = [one.happened_on for one in sight.entries]
    organ = organs.organ_of(sight.work, sight.township, sight.on)
    keep = office.policy.find("archive.approval", sight.township, sight.on)
    kept = "未定，由人确定" if keep is None else f"退出后{keep.value}{keep.unit}"
    return Dossier(
        number=f"卷{household.number}-{code}", title=f"{people[0]}户社会救助案卷（{scope}）",
        household=household.number, reader=wanted.reader.name, reason=wanted.reason.strip(),
        masking="姓名遮蔽，" * sight.masks + _masking(wanted), moment=paper_moment(at), organ=organ.name,
        printed_by=sight.officer(sight.work.actor), keep=kept,
        category=_category(sight), persons=tuple(people), since=min(days), until=max(days), scope=scope,
        parts=tuple(one for one in parts if not one.empty),
        absent=tuple(one.title for one in parts if one.empty),
    )  # fmt: skip


def _category(sight: Sight) -> str:
    """Under which scheme the household was last assisted."""
    acts = sight.of(Assistance)
    return acts[-1].scheme.value if acts else "社会救助"


def _masking(wanted: Wanted) -> str:
    """What is covered up, in words."""
    if wanted.unmask:
        return f"身份证号完整提供，理由：{wanted.unmask}；电话、银行账号不提供"
    if wanted.reader is OWN:
        return "本人的身份证号完整；其他成员的姓名、号码遮蔽，只涉及他们的条目略去；投诉举报人的信息不提供"
    informers = "" if wanted.reader.informers else "；投诉举报人的信息不提供"
    return f"身份证号遮蔽，电话、银行账号不提供{informers}"
