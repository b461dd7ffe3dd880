"""数据页 (the pages of data): imports, statistics, registers, exports; each closed to whom it does not concern."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from integrity import commitments, counting, exports, households, persons
from integrity.errors import Conflict, Forbidden, NotFound, Refused
from integrity.records.exports import Export
from integrity.records.ledger import Household
from integrity.records.office import Audit
from integrity.rules.identity import make_id, mask_name
from integrity.settings import settings
from integrity.terms import Ability, Capacity, Relation, SignedBy
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import COUNTY, TOWNSHIP, granted

__all__ = ["desks", "papers"]

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is asked of the database is asked elsewhere; here the pages are looked at."""
REGISTER = "/registers?kind=CN&since=2026-01-01&until=2026-11-30"


@ONE
def test_a_household_without_a_number_is_given_one(desks: Desks, office: Office) -> None:
    form = {
        "place": VILLAGE, "address": "河东街9号", "name": "试验丁", "ability": "UNABLE",
        "id_number": make_id("370811", date(1981, 5, 1), 12), "capacity": "FULL", "urban": "yes", "since": "2026-08-01",
    }  # fmt: skip
    to = desks("jb01").done("/households/new", form)
    (number,) = re.findall(r"H\d{8}", to)
    assert f"户编号 {number}" in desks("jb01").page(to)
    with office.reading() as work:
        assert work.session.exec(select(Household.number)).all() == [number]


def test_numbers_add_up_and_lead_to_their_households(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    granted(office, family, 3)
    clock.on(date(2026, 11, 2))
    county, town = desks("jb01"), desks("xz01")
    county.get("/statistics", period="2026-10")
    counting.rest(office)
    page = county.page("/statistics", period="2026-10")
    assert sums(page)
    assert all(whole == sum(parts) for whole, *parts in zip(*sums(page), strict=True))
    assert sums(page)[0][:2] == [3, 6]
    assert sums(town.page("/statistics", period="2026-10"))[0] == sums(page)[0]
    assert "900.00" not in page
    assert "3,600.00" in county.page("/statistics", period="2026-10", chapter=2)
    behind = town.page("/statistics/behind", period="2026-10", number="ON_DIBAO")
    assert all(f"/households/JN00000{n}" in behind for n in (1, 2, 3))
    assert "合计 3 户" in behind
    told = [page.page("/statistics/behind", period="2026-10", number="ON_DIBAO") for page in (county, desks("jd01"))]
    heads = [re.findall(r'data-label="户主">([^<]+)<', page) for page in told]
    assert (len(heads[0]), heads[1]) == (3, [mask_name(one) for one in heads[0]]), "who only watches sees them masked"
    assert county.get("/statistics/behind", period="2026-10", number="LEVEL_A").status_code in (404, 409)
    for path in ("/statistics", "/statistics/behind?number=ON_DIBAO", "/registers", "/statistics/chart"):
        joined = f"{path}{'&' if '?' in path else '?'}area={TOWNSHIP}"
        assert desks("jb09").get(joined).status_code == 404, path
        assert desks("xl01").get(path).status_code == 403, path
    chart = county.get("/statistics/chart", period="2026-10", number=0)
    assert chart.headers["content-type"].startswith("image/svg+xml")
    assert "低保户数" in chart.text
    again = county.page("/statistics", period="2026-10")
    assert again == page, "looked at again, nothing is counted again"
    county.get("/statistics", period="2026Q3")
    counting.rest(office)
    book = county.get("/statistics/report.xlsx", period="2026Q3")
    assert b"<f>" not in b"".join(parts_of(book.content))
    assert county.get("/statistics", period="2027-10").status_code == 409


def sums(page: str) -> list[list[int]]:
    """The figures of the table, line by line."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = []
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        cells = re.findall(r'<td class="right num">(.*?)</td>', row, re.DOTALL)
        plain = [re.sub(r"<span.*?</span>|<[^>]+>|,|\.", "", one).strip() for one in cells]
        lines.append([int(one or 0) for one in plain])
    return lines


def parts_of(book: bytes) -> list[bytes]:
    """The sheets of a workbook as they are written."""
    with ZipFile(io.BytesIO(book)) as archive:
        return [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]


def promises(office: Office, family: Callable[..., int], count: int, name: str = "") -> None:
    """Households with a promise each; `name` is the first one's head."""
    with office.work("jb01") as work:
        for n in range(count):
            if n or not name:
                household = family(work, since=date(2026, 1, 10))
            else:
                household = households.register(
                    work, "JN900000", area=VILLAGE, address="1 号", urban=False, since=date(2026, 1, 10)
                )
                person = persons.register(work, name, id_number=make_id("370811", date(1960, 5, 1), 991))
                households.enter_member(
                    work, household, person, no=1, since=date(2026, 1, 10), area=VILLAGE, relation=Relation.HEAD,
                    ability=Ability.UNABLE, capacity=Capacity.FULL,
                )  # fmt: skip
            commitments.sign(
                work, household, member_no=1, on=date(2026, 2, 2), occasion="申请", signed_by=SignedBy.SIGNATURE,
                explained_by="jb01", text_version="2026-01", text_sha256="a" * 64,
            )  # fmt: skip


def test_a_register_is_read_page_by_page(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    clock.on(date(2026, 3, 2))
    promises(office, family, 57)
    clerk, seen, path = desks("xz01"), [], REGISTER.replace("2026-11-30", "2026-03-02")
    while path:
        page = clerk.page(path)
        seen += re.findall(r'href="/households/(JN\d+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
        assert "试*" in page
        assert "试验" not in page.partition("<tbody>")[2].replace("试验街道", "").replace("试验社区", "").replace(
            "试验（", ""
        )
    assert len(seen) == len(set(seen)) == 57
    pdf = desks("jd01").get("/registers/pdf", kind="CN", since="2026-01-01", until="2026-03-02")
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) >= 2
    assert not desks("jb09").page(REGISTER.replace("11-30", "03-02")).count("/households/JN")
    with office.reading() as work:
        assert work.session.exec(select(Audit).where(Audit.action == "查看台账")).all()
    assert "应为日期" in clerk.get("/registers", kind="CN", since="昨天").text


def test_a_short_list_goes_out_with_a_trace_and_is_gone_after_a_day(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    clock.on(date(2026, 3, 2))
    promises(office, family, 3, name="=cmd|' /C calc'!A0")
    asked = f"/exports/new?what=register&kind=承诺台账&since=2026-01-01&until=2026-03-02&area={TOWNSHIP}"
    clerk, reviewer = desks("xz01"), desks("xf01")
    refused = clerk.post_form(asked, {"reason": "查"})
    assert refused.status_code == 422
    assert "不少于 4 个字" in refused.text
    assert desks("jb09").get(asked).status_code == 404
    assert desks("jd01").get("/exports").status_code == 403
    one = reviewer.done(asked, {"reason": "报县民政局备查", "unmask": "yes", "form": "xlsx"})
    assert "可以下载" in reviewer.page(one)
    assert clerk.get(one).status_code == 404
    raw = [each.read_bytes() for each in (settings().home / "exports").iterdir()]
    assert len(raw) == 1
    assert not raw[0].startswith(b"PK")
    book = reviewer.post_form(one, action=f"{one}/file").content
    assert traced(book)
    assert "=cmd|' /C calc'!A0" in texts(book), "what looks like a formula is text"
    masked = clerk.done(asked, {"reason": "报县民政局备查", "form": "pdf"})
    pdf = PdfReader(io.BytesIO(clerk.post_form(masked, action=f"{masked}/file").content))
    assert all("导出000002" in page.extract_text() and "xz01" in page.extract_text() for page in pdf.pages)
    clock.now += exports.LIVES
    assert "已到期" in desks("xf01").page(one)
    with office.work("xf01") as work:
        with pytest.raises(Refused, match="已到期"):
            exports.take(work, 1)
        assert exports.sweep(work) == 2
        assert not list((settings().home / "exports").iterdir())
        taken = select(Audit.subject).where(Audit.action == "下载导出文件").order_by(col(Audit.id))
        assert list(work.session.exec(taken)) == ["export:1", "export:2"]


def traced(book: bytes) -> bool:
    """Is the trace on every sheet, in its head, in a hidden column and in the properties, and no formula anywhere?"""
    assert not [one for one in parts_of(book) if b"<f>" in one or b"<f " in one]
    loaded = openpyxl.load_workbook(io.BytesIO(book))
    for sheet in loaded.worksheets:
        assert "导出000001" in sheet.oddHeader.right.text
        assert "xf01" in sheet.oddHeader.right.text
        hidden = [name for name, one in sheet.column_dimensions.items() if one.hidden]
        assert len(hidden) == 1
        marks = [cell.value for cell in sheet[hidden[0]] if cell.value]
        assert marks.count("导出标记") == 1
        assert len(marks) >= sheet.max_row - 3
    return "导出000001" in str(loaded.properties.creator)


def texts(book: bytes) -> set[Any]:
    """Every value of a workbook."""
    loaded = openpyxl.load_workbook(io.BytesIO(book))
    return {cell.value for sheet in loaded.worksheets for row in sheet.iter_rows() for cell in row}


def test_a_long_list_needs_another_hand(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.on(date(2026, 3, 2))
    promises(office, family, 3)
    monkeypatch.setattr(exports, "ALONE", 2)
    asked = f"/exports/new?what=register&kind=承诺台账&since=2026-01-01&until=2026-03-02&area={TOWNSHIP}"
    one = desks("xf01").done(asked, {"reason": "年度核对名单", "form": "xlsx"})
    assert "待批准" in desks("xf01").page(one)
    assert "不能自己批准" in desks("xf01").page(one)
    assert not (settings().home / "exports").exists()
    with office.work("xf01") as work:
        with pytest.raises(Conflict, match="待批准"):
            exports.make(work, 1)
        with pytest.raises(Forbidden, match="另一人"):
            exports.decide(work, 1, approved=True)
    assert desks("fh09").get(one).status_code == 404
    assert desks("xz01").get(one).status_code == 404
    unsaid = desks("fh01").post_form(one, {"approved": "no"})
    assert unsaid.status_code == 422
    assert "写明理由" in unsaid.text
    assert "导出 1：已批准" in desks("fh01").page(desks("fh01").done(one, {"approved": "yes"}))
    promises(office, family, 1)  # entered afterwards: the list is as of the moment when it was asked for
    made = desks("xf01").done(one, action=f"{one}/make")
    assert "可以下载" in desks("xf01").page(made)
    book = desks("xf01").post_form(made, action=f"{made}/file").content
    assert sum(str(text).startswith("JN") for text in texts(book)) == 3
    with office.work("fh01") as work:
        with pytest.raises(NotFound):
            exports.take(work, 1)
        with pytest.raises(Conflict):
            exports.decide(work, 1, approved=False, remark="重新考虑")
        row = work.session.exec(select(Export)).one()
        assert (row.decided_by, row.approved, row.rows) == ("fh01", True, 3)


@ONE
def test_short_lists_of_one_day_add_up(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.on(date(2026, 3, 2))
    promises(office, family, 3)
    monkeypatch.setattr(exports, "ALONE", 5)
    asked = f"/exports/new?what=register&kind=承诺台账&since=2026-01-01&until=2026-03-02&area={TOWNSHIP}"
    why = {"reason": "报县民政局备查", "form": "xlsx"}

    def state(officer: str) -> str:
        page = desks(officer).page(desks(officer).done(asked, why))
        return next(one for one in ("可以下载", "待批准") if one in page)

    assert state("xf01") == "可以下载"
    shown = desks("xf01").page(desks("xf01").done(asked, why))
    assert "连同您 24 小时内已导出的超过 5 行" in shown
    assert "待批准" in shown
    assert state("xz01") == "可以下载", "each officer for himself"
    clock.now += exports.DAY
    assert state("xf01") == "可以下载", "yesterday's do not count, and what waits for approval never did"


@ONE
def test_no_address_ends_in_what_nobody_foresaw(desks: Desks) -> None:
    huge, odd = "9" * 40, "0001-01-01T00:00:00%2B14:00"
    for path in (
        f"/imports?before={huge}", f"/imports/{huge}", "/imports/files/x%00y", f"/exports?before={huge}", "/exports/-1",
        f"/exports/{huge}", "/exports/new?what=x", "/exports/new?what=register&kind=x&since=1&until=2",
        f"/statistics?as_of={odd}", "/statistics?period=2026-13", "/statistics?chapter=99", "/statistics?area=%00",
        "/statistics/behind?number=%00&after=x", "/statistics/chart?number=-1", f"{REGISTER}&after={huge}-1",
        f"{REGISTER}&after=1-x", f"{REGISTER}&as_of=2199-01-01T00:00:00%2B00:00", "/registers?kind=%00", "/calendar/0",
        f"/calendar?start=2026-01-01&length={huge}&unit=日", "/policy?area=CN&on=0", "/policy/editions/x%27",
        "/organs?after=%00", "/organs?area=370811001001",
    ):  # fmt: skip
        assert desks("jb01").get(path).status_code in (200, 404, 409, 422), path
    for path in ("/audit?before=" + huge, "/audit?actor=%00", "/audit?since=0001-01-01&until=9999-12-31"):
        assert desks("sj01").get(path).status_code in (200, 422), path


@ONE
def test_households_behind_a_number_and_recheck_lists_go_out_the_same_way(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    granted(office, family, 2)
    clock.on(date(2026, 7, 15))
    asked = f"/exports/new?what=behind&period=2026-06&number=ON_DIBAO&area={COUNTY}"
    one = desks("jb01").done(asked, {"reason": "核对六月在册户"})
    book = desks("jb01").post_form(one, action=f"{one}/file").content
    assert {"JN000001", "JN000002", "导出标记"} <= texts(book)
    assert "试验甲" not in str(texts(book))
    listed = desks("xz01").done(f"/exports/new?what=recheck&area={TOWNSHIP}", {"reason": "入户核查用"})
    book = desks("xz01").post_form(listed, action=f"{listed}/file").content
    assert {"JN000001", "JN000002", "导出标记"} <= texts(book)
    assert ">ON_DIBAO<" not in desks("jb01").page(asked), "a code is no word"
    assert "<dt>指标</dt>" in desks("jb01").page(asked)
    county = desks("jb01").page("/exports/new?what=recheck")
    assert "请先选择" in county
    assert f"/exports/new?what=recheck&amp;area={TOWNSHIP}" in county
    assert "核查名单" in desks("jb01").page(f"/exports/new?what=recheck&area={TOWNSHIP}")
    assert "导出 2" in desks("xz01").page("/exports")
    assert "导出 1<" not in desks("xz01").page("/exports")
    assert desks("fh01").page("/exports").count(">导出 ") >= 2
