"""办理接口 (the API): every step of every procedure over the same use cases as the command line; JSON, for programs.

One request is one piece of work, committed before the answer goes out. What writes carries an Idempotency-Key: sent
again, it makes nothing twice. Who asks and how far he sees stands in `api_access`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from integrity import cases, organs, repeats
from integrity.errors import Invalid, Refused
from integrity.rules import redlines
from integrity.rules.procedure import EXTEND, START, SUSPEND, Table
from integrity.rules.procedure_tables import TABLES, table
from integrity.rules.stated import LARGEST
from integrity.terms import Procedure, Term
from integrity.web import api_views as views
from integrity.web.api_access import BEARER, Key, Known, Looking, Public, Reading, Taking, household_within
from integrity.web.api_models import CaseLine, CaseView, Obstacles, Problem, ProcedureRule, TakenStep
from integrity.web.api_requests import Clean, Day, OpenCase, TakeStep
from integrity.web.api_values import SHIFT, read_values
from integrity.web.veils import veiled
from integrity.work import Work

T = TypeVar("T", bound=Term)
Household = Annotated[str, Path(description="户编号", max_length=60, examples=["SF0000001"]), Clean]
Paper = Annotated[str, Path(description="文号", max_length=60, examples=["任民听〔2026〕1号"]), Clean]
Code = Annotated[str, Path(description="名称或代码", max_length=60), Clean]
CaseNo = Annotated[int, Path(description="案件号", ge=1, le=LARGEST)]
On = Annotated[Day | None, Query(description="日期，默认今天")]
_FAULTS = {
    401: "没有出示有效的接口凭据", 403: "岗位或者辖区不能办理这件事", 404: "没有找到，或者不在本人辖区",
    409: "按规定不能这样办理（逐项列出原因和条文），或者已被他人更新，或者政策参数没有设定", 413: "发来的内容过大",
    422: "填写的内容有误",
    500: "没有办成，也没有写入任何登记",
}  # fmt: skip
router = APIRouter(
    prefix="/api", route_class=Known, dependencies=[BEARER], tags=["办理接口"],
    responses={status: {"model": Problem, "description": said} for status, said in _FAULTS.items()},
)  # fmt: skip


def term(kind: type[T], text: str, what: str) -> T:
    """A word of a closed list, by its official name or its code. Raises Invalid."""
    try:
        return kind.named(text)
    except KeyError:
        known = "、".join(one.value for one in kind)
        raise Invalid(f"{what}“{text}”不在可选范围内：{known}") from None


def _table(text: str) -> Table:
    """The table of a procedure; a wish that no procedure may fulfil is refused by its red line."""
    crossed = redlines.forbidden_request(text)
    if crossed is not None:
        raise Refused(str(crossed), (crossed,))
    return table(term(Procedure, text, "程序"))


def once(work: Work, key: str, request: Request, body: BaseModel, make: Callable[[], str]) -> list[int]:
    """Do it, or give what it made the first time; the numbers of what was made."""
    asked = f"{request.method} {request.url.path}\n{body.model_dump_json()}"
    result = repeats.claim(work, key, asked)
    if not result:
        result = make()
        repeats.settle(work, key, result)
    return [int(part) for part in result.split(":")[1:]]


def of_step(taken: cases.Taken) -> str:
    """The name under which a step that was taken is kept for its request."""
    case = taken.case
    return f"step:{case.household_id}:{case.no}:{taken.step.step_no}"


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> JSONResponse:
    """本接口的机器可读说明（OpenAPI）。"""
    return JSONResponse(request.app.openapi())


@router.get("/procedures", summary="程序一览")
def list_procedures(work: Public) -> list[ProcedureRule]:
    """全部程序：各步骤、由谁办理、条件、填写项、文书、效力、期限和依据。"""
    return [views.procedure_rule(one) for one in TABLES.values()]


@router.get("/procedures/{procedure}", summary="一种程序")
def show_procedure(procedure: Code, work: Public) -> ProcedureRule:
    """一种程序的步骤和期限。"""
    return views.procedure_rule(_table(procedure))


@router.get("/households/{number}/cases", summary="某户的案件")
def list_cases(number: Household, work: Reading) -> list[CaseLine]:
    """某户的全部案件，按立案先后。查看会记入操作日志。"""
    household_id = household_within(work, number)
    work.audit("查看案件", f"household:{household_id}", "接口：案件一览")
    return [views.case_line(work, one) for one in cases.cases_of(work, household_id)]


@router.post("/households/{number}/cases", summary="立案")
def open_case(
    number: Household, body: OpenCase, work: Taking, request: Request, key: Key
) -> TakenStep:  # fmt: skip
    """办理一种程序的第一步。填写项按这一步的 asks 核对；不能办理的，逐项答复原因和条文。"""
    household_id, rules = household_within(work, number), _table(body.procedure)
    first = [one for one in rules.rows if START in one.after]
    if body.step:
        row = cases.row_of(rules, body.step)
    elif len(first) == 1:
        row = first[0]
    else:
        raise Invalid(f"“{rules.procedure.value}”请写明从哪一步开始：{'、'.join(one.name for one in first)}")
    given = read_values(row.asks, body.values)

    def opened() -> str:
        return of_step(cases.open_case(
            work, household_id, rules.procedure, row.code, member_no=body.member_no, subject_seq=body.subject_seq,
            on=body.on, evidence=body.evidence, **given,
        ))  # fmt: skip

    return views.taken_step(work, *once(work, key, request, body, opened))


@router.get("/households/{number}/cases/{no}", summary="一件案件")
def show_case(number: Household, no: CaseNo, work: Reading) -> CaseView:
    """案件的各步骤、期限及其计算、可以办理的下一步。查看会记入操作日志。"""
    household_id = household_within(work, number)
    case = cases.read_case(work, household_id, no)
    work.audit("查看案件", f"household:{household_id}", f"接口：第 {no} 号案件")
    seen = views.case_view(work, case, organs.officer(work, work.actor, work.today).role)
    return veiled(work, household_id, seen)


@router.post("/households/{number}/cases/{no}/steps", summary="办理一步")
def take_step(
    number: Household, no: CaseNo, body: TakeStep, work: Taking, request: Request, key: Key
) -> TakenStep:
    """办理案件的一步，包括送达、中止期限、延长期限。不能办理的，逐项答复原因和条文；什么也不写入。"""
    household_id = household_within(work, number)
    case = cases.read_case(work, household_id, no)
    shifts = body.step in (SUSPEND, EXTEND, "中止期限", "延长期限")
    row = None if shifts else cases.row_of(case.table, body.step)
    given = read_values(row.asks if row else SHIFT, body.values)

    def taken() -> str:
        step = row.code if row else body.step
        return of_step(cases.take(work, household_id, no, step, on=body.on, evidence=body.evidence, **given))

    return views.taken_step(work, *once(work, key, request, body, taken))


@router.get("/households/{number}/cases/{no}/steps/{code}/obstacles", summary="这一步还缺什么")
def list_obstacles(
    number: Household, no: CaseNo, code: Code, work: Looking, on: On = None
) -> Obstacles:  # fmt: skip
    """本人现在办理这一步的全部障碍及其条文，包括应填写而没有填写的；不写入户账。"""
    household_id = household_within(work, number)
    case = cases.read_case(work, household_id, no)
    row = cases.row_of(case.table, code)
    found = cases.obstacles_to(work, case, row.code, on=on)
    return Obstacles(code=row.code, name=row.name, obstacles=views.hindrances(found))
