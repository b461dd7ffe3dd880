"""公示 (public notices): put a list up, take objections down in writing, and let nothing of it be seen afterwards.

A notice whose last day has passed is down by itself: from then on its content is neither listed nor printed. What was
put up stays frozen and sealed like a paper, as proof; who stands on it is told by household and case, never by name.
社会救助法 45; 民发〔2021〕57号 19、24; 民发〔2021〕43号 15、26.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, select

from integrity import areas, print_styles, printing, regional, seals
from integrity.errors import ChengxinError, Conflict, Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.papers import MARKS, freeze, inspect, lock, next_number, thaw, tidy
from integrity.permissions import require
from integrity.posting_sheets import CASES, Line, computed_again, hanging, letter, row_of, signing
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household
from integrity.records.office import Audit, PaperData, Posting, PostingLine, PostingNote
from integrity.rules.areas import code_range, level_of
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.policy import NotInForce
from integrity.rules.writing import document_number
from integrity.settings import settings
from integrity.terms import AreaLevel, PaperKind, PostingEvent, PostingKind
from integrity.work import Work
from reports.faults import PressStopped
from reports.forms import Letter
from reports.forms_household import Posted
from reports.press import Item, Paper, render

__all__ = [
    "Line", "Posting", "Tally", "by_number", "due_down", "ended", "hung", "object_to", "over_without_objection",
    "post", "print_sheet", "remind", "sheet", "standing", "taken_down",
]  # fmt: skip

MATTER = "公示"
_FOLDER = "公示"
_PRINTED = "打印公示单"
"""The audit line of a print; its detail is the version of the form."""
_NAMED = 8
_PLACE = 120


class Tally(NamedTuple):
    """公示结果 (how a notice went): period over, on a calendar that is certain; objected to by anybody."""

    over: bool
    firm: bool
    objected: bool


def post(
    work: Work, kind: PostingKind, area: str, lines: Sequence[Line], *, on: date, place: str, masked: bool = False,
    months: int | None = None, evidence: str = "",
) -> Posting:  # fmt: skip
    """Put a list up in a village (张贴公示), from its ledgers; numbered, frozen, to a day that the program computes.

    `masked` hides part of each name where the region asks for it. Raises Refused, naming every household that cannot
    stand on it and why; Unset when the region does not say how long and no `months` were given; Forbidden.
    """
    require(work, MATTER, area)
    _acceptable(work, kind, area, lines, on)
    _place(place)
    lock(work, [one.household_id for one in lines])
    own = signing(work, kind, area, on)
    until = hanging(work, kind, own, months)
    rows = _rows(work, kind, area, lines, on, masked=masked)
    series = own.organ.prefix + MARKS[PaperKind.F07]  # a series of their own
    try:
        first = document_number(series, on.year, 1)
        draft: Letter = tidy(letter(work, kind, own, area, rows, number=first, until=until.term.end, place=place))
        inspect(draft)
        regional.in_force(area, draft)  # before a number is drawn
    except (ChengxinError, NotInForce, PressStopped) as missing:
        raise Refused(f"《{kind.value}》不能制作：{missing}") from missing
    final = replace(draft, number=next_number(work, series, on.year))
    made = Posting(
        number=final.number, kind=kind, area=area, since=on, until=until.term.end, computed=until.computed,
        place=place.strip(), data_sha256=_keep(work, final), recorded_at=work.stamp(), recorded_by=work.actor,
    )  # fmt: skip
    return _enter(work, made, lines, evidence)


def _acceptable(work: Work, kind: PostingKind, area: str, lines: Sequence[Line], on: date) -> None:
    """What can be said of a list before any household is looked at. Raises Refused, Invalid."""
    if on != work.today:
        raise Refused("公示单当日制作、当日张贴，不能倒签，也不能预先登记（红线第16条）")
    if level_of(area) is not AreaLevel.VILLAGE:
        raise Refused("公示、公布在申请家庭所在的村、社区进行（民发〔2021〕57号第19条、第24条）")
    if not lines:
        raise Invalid("名单中没有家庭")
    if len({one.household_id for one in lines}) != len(lines):
        raise Invalid("同一户在名单中出现两次")
    if kind is PostingKind.TEKUN_END and len(lines) > 1:
        raise Refused("拟终止特困供养逐人公示，一人一张（民发〔2021〕43号第26条）")


def _place(text: str) -> None:
    """Where it hangs is told in a few words that name nobody. Raises Invalid."""
    if not text.strip() or len(text.strip()) > _PLACE:
        raise Invalid(f"请写明张贴的地点（不超过{_PLACE}字）")
    refuse_id_numbers("张贴地点", text)


def _rows(work: Work, kind: PostingKind, area: str, lines: Sequence[Line], on: date, *, masked: bool) -> list[Posted]:
    """The lines as they are put up. Raises Refused with every household that cannot be, and why."""
    rows, faults = [], []
    for one in lines:
        try:
            _not_hanging(work, kind, one, on)
            rows.append(row_of(work, kind, area, one, on, masked=masked))
        except ChengxinError as fault:
            known = work.session.get(Household, one.household_id)
            faults.append(f"户 {known.number if known else one.household_id}：{fault}")
    if faults:
        raise Refused("名单不能公示：" + "；".join(faults))
    return rows


def _not_hanging(work: Work, kind: PostingKind, line: Line, on: date) -> None:
    """One notice at a time: a second one would leave open which of them counts. Raises Refused."""
    for known in _of(work, line.household_id):
        same = kind in CASES and known.line.case_no == line.case_no
        if known.posting.kind is kind and (same or kind not in CASES) and not ended(work, known.posting, on):
            raise Refused(f"正在公示（{known.posting.number}，到 {known.posting.until}），重新公示请先登记撤下")


def _keep(work: Work, final: Letter) -> str:
    """Seal what is put up, like the content of a paper; its digest."""
    digest, body = freeze(final)
    _seal(work, digest, body)
    seals.seal(work, final, digest)
    return digest


def _seal(work: Work, digest: str, body: bytes) -> None:
    if work.session.get(PaperData, digest) is not None:
        return  # the same words about the same household at the same moment are kept once
    cipher = work.vault.seal_bytes(body, f"paper_data|{digest}")
    work.put(PaperData(sha256=digest, key_id=work.vault.current, cipher=cipher))


def _enter(work: Work, made: Posting, lines: Sequence[Line], evidence: str) -> Posting:
    """The notice, its lines, and that it was put up."""
    work.session.add(made)
    work.session.flush()
    assert made.id is not None
    for n, one in enumerate(lines, start=1):
        work.session.add(PostingLine(posting_id=made.id, line_no=n, household_id=one.household_id, case_no=one.case_no))
    work.session.flush()
    _note(work, made, PostingEvent.POSTED, made.since, evidence=evidence)
    work.audit("张贴公示", made.number, f"{made.kind.value}，{made.area}，{len(lines)} 户，到 {made.until}")
    return made


def _note(
    work: Work, posting: Posting, event: PostingEvent, on: date, *, household_id: int | None = None,
    evidence: str = "", text: str = "",
) -> PostingNote:  # fmt: skip
    """One line on what happened to a notice. A text is sealed: who objected, and with what, is confidential."""
    refuse_id_numbers("说明", text)
    assert posting.id is not None
    digest = ""
    if text.strip():
        said = [posting.number, event.name, household_id, work.now.isoformat(), text.strip()]
        body = json.dumps(said, ensure_ascii=False)
        digest = work.vault.blind("posting", body)
        _seal(work, digest, body.encode())
    note = PostingNote(
        posting_id=posting.id, event=event, happened_on=on, household_id=household_id, evidence=evidence,
        data_sha256=digest, recorded_at=work.stamp(), recorded_by=work.actor,
    )  # fmt: skip
    work.session.add(note)
    work.session.flush()
    return note


def said_with(work: Work, note: PostingNote) -> str:
    """What was stated with a line, as it was sealed; "" for nothing, and once it is destroyed."""
    kept = work.session.get(PaperData, note.data_sha256) if note.data_sha256 else None
    if kept is None or not kept.cipher:
        return ""
    return str(json.loads(work.vault.open_bytes(kept.key_id, kept.cipher, f"paper_data|{note.data_sha256}"))[-1])


def by_number(work: Work, number: str) -> Posting:
    """The public notice of a 文号. Raises NotFound."""
    found = work.session.exec(select(Posting).where(Posting.number == number)).first()
    if found is None:
        raise NotFound(f"没有文号为 {number} 的公示单")
    return found


def sheet(work: Work, posting: Posting) -> Letter:
    """What hangs now, from its frozen content. Raises Refused once it is down or destroyed, Invalid when altered."""
    if ended(work, posting, work.today):
        raise Refused(
            f"公示单 {posting.number} 的期限到 {posting.until}，现已撤下，不再显示和打印（个人信息保护法第6条、第19条）"
        )
    kept = work.session.get(PaperData, posting.data_sha256)
    if kept is None or not kept.cipher:
        raise Refused(f"公示单 {posting.number} 的内容已依法销毁或者缺失")
    body = work.vault.open_bytes(kept.key_id, kept.cipher, f"paper_data|{posting.data_sha256}")
    if sha256(body).hexdigest() != posting.data_sha256:
        raise Invalid(f"公示单 {posting.number} 的内容已被改动")
    return thaw(body)


def print_sheet(work: Work, posting: Posting) -> Path:
    """The sheet as a PDF file, as often as needed while it hangs: always the same. Raises as `sheet`.

    The form of the first print stays: NotFound, Invalid when a region's own form is gone or was altered since.
    """
    require(work, MATTER, posting.area)
    form = sheet(work, posting)
    try:
        item = _item(work, posting, form)
        paper: Paper = render(item)
    except PressStopped as fault:
        raise Refused(f"公示单 {posting.number} 不能印制：{fault}") from fault
    if item.regional:
        regional.keep(work, item.regional)
    print_styles.keep(item.edition)
    path = _file(posting)
    write_file(path, paper.pdf)
    work.audit(_PRINTED, posting.number, f"{paper.template_sha256} {item.edition.sha256}")
    return path


def to_draft(work: Work, posting: Posting) -> Item:
    """样稿的内容 (what a draft is set from): a sheet that this piece of work takes back. Raises as `sheet`."""
    return printing.as_draft(_item(work, posting, sheet(work, posting)))


def _item(work: Work, posting: Posting, form: Letter) -> Item:
    """The sheet in the form and the templates in which it was printed first, or is printed from now on."""
    printed = select(Audit.detail).where(Audit.action == _PRINTED, Audit.subject == posting.number, Audit.detail != "")
    first = work.session.exec(printed.order_by(col(Audit.id))).first()
    template, _, edition = (first or "").partition(" ")
    own = regional.kept(work, form, template) if template else regional.in_force(posting.area, form)
    return print_styles.set_as(Item(form, own, seals.code_of(work, posting.number)), edition)


def _file(posting: Posting) -> Path:
    return settings().papers / _FOLDER / f"{posting.number}.pdf"


def hung(work: Work, posting: Posting, *, on: date, evidence: str) -> PostingNote:
    """Proof that it was put up (张贴的证明): a photograph. Put up later than its first day, it does not count."""
    require(work, MATTER, posting.area)
    if not evidence.strip():
        raise Invalid("请附张贴照片等证据的指纹")
    _within(work, posting, on)
    return _note(work, posting, PostingEvent.POSTED, on, evidence=evidence)


def object_to(
    work: Work, posting: Posting, household_id: int, text: str, *, on: date | None = None, evidence: str = ""
) -> PostingNote:
    """Write down an objection to one household of a notice (收到异议); what was said is sealed. Raises Refused."""
    require(work, MATTER, posting.area)
    if household_id not in _households(work, posting):
        raise NotFound(f"公示单 {posting.number} 上没有这一户")
    if len(text.strip()) < 2:
        raise Invalid("请写明异议的内容")
    _within(work, posting, on or work.today)
    note = _note(
        work, posting, PostingEvent.OBJECTED, on or work.today, household_id=household_id, evidence=evidence, text=text
    )  # fmt: skip
    work.audit("登记公示异议", posting.number, f"household:{household_id}")
    return note


def _within(work: Work, posting: Posting, on: date) -> None:
    """A day on which the notice hung. Raises Refused."""
    if on > work.today:
        raise Refused(f"日期 {on} 在今天之后，不能预先登记")
    if on < posting.since or ended(work, posting, on):
        raise Refused(
            f"{on} 不在公示期内（{posting.since} 至 {posting.until}）；"
            "期外收到的反映按投诉举报办理（民发〔2021〕57号第36条）"
        )


def taken_down(
    work: Work, posting: Posting, *, on: date | None = None, evidence: str = "", reason: str = ""
) -> PostingNote:
    """Proof that it was taken down (撤下); before its last day is over only with a reason. Raises Refused, Conflict."""
    require(work, MATTER, posting.area)
    day = on or work.today
    if day > work.today or day < posting.since:
        raise Refused(f"撤下的日期 {day} 应在张贴之后、今天之前（含今天）")
    if _notes(work, posting, PostingEvent.TAKEN_DOWN):
        raise Conflict(f"公示单 {posting.number} 已登记撤下")
    if day <= posting.until and len(reason.strip()) < 2:
        raise Refused(f"公示期到 {posting.until} 才届满，提前撤下请写明理由；提前撤下的不作为公示期满")
    note = _note(work, posting, PostingEvent.TAKEN_DOWN, day, evidence=evidence, text=reason)
    work.audit("撤下公示", posting.number, f"{day}")
    _file(posting).unlink(missing_ok=True)
    return note


def ended(work: Work, posting: Posting, on: date) -> bool:
    """Is a notice down on a day: its last day over, or taken down by then?"""
    return on > posting.until or any(one.happened_on <= on for one in _notes(work, posting, PostingEvent.TAKEN_DOWN))


def standing(work: Work, on: date, area: str = "") -> list[Posting]:
    """What must hang on a day (in `area`), by village and number; without its content."""
    down = select(PostingNote.posting_id).where(
        PostingNote.event == PostingEvent.TAKEN_DOWN, PostingNote.happened_on <= on
    )
    query = select(Posting).where(Posting.since <= on, Posting.until >= on, col(Posting.id).not_in(down))
    if area:
        low, high = code_range(area)
        query = query.where(Posting.area >= low, Posting.area < high)
    return list(work.session.exec(query.order_by(col(Posting.area), col(Posting.id))))


def due_down(work: Work, on: date) -> list[Posting]:
    """Notices whose last day is over and of which nobody has written down that they were taken down."""
    down = select(PostingNote.posting_id).where(PostingNote.event == PostingEvent.TAKEN_DOWN)
    query = select(Posting).where(Posting.until < on, col(Posting.id).not_in(down))
    return list(work.session.exec(query.order_by(col(Posting.area), col(Posting.id))))


def remind(work: Work) -> str:
    """公示到期: which sheets somebody must take off the board; the files of those that are over are removed."""
    due = due_down(work, work.due.astimezone(SHANGHAI).date())
    for one in due:
        _file(one).unlink(missing_ok=True)
    if not due:
        return "没有应撤下的公示"
    named = "、".join(f"{one.number}（{_village(work, one)}，{one.place}）" for one in due[:_NAMED])
    return f"应撤下公示{len(due)}件：{named}{'等' if len(due) > _NAMED else ''}"


def _village(work: Work, posting: Posting) -> str:
    try:
        return areas.area(work, posting.area, posting.since).name
    except NotFound:
        return posting.area


class _Known(NamedTuple):
    posting: Posting
    line: PostingLine


def _of(work: Work, household_id: int) -> list[_Known]:
    """The notices on which a household stands, the last first."""
    query = (
        select(Posting, PostingLine)
        .join(PostingLine, col(PostingLine.posting_id) == Posting.id)
        .where(PostingLine.household_id == household_id)
        .order_by(col(Posting.id).desc())
    )
    return [_Known(*one) for one in work.session.exec(query)]


def _households(work: Work, posting: Posting) -> set[int]:
    return set(work.session.exec(select(PostingLine.household_id).where(PostingLine.posting_id == posting.id)))


def _notes(work: Work, posting: Posting, event: PostingEvent) -> list[PostingNote]:
    query = select(PostingNote).where(PostingNote.posting_id == posting.id, PostingNote.event == event)
    return list(work.session.exec(query.order_by(col(PostingNote.id))))


def over_without_objection(work: Work, household_id: int, case_no: int, on: date) -> Tally:
    """公示期满无异议: how the last notice of a case stands on a day.

    `over`: it hung from its first day through the whole period, as computed again with the calendars known now.
    `firm`: that computation leans on no calendar that is missing. `objected`: somebody objected to this household.
    """
    found = [
        one.posting for one in _of(work, household_id) if one.posting.kind in CASES and one.line.case_no == case_no
    ]
    if not found:
        return Tally(False, False, False)
    last = found[0]
    term = computed_again(work, last)
    late = any(one.happened_on > last.since for one in _notes(work, last, PostingEvent.POSTED))
    early = any(one.happened_on <= last.until for one in _notes(work, last, PostingEvent.TAKEN_DOWN))
    whole = not late and not early and term.end <= last.until
    objections = _notes(work, last, PostingEvent.OBJECTED)
    objected = any(one.household_id == household_id and one.happened_on <= on for one in objections)
    return Tally(whole and on > last.until, not term.provisional, objected)
