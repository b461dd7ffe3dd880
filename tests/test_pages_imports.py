"""导入页 (the pages of imports): what is wrong row by row and household by household, what an undo takes back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select

from integrity import uploads
from integrity.exchange_columns import MARK
from integrity.records.ledger import ENTRIES, Household
from integrity.records.office import Audit, ImportBatch
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import Browser, Desks, desks, papers, readable
from tests.papers_office import granted
from tests.test_exchange import FAMILY, HEAD, SECOND, SIGNED, workbook

__all__ = ["desks", "papers"]

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is asked of the database is asked elsewhere; here the pages are looked at."""
ELSEWHERE = {**SECOND, "户编号": "JN000009", "村级区划代码": "370812001001"}
BESIDE = {
    **ELSEWHERE, "姓名": "试验戊", "与户主关系": "配偶", "身份证号": make_id("370811", date(1970, 5, 1), 12),
}  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def figures(page: str) -> dict[str, int]:
    """The figures at the top of a page by their words."""
    return {words: int(number) for number, words in re.findall(r'<b class="num">(\d+)</b> <span>([^<]+)</span>', page)}


def sent(desk: Browser, path: Path, kind: str = "roll") -> str:
    """Upload a sheet; the page with what the check found."""
    return desk.done(f"/imports/{kind}/upload", files={"file": (path.name, path.read_bytes(), XLSX)})


def test_a_sheet_is_checked_kept_sealed_imported_and_taken_back(desks: Desks, office: Office, tmp_path: Path) -> None:
    clerk = desks("xz01")
    page = clerk.page("/imports")
    assert "救助名册" in page
    assert "本辖区还没有导入过" in page
    template = clerk.get("/imports/roll/template")
    assert openpyxl.load_workbook(io.BytesIO(template.content)).active.title
    assert desks("xl01").get("/imports").status_code == 403
    path = workbook(tmp_path / "名册.xlsx", "roll", [*FAMILY, ELSEWHERE, BESIDE])
    found = sent(clerk, path)
    page = clerk.page(found)
    told = {"行总数": 5, "行可以导入": 3, "行有错误": 1, "行无误，因同户有误暂缓": 1, "行以前已导入，跳过": 0}
    assert figures(page) == told
    assert re.search(r'行号">5<.+?户编号">JN000009<.+?姓名">试\*\*?[^<]?<.+?错误">[^<]*不在您的辖区', page, re.DOTALL)
    kept = [one.read_bytes() for one in (settings().home / "uploads").iterdir()]
    assert len(kept) == 3
    assert not any("试验甲".encode() in one or b"PK\x03\x04" in one[:40] for one in kept)
    marked = clerk.get(f"{found}/errors")
    rows = list(openpyxl.load_workbook(io.BytesIO(marked.content)).active.iter_rows(values_only=True))
    assert rows[0][-1] == MARK
    assert "不在您的辖区" in rows[4][-1]
    assert not rows[1][-1]
    assert desks("jb02").get(found).status_code == 404, "another officer's file is not there"
    refused = clerk.post_form(found, {"mode": "all"})
    assert refused.status_code == 409
    assert "没有导入任何一行" in refused.text
    assert "现在导入没有错误的 3 行" in page
    batch = clerk.done(found)
    assert "已导入，第 1 批：5 行中导入 3 行" in clerk.page(batch)
    assert "复核、审批人员办理" in clerk.page(batch)
    assert '<a href="/households/JN000001">JN000001</a>' in clerk.page(batch), "to look at what was imported"
    assert clerk.get(found).status_code == 404
    again = clerk.page(sent(clerk, path))
    assert (figures(again)["行以前已导入，跳过"], figures(again)["行可以导入"]) == (3, 0)
    assert f'<a href="{batch}">第 1 批</a>' in again
    uploads.sweep(office.clock() + timedelta(days=1))
    assert not list((settings().home / "uploads").iterdir())
    with office.reading() as work:
        assert [one.number for one in work.session.exec(select(Household))] == ["JN000001"]
    undone(desks, office, batch)


def undone(desks: Desks, office: Office, batch: str) -> None:
    """Take the import back: with a reason, by a reviewer of the area."""
    assert desks("fh09").get(batch).status_code == 404
    assert desks("jb09").page("/imports").count("第 1 批") == 0
    assert desks("fh09").get(f"{batch}/undo").status_code == 404
    assert desks("xz01").get(f"{batch}/undo").status_code == 403
    assert f"{batch}/undo" in desks("xs01").page("/imports/undo"), "who approves takes back too"
    batch = f"{batch}/undo"
    foreseen = re.search(r"将撤销 (\d+) 户，作废 (\d+) 条；保留 0 户", re.sub("<[^>]+>", "", desks("xf01").page(batch)))
    assert foreseen
    empty = desks("xf01").post_form(batch)
    assert empty.status_code == 422
    assert "请填写撤销的理由" in empty.text
    assert "已撤销 1 户" in desks("xf01").page(desks("xf01").done(batch, {"why": "导入了旧名册"}))
    for page in ("/imports/undo", batch):
        assert re.search(r"已撤销.+?（xf01），<time>", desks("xf01").page(page), re.DOTALL), page
    left = desks("xf01").page(batch).partition("这次导入的家庭</h2>")[2]
    assert ("JN000001" in left, "已经撤销" in left) == (False, True), "no way to a page that is not there"
    with office.reading() as work:
        voided = sum(len(work.session.exec(select(kind).where(kind.void)).all()) for kind in ENTRIES)
        assert (foreseen[1], foreseen[2]) == ("1", str(voided)), "what was foreseen is what was done"
        assert work.session.exec(select(ImportBatch)).one().undone_by == "xf01"
        said = work.session.exec(select(Audit.detail).where(Audit.action == "撤销导入")).one()
    assert "导入了旧名册" in said


@ONE
def test_what_cannot_be_read_is_told_and_time_takes_files_away(
    desks: Desks, office: Office, clock: SetClock, tmp_path: Path
) -> None:
    clerk = desks("xz01")
    for name, data in (("a.xlsx", b"PK\x03\x04junk"), ("b.xls", b"x"), ("../../c.csv", b"\xff\xfe\x00"), ("d", b"")):
        answer = clerk.post_form("/imports/roll/upload", files={"file": (name, data, XLSX)})
        assert answer.status_code == 422, readable(answer)
        assert "没有办成" in answer.text, readable(answer)
    assert clerk.post_form("/imports/roll/upload").status_code == 422
    assert clerk.get("/imports/nothing/upload").status_code == 404
    found = sent(clerk, workbook(tmp_path / "名册.xlsx", "roll", FAMILY))
    clock.now += uploads.LIVES
    assert desks("xz01").get(found).status_code == 404
    uploads.sweep(office.clock() + timedelta(days=1))
    assert not list((settings().home / "uploads").iterdir())


@ONE
def test_a_household_of_another_area_is_not_there_for_an_import(
    desks: Desks, office: Office, family: Callable[..., int], tmp_path: Path
) -> None:
    granted(office, family)
    row = {
        "户编号": "JN000001",
        "核对日期": "2026-03-01",
        "家庭月收入": "300",
        "收入变化原因": "无变化",
        "来源": "核对平台",
    }
    path = workbook(tmp_path / "核对.xlsx", "comparison", [row])
    assert "没有登记户 JN000001" in desks("jb09").page(sent(desks("jb09"), path, "comparison"))
    assert figures(desks("jb01").page(sent(desks("jb01"), path, "comparison")))["行可以导入"] == 1
    person = {
        **HEAD,
        "户编号": "JN000077",
        "村级区划代码": "370812001001",
        "身份证号": make_id("370811", date(1980, 5, 1), 11),
    }
    told = desks("jb09").page(sent(desks("jb09"), workbook(tmp_path / "人.xlsx", "roll", [person]), "roll"))
    assert "辖区以外的一户" in told
    assert "JN000001" not in told


@ONE
def test_a_number_that_is_taken_elsewhere_is_answered_as_one_that_nobody_may_type(
    desks: Desks, office: Office, family: Callable[..., int], tmp_path: Path
) -> None:
    granted(office, family)
    person = {
        **HEAD, "村级区划代码": "370812001001", "身份证号": make_id("370812", date(1981, 5, 1), 12),
    }  # fmt: skip

    def told(officer: str, number: str, home: dict[str, str]) -> str:
        path = workbook(tmp_path / f"{officer}{number}.xlsx", "roll", [person | home | {"户编号": number}])
        page = desks(officer).page(sent(desks(officer), path, "roll"))
        (said,) = re.findall(r"户编号[^<]*(?:不能使用|已登记)[^<]*|户 [^<]*已登记[^<]*", page)
        return said.replace(number, "…")

    assert told("jb09", "JN000001", {}) == told("jb09", "H00000009", {})
    assert "变更请在户情中办理" in told("jb01", "JN000001", {"村级区划代码": VILLAGE}), "one's own is named"


@ONE
def test_an_import_of_which_something_is_kept_says_so_and_can_be_taken_back_later(
    desks: Desks, office: Office, tmp_path: Path
) -> None:
    roll = desks("jb01").done(sent(desks("jb01"), workbook(tmp_path / "名册.xlsx", "roll", [*FAMILY, SECOND])))
    signed = workbook(tmp_path / "承诺.xlsx", "commitments", [SIGNED])
    signed_at = desks("jb01").done(sent(desks("jb01"), signed, "commitments"))
    reviewer, undo = desks("fh01"), f"{roll}/undo"
    reviewer.done(undo, {"why": "名册有误"})
    for page in (roll, undo):
        text = re.sub("<[^>]+>", "", reviewer.page(page))
        assert "部分撤销" in text
        assert "已撤销 1 户，还在的 1 户" in text
        assert "JN000001导入后又有承诺 1 条" in text.replace("\n", "")
        assert "现在没有可以撤销的家庭" in text
    assert "部分撤销" in reviewer.page("/imports/undo")
    reviewer.done(f"{signed_at}/undo", {"why": "承诺书有误"})
    assert f'href="{undo}"' in reviewer.page(roll)
    assert "现在可以撤销 1 户" in re.sub("<[^>]+>", "", reviewer.page(undo))
    reviewer.done(undo, {"why": "其余的一并撤销"})
    assert "部分撤销" not in reviewer.page(undo) + reviewer.page("/imports/undo")
