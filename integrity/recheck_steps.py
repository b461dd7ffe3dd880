"""名单的一行办成步骤 (a row of the list as steps): what an officer would take by hand, refused where he is.

Nothing is decided here that the procedure does not decide: the row's own checks are of the list (which edition, which
household) and of the visitors' area; all else is said by `cases.take`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import col, select

from integrity import cases, organs
from integrity.case_files import Case, cases_of
from integrity.errors import ChengxinError, Conflict, Forbidden, NotFound, Refused
from integrity.exchange_columns import RECHECK
from integrity.exchange_rows import Fault, Line, fault_at
from integrity.households import by_number, home, standing
from integrity.letters import DONE
from integrity.recheck_marks import Edition, edition_of
from integrity.rechecks import relatives
from integrity.records.ledger import Notice, Recheck, Step
from integrity.records.office import Officer
from integrity.rules.areas import code_range
from integrity.rules.procedure import Obstacle
from integrity.sights import portions
from integrity.terms import Procedure
from integrity.work import Work

VISITORS = ("入户人员一", "入户人员二")
NOT_MET = ("家中无人", "拒绝入户", "其他原因未能入户")
"""Results by which nobody was met: the case waits for another assignment."""
LATER = "LATER"
"""The visit is written down, the conclusion is left to the one who draws it."""
_ASSIGN = "chengxin recheck assign 文件 --by 工号"


class Visit(NamedTuple):
    """入户情况 (what two visitors found): the result, the day, whom they met, what they learned, and why so."""

    result: str
    on: date
    met: str = ""
    found: str = ""
    reason: str = ""
    evidence: str = ""


class Taken(NamedTuple):
    """办成的一行 (row that was taken): where its entries stand, and the papers that were made out."""

    household_id: int
    first_seq: int
    last_seq: int
    papers: tuple[Notice, ...]


class RowRefused(Refused):
    """这一行不能登记"""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("；".join(str(one) for one in faults))
        self.faults = faults


def take_result(work: Work, line: Line) -> Taken:
    """登记核查结果 (one filled row): visited and concluded, or not met. Raises RowRefused, Conflict."""
    household_id = _known(work, line)
    faults = [*_unfit(work, line, household_id), *_not_to_visit(work, line, household_id)]
    case = open_case(work, household_id)
    if case is None:
        raise RowRefused(faults or [_at(line, "户编号", f"没有在办的核查案件，请由复核人员先指派：{_ASSIGN}")])
    steps: list[int] = []
    papers: list[Notice] = []
    try:
        for code, on, given, evidence in steps_of(_visit(line), (line[VISITORS[0]], line[VISITORS[1]]), work.today):
            taken = cases.take(work, household_id, case.no, code, on=on, evidence=evidence, **given)
            steps.append(taken.step.seq)
            papers += taken.papers
    except Conflict:
        raise
    except ChengxinError as reason:
        raise RowRefused([*faults, *faults_of(line, reason)]) from reason
    if faults:
        raise RowRefused(faults)
    return Taken(household_id, steps[0], steps[-1], tuple(papers))


def assign(work: Work, line: Line) -> bool:
    """指派 (send two visitors), opening the case where there is none; False when this pair is sent already.

    Raises RowRefused with every fault, Conflict.
    """
    household_id = _known(work, line)
    case = open_case(work, household_id)
    pair = {"visitor_1": line[VISITORS[0]], "visitor_2": line[VISITORS[1]]}
    last = case.history[-1] if case is not None else None
    if last is not None and last.code == "ASSIGNED" and _same(last.data, pair):
        return False
    faults = list(_unfit(work, line, household_id))
    try:
        send_pair(work, household_id, case, (line[VISITORS[0]], line[VISITORS[1]]))
    except Conflict:
        raise
    except ChengxinError as reason:
        raise RowRefused([*faults, *faults_of(line, reason)]) from reason
    if faults:
        raise RowRefused(faults)
    return True


def send_pair(work: Work, household_id: int, case: Case | None, pair: tuple[str, str]) -> None:
    """指派两人 (two visitors are sent): by the open recheck, or by one that is opened. Raises as `cases.take`."""
    if case is None:
        case = cases.open_case(work, household_id, Procedure.RECHECK).case
    cases.take(work, household_id, case.no, "ASSIGNED", visitor_1=pair[0], visitor_2=pair[1])


def sent_of(work: Work, numbers: Mapping[int, str]) -> dict[str, tuple[str, str]]:
    """户编号 → the two who are sent and have not reported yet, of these households (id → 户编号)."""
    found: dict[str, tuple[str, str]] = {}
    for portion in portions(sorted(numbers)):
        query = select(Step.household_id).where(
            col(Step.household_id).in_(portion), Step.procedure == Procedure.RECHECK, Step.step == "ASSIGNED"
        ).distinct()  # fmt: skip
        for household_id in work.session.exec(query):
            case = open_case(work, household_id)
            last = case.history[-1] if case is not None else None
            if last is not None and last.code == "ASSIGNED":
                found[numbers[household_id]] = (str(last.data["visitor_1"]), str(last.data["visitor_2"]))
    return found


def _same(told: Any, pair: dict[str, str]) -> bool:
    return {told.get("visitor_1"), told.get("visitor_2")} == set(pair.values())


def _at(line: Line, column: str, reason: str) -> Fault:
    return fault_at(RECHECK, line, column, reason)


def _known(work: Work, line: Line) -> int:
    """The household of the row, locked, so that what is looked up stays true. Raises RowRefused."""
    try:
        household_id = by_number(work, line.household)
    except NotFound:
        raise RowRefused([_at(line, "户编号", "没有登记这一户，请照原名单")]) from None
    work.lock(household_id)
    return household_id


def open_case(work: Work, household_id: int) -> Case | None:
    """The open recheck of a household; there is never a second one."""
    return next((one for one in cases_of(work, household_id, Procedure.RECHECK) if not one.closed), None)


def _visit(line: Line) -> Visit:
    return Visit(
        line["结果"], line["入户日期"], line["见到的人"], line["了解的情况"], line["结论的理由"], line["证据指纹"] or ""
    )


def steps_of(visit: Visit, pair: tuple[str, str], today: date) -> Iterator[tuple[str, date, dict[str, Any], str]]:
    """(step, day, what it states, evidence) of a visit. The conclusion makes a paper, which is dated today."""
    went = {"visitor_1": pair[0], "visitor_2": pair[1]}
    if visit.result in NOT_MET:
        reason = "：".join(filter(None, (visit.result, visit.found)))
        yield "UNREACHED", visit.on, {**went, "reason": reason}, visit.evidence
        return
    yield "VISITED", visit.on, {**went, "met": visit.met, "found": visit.found}, visit.evidence
    if visit.result != LATER:
        yield "RESULT", today, {"result": visit.result, "reason": visit.reason}, ""


def _unfit(work: Work, line: Line, household_id: int) -> Iterator[Fault]:
    """What the list itself forbids: an edition that is over for this household, visitors of another area."""
    edition, on = edition_of(line["名单编号"]), line["入户日期"] or work.today
    checks = [one.happened_on for one in standing(work, Recheck, household_id, work.today) if one.result in DONE]
    if checks and checks[-1] >= edition.made_on:
        reason = f"该户在这份名单以后已于 {checks[-1]} 核查完毕，这一行不再使用；再核查的请用新的名单"
        yield _at(line, "名单编号", reason)
    yield from _outside(line, edition)
    yield from _strangers(work, line, household_id, on)


def _outside(line: Line, edition: Edition) -> Iterator[Fault]:
    """A visit before the list was made, or after its period."""
    on = line["入户日期"]
    if on is not None and on < edition.made_on:
        yield _at(line, "入户日期", f"早于名单的制表日期 {edition.made_on}，请核对日期，或者用那时的名单")
    if on is not None and on > edition.until:
        yield _at(line, "入户日期", f"晚于这份名单的核查期间（到 {edition.until}），请用新的名单")


def _not_to_visit(work: Work, line: Line, household_id: int) -> Iterator[Fault]:
    """Visitors who are relatives by now, or were not in office on the day, though they were fit when they were sent."""
    kin = relatives(work, household_id, [line[column] for column in VISITORS])
    for column in VISITORS:
        if line[column] in kin:
            yield _at(line, column, "与该户有近亲属关系，应当回避（民发〔2021〕57号第11条）；请由复核人员另行指派")
        try:
            organs.officer(work, line[column], line["入户日期"])
        except NotFound as reason:
            yield _at(line, column, f"入户那一天{reason}，请核对工号")


def _strangers(work: Work, line: Line, household_id: int, on: date) -> Iterator[Fault]:
    """Visitors whose area is not the household's; who is not in office is refused by the procedure."""
    try:
        area = home(work, household_id, on).area
    except NotFound:
        return
    for column in VISITORS:
        officer = work.session.get(Officer, line[column] or "")
        low, high = code_range(officer.area) if officer is not None else (area, area + "0")
        if officer is not None and not low <= area < high:
            yield _at(line, column, f"辖区是 {officer.area}，该户在 {area}，请由本辖区的人员核查")


_COLUMNS = {
    "order": "户编号", "back": "入户日期", "assigned": VISITORS[0], "kin": VISITORS[0], "visitors": VISITORS[0],
    "reason": "结论的理由",
}  # fmt: skip
_REMEDIES = {
    "order": f"请核对是否已经登记过；没有指派（或者上次未能入户）的，由复核人员先指派：{_ASSIGN}",
    "back": "入户不能早于指派，请核对日期", "relative": "请换一名经办人导入", "kin": "请由复核人员另行指派",
    "assigned": "请填被指派的两人，要换人的由复核人员重新指派", "role": "请换相应岗位的人员办理",
    "visitors": "请核对工号",
}  # fmt: skip
"""What to do about an obstacle, by its code."""
_ASKS = (
    ("结论", "结果"), ("理由", "结论的理由"), ("见到的人", "见到的人"), ("了解的情况", "了解的情况"),
    ("入户人员一", VISITORS[0]), ("入户人员二", VISITORS[1]),
)  # fmt: skip


def faults_of(line: Line, reason: ChengxinError) -> list[Fault]:
    """The faults of a row whose step was refused: obstacle by obstacle, each with its column and what to do."""
    found: tuple[Obstacle, ...] = getattr(reason, "obstacles", ())
    if found:
        return list(dict.fromkeys(_fault(line, one) for one in found))
    todo = "，请换有权办理的人员导入" if isinstance(reason, Forbidden) else ""
    return [Fault(line.row, "", "", f"不能登记：{reason}{todo}")]


def _fault(line: Line, one: Obstacle) -> Fault:
    asked = next((column for told, column in _ASKS if one.code == "asks" and told in one.text), "")
    todo = _REMEDIES.get(one.code, "")
    column = _COLUMNS.get(one.code, asked)
    text = f"{one}；{todo}" if todo else str(one)
    return _at(line, column, text) if column else Fault(line.row, "", "", text)
