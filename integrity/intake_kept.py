"""来件的保管 (keeping of what came in): told to whom it is about, sealed again, held while it waits, destroyed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import func, update
from sqlmodel import col, or_, select

from integrity.dossier_sight import Sight
from integrity.errors import ChengxinError
from integrity.intake_content import digest, in_words, opened, resealed
from integrity.intake_desk import received_on, sender_name
from integrity.office_terms import IntakeKind, IntakeState
from integrity.records.erasable import GONE
from integrity.records.intake import Intake
from integrity.records.ledger import Change, Member, Verification
from integrity.records.office import Destruction, Person
from integrity.work import Work


def about(
    work: Work, household_id: int, member_no: int, marks: Collection[str], sight: Sight
) -> Iterator[dict[str, str]]:  # fmt: skip
    """来件: what other systems sent about a person, and about his household as such; `marks` are his blind indexes."""
    his = or_(Intake.household_id == household_id, col(Intake.id_index).in_(set(marks) - {""}))
    for row in work.session.exec(select(Intake).where(his).order_by(col(Intake.id))):
        own = row.id_index in marks or (row.household_id == household_id and row.member_no == member_no)
        if not own and row.kind is IntakeKind.CHANGE:
            continue  # another member's
        item = opened(work.vault, row)
        said = {name: sight.words(text) for name, text in in_words(item, whole=own)} if item else {"内容": GONE}
        if not own:
            said.pop("姓名", None)
        yield {
            "收到日期": str(received_on(row)), "来自": sender_name(work, row.sender), "来件种类": row.kind.value,
            **said,
            "状态": row.state.value, "处理人": sight.officer(row.handled_by) if row.handled_by else "",
            "理由": sight.words(row.reason),
        }  # fmt: skip


def reseal(work: Work, row: Intake) -> str:
    """Seal the content with the current key; what is wrong with it, or ""."""
    try:
        cipher = resealed(work.vault, row)
    except ChengxinError as fault:
        return f"来件 {row.id}：{fault}"
    mine = update(Intake).where(col(Intake.id) == row.id)
    work.session.execute(mine.values(cipher=cipher, key_id=work.vault.current))
    return ""


def faults(work: Work, household_id: int | None = None) -> Iterator[str]:
    """What was sent and cannot be opened, is not what was sent, or is said to be an entry that is not there."""
    query = select(Intake) if household_id is None else select(Intake).where(Intake.household_id == household_id)
    gone = set(work.session.exec(select(Destruction.household_id)))
    for row in work.session.exec(query.execution_options(yield_per=500)):
        if wrong := _fault(work, row, destroyed=row.household_id is None or row.household_id in gone):
            yield f"来件 {row.id}：{wrong}"


def _fault(work: Work, row: Intake, *, destroyed: bool) -> str:
    key = (row.household_id, row.entry_seq)
    kind = Verification if row.kind is IntakeKind.COMPARISON else Change
    if row.entry_seq is not None and work.session.get(kind, key) is None:
        return "所登记的条目不存在"
    if not row.cipher:
        return "" if destroyed else "内容被清空，而该户没有依法销毁"
    try:
        item = opened(work.vault, row)
    except (ChengxinError, ValueError) as fault:
        return str(fault)
    return "" if item is not None and digest(work.vault, item) == row.request else "内容与收到时不符（被改动）"


def held(work: Work, household_id: int) -> Iterator[str]:
    """Why a household's data cannot be destroyed yet: something that was sent about its people waits."""
    people = select(Person.id_index).join(Member, col(Member.person_id) == col(Person.id))
    marks = people.where(Member.household_id == household_id, Person.id_index != "")
    his = or_(Intake.household_id == household_id, col(Intake.id_index).in_(marks))
    query = select(Intake.id).where(his, Intake.state == IntakeState.WAITING).order_by(col(Intake.id))
    for number in work.session.exec(query):
        yield f"来件 {number} 尚未处理"


def marks_of(work: Work, persons: Collection[int]) -> frozenset[str]:
    """The blind indexes of persons, asked before they are emptied."""
    query = select(Person.id_index).where(col(Person.id).in_(persons), Person.id_index != "")
    return frozenset(work.session.exec(query))


def empty(work: Work, household_id: int, marks: Collection[str]) -> None:
    """Empty what was sent about a destroyed household, and about its persons whom no other household keeps."""
    kept = set(work.session.exec(select(Person.id_index).where(col(Person.id_index).in_(marks))))
    unmatched = (col(Intake.household_id).is_(None), col(Intake.state) != IntakeState.WAITING)
    nobody = (*unmatched, col(Intake.id_index).in_(set(marks) - kept))
    for his in ((col(Intake.household_id) == household_id,), nobody):
        full = (*his, func.length(Intake.cipher) > 0)
        said = update(Intake).where(*full, col(Intake.reason) != "").values(cipher=b"", id_index="", reason=GONE)
        work.session.execute(said)
        work.session.execute(update(Intake).where(*full).values(cipher=b"", id_index=""))
