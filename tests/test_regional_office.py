"""地方样式在机关 (regional templates in an office): which one applies, what was used stays, nothing falls back."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import select
from typer.testing import CliRunner

from integrity import notices, regional
from integrity.__main__ import app
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.records.ledger import Notice, Printing
from integrity.records.office import Audit, NumberSeries
from integrity.settings import settings
from integrity.terms import PaperKind
from integrity.work import Office
from reports.faults import TemplateRefused
from reports.forms import RecheckNotice
from reports.press import template_version
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, Family, furnish, granted, papers
from tests.regional_templates import END, EXAMPLE, everything
from tests.test_notices import due_family, fail_after, printed_run, run

__all__ = ["due_family", "papers"]
OURS = "<h1>某市核查通知</h1>" + everything(RecheckNotice)
NAME = "F11-2026-09-01.html"
DAY = date(2026, 9, 2)


@pytest.fixture
def folder(papers: Path) -> Path:
    """The directory of templates."""
    return settings().regional_forms


def put(folder: Path, name: str, text: str = OURS) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def words(path: Path) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(path).pages))


def printed(office: Office) -> tuple[Notice, Printing]:
    with office.reading() as work:
        notice = work.session.exec(select(Notice).where(Notice.kind != PaperKind.F30)).one()
        return notice, work.session.exec(select(Printing).where(Printing.notice_seq == notice.seq)).one()


def copied(office: Office) -> str:
    with office.work("jb01") as work:
        return words(notices.reprint(work, work.session.exec(select(Notice).where(Notice.kind != PaperKind.F30)).one()))


def command(*said: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(said))
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return re.sub(r"[│\s]+", " ", result.output)


def test_the_nearest_region_wins_and_of_its_templates_the_latest_that_has_begun(folder: Path) -> None:
    for name in ("370000/F11-2026-01-01", "370800/F11-2026-02-01", "370800/F11-2026-08-01", "370800/F13-2026-08-01",
                 "370811/F11-2026-10-01", "370811001000/F11-2026-12-01", "370812/F11-2026-01-01"):  # fmt: skip
        put(folder, f"{name}.html")

    def wins(on: date, form: str = "F11", area: str = VILLAGE) -> str:
        found = regional.applying(area, form, on)
        return f"{found.region} {found.since}" if found else ""

    assert wins(date(2025, 12, 31)) == ""
    assert wins(date(2026, 1, 1)) == "370000 2026-01-01"
    assert wins(date(2026, 7, 31)) == "370800 2026-02-01"
    assert wins(date(2026, 9, 30)) == "370800 2026-08-01"
    assert wins(date(2026, 10, 1)) == "370811 2026-10-01"
    assert wins(date(2026, 12, 1)) == "370811001000 2026-12-01"
    assert wins(date(2026, 12, 1), area="370811002001") == "370811 2026-10-01"
    assert wins(date(2026, 12, 1), form="F13") == "370800 2026-08-01"
    assert wins(date(2026, 12, 1), form="F16") == ""
    assert wins(date(2026, 12, 1), area="110101001001") == ""


def test_a_run_prints_in_the_regions_form_and_keeps_it(due_family: tuple[Office, int], folder: Path) -> None:
    office, _ = due_family
    put(folder, f"370800/{NAME}")
    printed_run(office, DAY)
    notice, entry = printed(office)
    assert entry.template_sha256 == sha256(OURS.encode()).hexdigest()
    assert "某市核查通知" in words(settings().papers / entry.file)
    kept = folder / regional.KEPT / f"{entry.template_sha256}.html"
    assert kept.read_text(encoding="utf-8") == OURS
    with office.reading() as work:
        used = work.session.exec(select(Audit).where(Audit.action == regional.USED)).one()
        assert (used.subject, used.detail) == (entry.template_sha256, f"370800/{NAME}")
        assert notices.reproduce(work, notice).template_sha256 == entry.template_sha256


def test_a_copy_is_made_in_the_form_of_its_original_whatever_came_since(
    due_family: tuple[Office, int], folder: Path
) -> None:
    office, _ = due_family
    file = put(folder, f"370811/{NAME}")
    printed_run(office, DAY)
    file.unlink()
    put(folder, f"370811001000/{NAME}", OURS.replace("某市", "他镇"))
    said = copied(office)
    assert "某市核查通知" in said
    assert "补打第1份" in said


def test_a_paper_of_the_built_in_form_stays_in_it(due_family: tuple[Office, int], folder: Path) -> None:
    office, _ = due_family
    printed_run(office, DAY)
    assert printed(office)[1].template_sha256 == template_version(RecheckNotice.template)
    assert not folder.exists()
    put(folder, f"370811/{NAME}")
    assert "某市" not in copied(office)


def test_a_kept_form_that_is_gone_or_altered_stops_the_copy(due_family: tuple[Office, int], folder: Path) -> None:
    office, _ = due_family
    put(folder, f"370811/{NAME}")
    printed_run(office, DAY)
    kept = folder / regional.KEPT / f"{printed(office)[1].template_sha256}.html"
    kept.write_text(OURS.replace("某市", "他市"), encoding="utf-8")
    with pytest.raises(Invalid, match="已被改动"):
        copied(office)
    kept.unlink()
    with pytest.raises(NotFound, match="已不在"):
        copied(office)


def test_a_kept_form_is_written_once(office: Office, folder: Path) -> None:
    template = regional.load(put(folder, f"370811/{NAME}"), RecheckNotice)
    path = folder / regional.KEPT / f"{template.sha256}.html"
    with office.work("jb01") as work:
        regional.keep(work, template)
        written = path.stat().st_mtime_ns
        work.flush()
        regional.keep(work, template)
        assert path.stat().st_mtime_ns == written
        assert len(work.session.exec(select(Audit).where(Audit.action == regional.USED)).all()) == 1
        path.write_text("别的", encoding="utf-8")
        with pytest.raises(Invalid, match="已被改动"):
            regional.keep(work, template)
        assert path.read_text(encoding="utf-8") == "别的"


def test_a_first_use_that_was_rolled_back_is_written_down_by_the_next(office: Office, folder: Path) -> None:
    template = regional.load(put(folder, f"370811/{NAME}"), RecheckNotice)
    with pytest.raises(RuntimeError, match="断电"):
        fail_after(office, lambda work: regional.keep(work, template))
    with office.work("jb01") as work:
        regional.keep(work, template)
    with office.reading() as work:
        assert work.session.exec(select(Audit.subject).where(Audit.action == regional.USED)).all() == [template.sha256]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OURS.replace("{{办理地点}}", ""), "缺少必填项“办理地点”"),
        (OURS + "<script>x</script>", "不能用标签 <script>"),
        (OURS + "<p>您的积分为零</p>", "不得写入文书的“积分”"),
        (OURS.replace("{{#上门服务}}<p>上门服务：{{上门服务}}</p>{{/上门服务}}", ""), "没有它的位置：上门服务"),
    ],
)
def test_a_faulty_form_costs_no_number_and_nothing_is_taken_instead(
    due_family: tuple[Office, int], folder: Path, text: str, told: str
) -> None:
    office, household = due_family
    put(folder, "370800/F11-2026-01-01.html")
    file = put(folder, f"370811/{NAME}", text)
    said = run(office, DAY)
    assert said[f"print {TOWNSHIP} 1"] == "没有待印文书"
    assert any(told in one for one in said.values())
    with office.work("jb01") as work, pytest.raises(Refused, match=f"不能制发：.*{re.escape(told)}"):
        notices.print_now(work, household, PaperKind.F11)
    with office.reading() as work:
        assert work.session.exec(select(Notice)).all() == []
        assert work.session.exec(select(NumberSeries)).all() == []
    file.unlink()
    assert "1 份待打印" in printed_run(office, DAY)[f"print {TOWNSHIP} 1"]
    assert printed(office)[0].number.endswith("〕1号")


def test_a_form_that_came_after_the_number_stops_the_print(due_family: tuple[Office, int], folder: Path) -> None:
    office, household = due_family
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, household, PaperKind.F11)
        notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
    file = put(folder, f"370811/{NAME}", OURS.replace("{{办理地点}}", ""))
    said = run(office, DAY)[f"print {TOWNSHIP} 1"]
    assert said.startswith("没有待印文书")
    assert "缺少必填项“办理地点”" in said
    with office.work("jb01") as work, pytest.raises(Refused, match="不能印制"):
        notices.print_now(work, household, PaperKind.F11)
    with office.reading() as work:
        assert work.session.exec(select(Printing)).all() == []
        assert any("缺少必填项“办理地点”" in one.detail for one in work.session.exec(select(Audit)))
    file.unlink()
    assert "1 份待打印" in run(office, DAY)[f"print {TOWNSHIP} 1"]


def test_a_form_is_adopted_only_when_whole_and_from_a_later_day(office: Office, folder: Path, tmp_path: Path) -> None:
    furnish(office)
    today = office.clock().date()
    name = f"F11-{today + timedelta(days=30)}.html"
    good, bad = put(tmp_path / "市里", name), put(tmp_path / "草稿", name, OURS.replace("{{办理地点}}", ""))
    late = put(tmp_path / "迟", f"F11-{today}.html")

    def adopt(source: Path, actor: str = "sp01", region: str = "370811") -> regional.FormFile:
        with office.work(actor) as work:
            return regional.adopt(work, source, region)

    for source, fault, match in ((bad, TemplateRefused, "办理地点"), (late, Refused, "应在今天之后")):
        with pytest.raises(fault, match=match):
            adopt(source)
    with pytest.raises(Forbidden, match="审批人员办理"):
        adopt(good, actor="jb01")
    with pytest.raises(Invalid, match="应写作 370811001000"):
        adopt(good, region="370811001")
    assert not folder.exists()
    made = adopt(good)
    assert made.path.read_text(encoding="utf-8") == OURS
    assert regional.applying(VILLAGE, "F11", today + timedelta(days=30)) == made
    with pytest.raises(Conflict, match="新的起用日期"):
        adopt(good)
    with office.reading() as work:
        (line,) = work.session.exec(select(Audit).where(Audit.action == "启用地方样式"))
        assert (line.subject, line.detail) == (sha256(OURS.encode()).hexdigest(), f"370811/{name}")


def test_the_others_are_printed_when_one_has_no_form(
    due_family: tuple[Office, int], family: Family, folder: Path
) -> None:
    office, _ = due_family
    (more,) = granted(office, family)
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, more, PaperKind.F01)
        notices.issue(work, more, wanted.kind, wanted.subject, wanted.draft)
    put(folder, "370811/F01-2026-01-01.html", "<p>没有写完")
    said = run(office, DAY)[f"print {TOWNSHIP} 1"]
    assert "2 份待打印" in said
    assert "<p> 没有结束" in said


@pytest.mark.parametrize(
    "name", ["F11_2026-09-01.html", "F11-2026-9-1.html", "F11-2026-02-30.html", "F11-2026-01-01.htm"]
)
def test_a_misnamed_file_is_not_passed_over(folder: Path, name: str) -> None:
    put(folder, f"370811/{name}")
    put(folder, "370811/.F11.html.swp")
    put(folder, "370811/说明.txt")
    with pytest.raises(Invalid, match="应写作 表号-起用日期"):
        regional.applying(VILLAGE, "F13", DAY)
    assert regional.applying("370812001001", "F13", DAY) is None


def test_only_a_plain_file_is_read(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "keys.toml"
    secret.write_text("机密")
    folder.joinpath("370811").mkdir(parents=True)
    link, pipe, sub = (folder / "370811" / f"F1{n}-2026-01-01.html" for n in (1, 2, 3))
    link.symlink_to(secret)
    os.mkfifo(pipe)
    sub.mkdir()
    for path in (link, pipe, sub):
        with pytest.raises(TemplateRefused, match=r"不能是链接|不是普通文件") as refused:
            regional.load(path, RecheckNotice)
        assert "机密" not in str(refused.value)
    with pytest.raises(NotFound):
        regional.load(folder / "370811" / NAME, RecheckNotice)


def test_the_command_checks_a_form_and_makes_a_proof(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "样张.pdf"
    said = command("paper", "template", "check", str(EXAMPLE), "--pdf", str(proof))
    assert "可以使用：F13《拟调减（终止）救助听取意见告知书》" in said
    assert "样张" in words(proof)
    bad = put(tmp_path, "F11-2026-10-01.html", OURS.replace(END, "<img>") + "{{户号}}")
    said = command("paper", "template", "check", str(bad), code=1)
    for fault in ("不能用标签 <img>", "没有“户号”这一项", "可用的名称：", "缺少 {{核验码}}", "缺少 {{印章处}}"):
        assert fault in said
    assert "应写作 表号-起用日期.html" in command("paper", "template", "check", str(tmp_path / "x.html"), code=2)
    assert "没有表号为 F98" in command("paper", "template", "check", str(tmp_path / "F98-2026-01-01.html"), code=2)
    assert "没有找到" in command("paper", "template", "check", str(tmp_path / "F11-2026-01-01.html"), code=3)
    notes = put(tmp_path, "F11-2026-11-01.html", re.sub(r"{{#上门服务}}.*{{/上门服务}}", "", OURS))
    assert "没有以下选填内容的位置" in command("paper", "template", "check", str(notes))


def test_the_command_lists_the_forms_and_what_is_wrong_with_them(folder: Path) -> None:
    assert "没有地方样式" in command("paper", "template", "list")
    for name in ("370811/F11-2026-01-01.html", "370811/F11-2026-02-01.html", "370811/F11-2999-01-01.html"):
        put(folder, name)
    put(folder, f"{regional.KEPT}/x.html", "不列出")
    said = command("paper", "template", "list")
    assert "已由 F11-2026-02-01.html 代替" in said
    assert "在用" in said
    assert "尚未启用" in said
    assert "不列出" not in said
    put(folder, "370811001/F11-2026-01-01.html")
    put(folder, "市里/F11-2026-01-01.html")
    put(folder, "370812/F11.html")
    said = command("paper", "template", "list", code=1)
    assert said.count("不能使用") == 3
    assert "应写作 370811001000" in said


UNSET = {
    "标题包在块里": "<div><h1>{{文书名称}}</h1></div>" + everything(RecheckNotice),
    "格里套表": "<table><tr><td><table><tr><td>甲</td></tr></table></td></tr></table>" + everything(RecheckNotice),
    "写死高度": everything(RecheckNotice).replace("<p>", '<p style="height:8mm">'),
    "缩进出纸": '<div style="margin-left:60mm">' * 3 + everything(RecheckNotice) + "</div>" * 3,
}
"""What the check of tags and names lets through: the press sets the first, and cannot set the others."""


@pytest.mark.parametrize("name", UNSET)
def test_a_form_that_cannot_be_set_is_not_adopted(office: Office, folder: Path, tmp_path: Path, name: str) -> None:
    furnish(office)
    source = put(tmp_path, f"F11-{date(2026, 12, 1)}.html", UNSET[name])
    with office.work("sp01") as work:
        if name == "标题包在块里":
            regional.adopt(work, source, "370811")
            return
        with pytest.raises(TemplateRefused, match=r"排不出来：.*min-height"):
            regional.adopt(work, source, "370811")
    assert not (folder / "370811").exists()
    assert "排不出来" in command("paper", "template", "check", str(source), code=1)


def test_a_form_adopted_by_an_older_release_costs_no_number(
    due_family: tuple[Office, int], folder: Path, clock: SetClock
) -> None:
    office, household = due_family
    put(folder, "370811/F11-2026-01-01.html", UNSET["格里套表"])
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, household, PaperKind.F11)
        with pytest.raises(Refused, match=r"不能制发：.*版面"):
            notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
    with office.reading() as work:
        assert not [one for one in work.session.exec(select(NumberSeries)) if "核" in one.prefix]
