"""台账和报表的接口 (the API of registers and reports): files to take away, each of them a line in the audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from integrity import periodic, registers
from integrity.periods import Period, days, read_month, read_quarter
from integrity.web.api import router as cases
from integrity.web.api_access import BEARER, Known, acting, area_of
from integrity.web.api_requests import Clean, Day
from integrity.work import Work

router = APIRouter(
    prefix="/api", route_class=Known, dependencies=[BEARER], tags=["台账和报表"], responses=cases.responses
)
Making = Annotated[Work, acting(periodic.MATTER)]
Form = Annotated[Literal["pdf", "xlsx"], Path(description="文件种类")]
Area = Annotated[str, Query(description="行政区划代码；不写为本人辖区", max_length=12), Clean]
AsOf = Annotated[datetime | None, Query(description="截至时刻（带时区）；不写为现在")]
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}, XLSX: {}}, "description": "文件"}}


def _sent(content: bytes | None, name: str, form: str) -> Response:
    named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}"}
    return Response(content or b"", media_type=PDF if form == "pdf" else XLSX, headers=named)


@router.get("/registers/{kind}/{form}", summary="台账", response_class=Response, responses=_FILE)
def make_register(
    kind: Annotated[str, Path(description="台账名称，如 承诺台账", max_length=20), Clean], form: Form, work: Making,
    since: Annotated[Day, Query(description="起始日期")], until: Annotated[Day, Query(description="截止日期")],
    area: Area = "", as_of: AsOf = None,
) -> Response:  # fmt: skip
    """一个区划、一段时间的台账；姓名一律遮蔽。记入操作日志。"""
    wanted = registers.Wanted(kind, area_of(work, area), days(since, until))
    made = registers.make(work, wanted, as_of, pdf=form == "pdf", xlsx=form == "xlsx")
    return _sent(made.paper.pdf if made.paper else made.workbook, made.head.number, form)


@router.get("/reports/month/{month}/{form}", summary="月报", response_class=Response, responses=_FILE)
def make_month(
    month: Annotated[str, Path(description="月份，如 2026-10", max_length=7), Clean], form: Form, work: Making,
    area: Area = "", as_of: AsOf = None,
) -> Response:  # fmt: skip
    """一个月的报表。记入操作日志。"""
    return _report(work, read_month(month), area, as_of, form)


@router.get("/reports/quarter/{quarter}/{form}", summary="季报", response_class=Response, responses=_FILE)
def make_quarter(
    quarter: Annotated[str, Path(description="季度，如 2026Q3", max_length=7), Clean], form: Form, work: Making,
    area: Area = "", as_of: AsOf = None,
) -> Response:  # fmt: skip
    """一个季度的报表。记入操作日志。"""
    return _report(work, read_quarter(quarter), area, as_of, form)


def _report(work: Work, period: Period, area: str, as_of: date | None, form: str) -> Response:
    made = periodic.make(work, area_of(work, area), period, as_of)
    return _sent(made.paper.pdf if form == "pdf" else made.workbook, made.record.number, form)
