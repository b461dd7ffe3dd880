"""台账和报表的入口 (ways to registers and reports): the command line and the API, under permissions, on the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.records.office import Audit
from integrity.settings import settings
from integrity.work import Office
from tests.api_office import Api, api, papers, rich
from tests.conftest import SetClock

__all__ = ["api", "papers", "rich"]
SPAN = {"since": "2026-01-01", "until": "2026-09-30"}


def audited(office: Office, action: str) -> list[Audit]:
    with office.reading() as work:
        return [one for one in work.session.exec(select(Audit)) if one.action == action]


def test_a_register_goes_out_over_the_api_masked_and_on_the_record(api: Api, rich: str, office: Office) -> None:
    sheet = api("fh01").get("/registers/调整停发渐退台账/xlsx", **SPAN)
    assert sheet.status_code == 200, sheet.text
    assert unquote(sheet.headers["content-disposition"]).endswith(".xlsx")
    assert openpyxl.load_workbook(BytesIO(sheet.content)).sheetnames == ["调整停发渐退台账", "栏目说明"]
    paper = api("jd01").get("/registers/承诺/pdf", **SPAN)
    assert paper.content[:5] == b"%PDF-"
    lines = audited(office, "制作台账")
    assert [one.actor for one in lines] == ["fh01", "jd01"]
    assert "姓名已遮蔽" in lines[0].detail


def test_role_area_and_period_are_asked_for(api: Api, rich: str) -> None:
    assert api("xl01").get("/registers/承诺/pdf", **SPAN).status_code == 403
    assert api("fh09").get("/registers/承诺/pdf", area="370811000000", **SPAN).status_code == 403
    assert api("fh01").get("/registers/红黑名单/pdf", **SPAN).status_code == 422
    assert api("fh01").get("/registers/承诺/doc", **SPAN).status_code == 422
    assert api("fh01").get("/registers/承诺/pdf").status_code == 422
    assert api("fh01").get("/reports/month/2026-13/pdf").status_code == 422
    assert api("fh01").get("/reports/month/2027-01/pdf").status_code == 409


def test_reports_go_out_over_the_api(api: Api, rich: str, office: Office, clock: SetClock) -> None:
    month = api("sp01").get("/reports/month/2026-08/xlsx")
    assert month.status_code == 200, month.text
    book = openpyxl.load_workbook(BytesIO(month.content))
    aided = [cell.value for cell in book["救助对象"][5]]
    assert aided[2] == 1
    assert api("sp01").get("/reports/quarter/2026Q3/pdf", area="370811001000").content[:5] == b"%PDF-"
    assert len(audited(office, "制作月报")) == len(audited(office, "制作季报")) == 1
    clock.on(date(2026, 12, 1))
    at = audited(office, "制作月报")[0].at.isoformat()
    assert api("sp01").get("/reports/month/2026-08/xlsx", as_of=at).content == month.content


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An office of its own with a small demo county, as the commands see it."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    run("demo", "--households", "12", "--seed", "3")
    yield tmp_path
    settings.cache_clear()


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


def test_the_commands_write_paper_and_workbook_and_say_as_of_when(desk: Path) -> None:
    where = ("--area", "370811", "--by", "sp11000")
    said = run("register", "承诺", "--since", "2026-01-01", "--until", "2026-10-31", "--out", "台账", *where)
    assert "姓名已遮蔽" in said
    assert sorted(path.suffix for path in (desk / "台账").iterdir()) == [".pdf", ".xlsx"]
    named = ("--names", "上级检查调阅")
    run("register", "承诺", "--since", "2026-01-01", "--until", "2026-10-31", *named, "--area", "370811",
        "--by", "jb110001", code=4)  # fmt: skip
    run("register", "承诺", "--since", "2026-02-01", "--until", "2026-01-31", *where, code=2)
    run("register", "承诺", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "doc", *where, code=2)
    said = run("report", "month", "2026-09", "--out", "甲", *where)
    moment = said.rsplit("截至 ", 1)[1].strip()
    again = run("report", "month", "2026-09", "--as-of", moment, "--out", "乙", *where)
    assert moment in again
    for one in (desk / "甲").iterdir():
        assert one.read_bytes() == (desk / "乙" / one.name).read_bytes()
    assert "2026年第三季度季报" in run("report", "quarter", "2026Q3", *where)
    counted = run("report", "behind", "2026-09", "合计户数", *where)
    assert " 户，合计 " in counted
    assert "金额" not in counted
    assert "元" not in counted
    paid = run("report", "behind", "2026-09", "PAID_AFTER", *where)
    assert "元" in paid.splitlines()[-1]
    run("report", "behind", "2026-09", "LEVEL_0", *where, code=2)
    run("report", "month", "2026", *where, code=2)
