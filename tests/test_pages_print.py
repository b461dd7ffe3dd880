"""打印、送达回收、核验、公示的页面 (pages of printing, proofs, verification, public notices), as they are used."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import select

from integrity import print_desk, print_runs, printing, seals
from integrity.assistance import grant
from integrity.papers import by_number
from integrity.receipt_reading import page_alone
from integrity.records.evidence import Evidence
from integrity.records.ledger import Printing, Service
from integrity.records.office import Audit, Posting
from integrity.records.print_runs import PrintFile
from integrity.refusals import ACTION
from integrity.settings import settings
from integrity.terms import PrintState, Scheme
from integrity.web.shell import path
from integrity.work import Office
from reports.barcodes import digits_of
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import TOWNSHIP, VILLAGE
from tests.print_office import ON, STREET, WEST, issued
from tests.test_postings import Family, applied, given

__all__ = ["desks", "papers"]
RUN = "PC2026-0001"
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_DRAWN = BytesIO()
Image.new("RGB", (60, 40), "white").save(_DRAWN, "PNG")
PICTURE = _DRAWN.getvalue()


@pytest.fixture
def street(desks: Desks, office: Office, clock: SetClock) -> list[str]:
    """Issued on 2026-09-02: three papers to one village and one to another; their numbers."""
    clock.on(ON)
    return issued(office, (*((VILLAGE, one) for one in STREET), (WEST, "河西村1组1号")))


def sheets(office: Office) -> int:
    with office.reading() as work:
        return work.session.exec(select(PrintFile.sheets)).one()


def proofs(office: Office) -> list[str]:
    """The bar codes of the proofs of service of the run, in the order of printing."""
    with office.reading() as work:
        rows = print_runs.items_of(work, print_runs.run_of(work, RUN))
        found = [print_runs.receipt_of(work, one) for one in rows]
    return [digits_of(one.data_sha256) for one in found if one]


def order(office: Office) -> list[str]:
    with office.reading() as work:
        rows = print_runs.items_of(work, print_runs.run_of(work, RUN))
        return [print_runs.notice_of(work, one).number for one in rows]


def printed(desks: Desks, office: Office) -> None:
    """A run of all that waits: made, printed and counted on the pages."""
    jb = desks("jb01")
    area = f"/print/new?area={TOWNSHIP}"
    assert jb.done(area) == f"/print/{RUN}"
    file = f"/print/{RUN}/files/1"
    assert jb.done(file, action=f"{file}/start") == file
    assert jb.done(file, {"sheets": str(sheets(office))}) == f"/print/{RUN}"


def test_from_what_waits_to_what_was_handed_over(desks: Desks, office: Office, street: list[str]) -> None:
    jb = desks("jb01")
    shown = jb.page("/print")
    assert re.search(r"试验街道</td><td[^>]*>4</td>", shown)
    new = f"/print/new?area={TOWNSHIP}"
    listed = jb.page(new)
    assert all(one in listed for one in street)
    assert "等待打印 4 份" in listed
    assert '可以打印 <b class="num">4</b> 份' in jb.page(f"{new}&preview=1")
    assert jb.done(new, {"all_posted": "yes", "cover": "no"}) == f"/print/{RUN}"
    assert not print_desk.going(office, RUN)
    run = jb.page(f"/print/{RUN}")
    assert "已编成打印批次 PC2026-0001，4 份" in run
    assert "待打印 4 份" in run
    for page in (jb.page("/print"), jb.page("/print/open")):
        assert '没有打印完的批次（<span class="num">1</span>）' in page
    assert "没有尚未编入批次的文书" in jb.page("/print")
    assert '有 <span class="num">1</span> 个打印批次没有打印完' in jb.page("/")
    assert "没有打印完" not in desks("xl01").page("/"), "no matter of his"
    assert run.count("邮寄</td>") == 4
    file = f"/print/{RUN}/files/1"
    early = jb.get(f"{file}/pdf")
    assert early.status_code == 409
    assert "先点“开始打印”" in early.text
    assert jb.done(file, action=f"{file}/start") == file
    pdf = jb.get(f"{file}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert "frame-ancestors 'self'" in pdf.headers["content-security-policy"]
    wrong = jb.post_form(file, {"sheets": str(sheets(office) - 1)})
    assert wrong.status_code == 409
    assert "少 2 页" in wrong.text
    assert "没有登记打印" in wrong.text
    both = jb.post_form(file, {"sheets": "3", "pages": "6"})
    assert "写一样即可" in both.text
    spoil = f"/print/{RUN}/papers/2/spoil"
    again = jb.done(spoil, {"page": "1", "reason": "卡纸"})
    assert jb.get(f"{again}/pdf").content.startswith(b"%PDF")
    assert jb.send(wrong, {"sheets": str(sheets(office))}, to=file).status_code == 303
    with office.reading() as work:
        assert len(work.session.exec(select(Printing)).all()) == 8
        assert print_desk.progress(work, [RUN]) == {RUN: {PrintState.PRINTED: 4}}
    assert not any("没有打印完的批次（" in jb.page(one) for one in ("/print", "/"))
    assert jb.get(f"{file}/pdf").status_code == 409
    hand = f"/print/{RUN}/handover"
    refused = jb.post_form(hand, {"to": "邮局", "codes": "任民告〔2026〕99号"})
    assert "这些不是本批次的文书" in refused.text
    assert jb.done(hand, {"to": "邮局", "village": WEST}) == f"/print/{RUN}"
    assert "已交接 1 份" in jb.page(f"/print/{RUN}")
    cancel = jb.post_form(f"/print/{RUN}/cancel", {"reason": "不要了"})
    assert cancel.status_code == 409
    assert "不能撤销" in cancel.text


@ON_ONE
def test_a_run_that_stopped_goes_on_and_a_cancelled_one_waits_again(
    desks: Desks, office: Office, street: list[str]
) -> None:
    jb = desks("jb01")
    with office.work("jb01") as work:
        print_runs.make(work, print_runs.Choice(area=TOWNSHIP))
    assert "等待制作" in jb.page(f"/print/{RUN}")
    with print_desk.TURN:  # another run is being laid out
        print_desk.begin(office, RUN, "jb01")
        waiting = jb.page(f"/print/{RUN}")
        assert f'hx-get="/print/{RUN}/files"' in waiting
        assert "刷新这一页" in waiting
        assert "接着制作" not in waiting
        with pytest.raises(AssertionError, match="no form"):
            jb.post_form(f"/print/{RUN}", action=f"/print/{RUN}/lay-out")
    print_desk.wait(office, RUN, 30)
    assert "等待制作" not in jb.page(f"/print/{RUN}/files")
    assert jb.done(f"/print/{RUN}/cancel", {"reason": "重来"}) == f"/print/{RUN}"
    with office.work("jb01") as work:  # the process died before a file was laid out
        print_runs.make(work, print_runs.Choice(area=TOWNSHIP))
    again = "/print/PC2026-0002"
    assert jb.done(again, action=f"{again}/lay-out") == again
    assert "等待制作" not in jb.page(f"{again}/files")
    assert jb.done(f"{again}/cancel", {"reason": "改期"}) == again
    assert "已撤出 4 份" in jb.page(again)
    assert "等待打印 4 份" in jb.page(f"/print/new?area={TOWNSHIP}")
    found = jb.get("/print/find", code=street[0])
    assert found.headers["location"].endswith(path("papers", street[0]))
    with office.work("jb01") as work:  # at the desk, not in a run: its proof of service is printed by itself
        printing.original(work, by_number(work, street[0]))
    proof = jb.done("/print/proof", {"code": street[0]})
    assert jb.get(f"{proof}/pdf").content.startswith(b"%PDF")
    assert "其他机关" in desks("jb09").post_form("/print/proof", {"code": street[0]}).text


def test_nothing_of_printing_leaves_its_area(desks: Desks, office: Office, street: list[str]) -> None:
    printed(desks, office)
    day = settings().papers / str(ON)
    (day / "核查名单-试验街道370811001.xlsx").write_bytes(b"PK")
    (day / "核查名单-试验街道370811001.pdf").write_bytes(b"%PDF")
    (day / "无主.pdf").write_bytes(b"%PDF")
    for secret in (day / "密钥.toml", day / "keys.toml"):
        secret.write_text("secret")
    with office.reading() as work:
        run_file = work.session.exec(select(PrintFile.file)).one().partition("/")[2]
    lists, orphan = (path("print", "files", str(ON), one) for one in ("核查名单-试验街道370811001.pdf", "无主.pdf"))
    for at in ("", "/files", "/files/1", "/files/1/pdf", "/handover", "/cancel", "/papers/1/spoil"):
        told = desks("jb09").get(f"/print/{RUN}{at}")
        assert told.status_code == 404, at
        assert told.text == desks("jb09").get(f"/print/PC2026-0777{at}").text.replace("PC2026-0777", RUN), at
        assert desks("xl01").get(f"/print/{RUN}{at}").status_code == 403, at
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.action == ACTION, Audit.actor == "jb09"))
        refused = [(one.subject, one.detail) for one in lines]
    assert [(one, "不在本辖区" in said) for one, said in refused] == [(RUN, True), ("", False)] * 7
    other = desks("jb09").page("/print")
    assert not any(one in other for one in (RUN, "核查名单-试", "无主", *street))
    for url in (lists, orphan, f"/print/new?area={TOWNSHIP}", f"/print/find?code={street[0]}"):
        assert desks("jb09").get(url).status_code == 404, url
    assert desks("jb01").get(lists).content == b"%PDF"
    book = desks("jb01").get(lists.replace("pdf", "xlsx"))
    assert book.headers["location"] == f"/exports/new?what=recheck&area={TOWNSHIP}", "with a reason and a trace"
    assert desks("jb01").get(orphan).status_code == 200  # the county looks after what nobody can place
    assert desks("xz01").get(lists).status_code == 200
    assert desks("xz01").get(orphan).status_code == 404
    led = desks("jb01").get(path("print", "files", str(ON), run_file))
    assert led.headers["location"] == f"/print/{RUN}/files/1"
    for name in ("..%2f..%2fkeys.toml", "..%2f.%2fkeys.toml", "%2e%2e", "keys.toml", "密钥.toml"):
        assert desks("jb01").get(f"/print/files/{ON}/{name}").status_code == 404, name
    for url in ("/print/files/..%2f./keys.toml", "/print/files/../keys.toml", "/print/files/2020-01-01/旧.pdf"):
        assert desks("jb01").get(url).status_code == 404, url


def test_proofs_come_back_one_after_the_other(desks: Desks, office: Office, street: list[str], clock: SetClock) -> None:
    printed(desks, office)
    codes, numbers = proofs(office), order(office)
    clock.on(date(2026, 9, 4))
    xl = desks("xl01")
    how = {"on": "2026-09-03", "way": "DIRECT", "receiver": "本人"}
    assert xl.done("/receipts", {**how, "code": codes[0]}) == "/receipts"
    shown = xl.page("/receipts")
    assert "已登记：" in shown
    assert f"{numbers[0]}《" in shown
    assert 'value="2026-09-03"' in shown  # what was told stays for the next one
    with office.reading() as work:
        paper = by_number(work, numbers[1])
    for code, said in (
        (codes[0], "没有重复登记"), (digits_of(paper.data_sha256), "不是送达回证的"),
        (codes[2][:-1], "不是送达回证的条码"), (digits_of("0" * 64), "其他机关"),
    ):  # fmt: skip
        assert said in xl.post_form("/receipts", {"code": code}).text
    kept = xl.page("/receipts")
    assert "没有登记" in kept
    assert digits_of("0" * 64) in kept
    early = xl.post_form("/receipts", {"code": codes[1], "on": "2026-09-01"})
    assert f"条码、文件\">{codes[1]}" in early.text.split("没有登记的回证", 1)[1], "a day before it was printed"
    assert xl.done("/receipts", {"code": codes[1], "on": "2026-09-03"}) == "/receipts"
    left = xl.page("/receipts").split("没有登记的回证", 1)[1]
    assert (f'条码、文件">{codes[1]}' in left, digits_of("0" * 64) in left) == (False, True), "entered meanwhile"
    assert xl.done("/receipts", action="/receipts/clear") == "/receipts"
    assert digits_of("0" * 64) not in xl.page("/receipts")
    foreign = desks("xl09").post_form("/receipts", {**how, "code": codes[2]})
    assert "不是本机关登记的文书，可能是其他机关的送达回证" in foreign.text
    assert numbers[2] not in foreign.text
    returned = {"code": numbers[3], "reason": "查无此人"}
    assert "其他机关" in desks("xl09").post_form("/receipts/returned", returned).text
    assert xl.done("/receipts/returned", returned) == "/receipts/returned"
    assert "查无此人" in xl.page("/receipts/returned")
    assert numbers[3] not in desks("xl09").page("/receipts/returned")
    with office.reading() as work:
        assert {one.happened_on for one in work.session.exec(select(Service))} == {date(2026, 9, 3)}
        assert len(work.session.exec(select(Service)).all()) == 2


@ON_ONE
def test_a_scan_enters_what_it_can_and_names_the_rest(
    desks: Desks, office: Office, street: list[str], clock: SetClock
) -> None:
    printed(desks, office)
    with office.reading() as work:
        run = (settings().papers / work.session.exec(select(PrintFile.file)).one()).read_bytes()
        first = print_runs.items_of(work, print_runs.run_of(work, RUN))[0]
    proof, paper = page_alone(run, first.receipt_page), page_alone(run, first.first_page)
    clock.on(date(2026, 9, 4))
    how = {"on": "2026-09-03", "way": "DIRECT", "receiver": "本人"}
    files = {"scans": [
        ("回证.pdf", proof, "application/pdf"), ("文书.pdf", paper, "application/pdf"),
        ("坏.jpg", b"\xff\xd8\xff nothing", "image/jpeg"),
    ]}  # fmt: skip
    other = desks("xl09")
    assert other.done("/receipts/scan", how, files=files) == "/receipts"
    assert "登记 0 份" in other.page("/receipts")
    assert not any(one in other.page("/receipts") for one in street)
    xl = desks("xl01")
    assert xl.done("/receipts/scan", how, files=files) == "/receipts"
    shown = xl.page("/receipts")
    assert "读出并登记 1 份，没有登记 2 份" in shown
    assert "文书.pdf" in shown
    assert "坏.jpg" in shown
    assert f"{order(office)[0]}《" in shown
    with office.reading() as work:
        (served,) = work.session.exec(select(Service)).all()
        (kept,) = work.session.exec(select(Evidence)).all()
    assert served.household_id == kept.household_id
    assert served.evidence == kept.sha256


@ON_ONE
def test_a_paper_is_verified_in_the_words_of_the_program(desks: Desks, office: Office, street: list[str]) -> None:
    printed(desks, office)
    with office.work("sp01") as work:
        codes = [seals.code_of(work, one) for one in street]
        seals.end(work, street[1], by_number=street[0], reason="金额有误")
    with office.reading() as work:
        alone = printing.reproduce(work, by_number(work, street[2])).pdf
    jd, other = desks("jd01"), desks("jb09")

    def answer(text: str) -> str:
        return re.sub(r"<[^>]+>", " ", text.split("核验结果</h2>")[1].split("扫码或者粘贴数字</h2>")[0])

    for values, said in (
        ({"code": codes[0]}, "核验码真实，内容没有对照"), ({"code": codes[1]}, f"由 {street[0]} 替换（金额有误）"),
        ({"code": codes[0][:-3]}, "没有核验成"), ({"code": "x12"}, "二维码里全部是数字"),
        ({"code": codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)}, "不是本机关出具，或者内容已被改动"),
        ({"code": codes[0], "number": street[3]}, "纸面为"), ({}, "至少写明文号"), ({"number": street[0]}, street[0]),
    ):  # fmt: skip
        assert said in answer(jd.post_form("/verify", values).text), values
    unknown = answer(other.post_form("/verify", {"number": "试街告〔2026〕99号"}).text)
    assert "没有核验成" in unknown
    assert answer(other.post_form("/verify", {"number": street[0]}).text) == unknown.replace("99号", "1号")
    whole = jd.post_form("/verify/upload", files={"paper": ("a.pdf", alone, "application/pdf")})
    assert "真实有效，未被改动" in answer(whole.text)
    bomb = jd.post_form("/verify/upload", files={"paper": ("a.pdf", b"%PDF-1.7 broken", "application/pdf")})
    assert "没有核验成" in answer(bomb.text)
    assert "金额有误" in jd.page("/verify")
    assert "金额有误" not in other.page("/verify")
    assert jd.get("/verify/page").status_code == 403
    page = desks("sp01").get("/verify/page")
    assert "attachment" in page.headers["content-disposition"]
    assert "公钥" in page.text


def test_a_public_notice_from_the_list_to_the_board_and_off_it(
    desks: Desks, office: Office, family: Family, clock: SetClock
) -> None:
    clock.on(date(2026, 9, 22))
    with office.work("jb01") as work:
        first = applied(work, family(work, (date(1970, 5, 1), date(2015, 5, 1))))
        applied(work, family(work, (date(2015, 5, 1),)))
        applied(work, family(work), opinion="拟不予确认")
    jb, jd, other = desks("jb01"), desks("jd01"), desks("jb09")
    new = f"/postings/new?kind=REVIEW&area={VILLAGE}"
    assert jd.get(new).status_code == 403
    assert other.get(new).status_code == 404
    assert "试验社区" in jb.page("/postings/new", kind="REVIEW", area=TOWNSHIP)
    shown = jb.page(new)
    assert "拟不予确认的不张榜" in shown
    assert "该户只有未成年人" in shown
    assert "请选择要公示的户" in jb.post_form(new).text
    refused = jb.post_form(new, {"line": ["JN000001/1", "JN000002/1"], "fen-JN000002": "520"})
    assert refused.status_code == 409
    assert "户 JN000002：该户只有未成年人" in refused.text
    assert 'value="520"' in refused.text
    guardian = {"line": ["JN000001/1", "JN000002/1"], "guardian-JN000002": "试验丙"}
    at = jb.done(new, guardian)
    with office.reading() as work:
        posting = work.session.exec(select(Posting)).one()
    assert at == path("postings", posting.number)
    page = jb.page(at)
    assert "试验丙" in page
    assert "520.00" in page
    assert jb.get(f"{at}/pdf").content.startswith(b"%PDF")
    assert "试验丙" not in jd.page(at)
    assert jd.get(f"{at}/pdf").status_code == 403
    for url in (at, f"{at}/pdf", f"{at}/hung/evidence", f"{at}/nothing/evidence"):
        assert other.get(url).status_code == 404, url
    assert posting.number not in other.page("/postings")
    photo = {"photo": ("board.png", PICTURE, "image/png")}
    assert "还没有登记张贴的照片" in page
    assert jb.done(f"{at}/hung/evidence", files=photo) == at
    assert "还没有登记张贴的照片" not in jb.page(at)
    objected = {"household": "JN000001", "text": "有楼房没有申报"}
    assert jb.done(f"{at}/objection/evidence", objected) == at
    assert "有异议" in jb.page("/postings")
    early = jb.post_form(f"{at}/down/evidence")
    assert "提前撤下请写明理由" in early.text
    clock.on(posting.until + timedelta(days=1))
    assert "应当撤下" in desks("jb01").page("/postings", state="due")
    assert desks("jb01").get(f"{at}/pdf").status_code == 409
    assert desks("jb01").done(f"{at}/down/evidence", files=photo) == at
    gone = desks("jb01").page(at)
    assert "试验丙" not in gone
    assert posting.number in desks("jb01").page("/postings", state="past")
    with office.reading() as work:
        kept = work.session.exec(select(Evidence)).all()
    assert {one.household_id for one in kept} == {first.household_id, first.household_id + 1}


@ON_ONE
def test_what_is_paid_is_published_for_as_long_as_the_officer_says(
    desks: Desks, office: Office, family: Family, clock: SetClock
) -> None:
    clock.on(date(2026, 9, 22))
    with office.work("jb01") as work:
        given(work, family(work))
        family(work)
        third, on = family(work), date(2026, 9, 1)
        grant(work, third, Scheme.RIGID, decided_on=on, effective_on=on, decided_by="sp01", amount=0)
    new = f"/postings/new?kind=RESULT&area={VILLAGE}"
    assert "（2 户在救助）" in desks("jb01").page(f"/postings/new?kind=RESULT&area={VILLAGE[:9]}000")
    shown = desks("jb01").page(new)
    assert "JN000001" in shown
    assert "610.00" in shown
    assert "JN000002" not in shown
    missing = desks("jb01").post_form(new, {"line": "JN000001/"})
    assert (missing.status_code, 'href="#f-months"' in missing.text) == (422, True)
    at = desks("jb01").done(new, {"line": "JN000001/", "months": "3"})
    assert "2026-12-2" in desks("jb01").page(at)
    unpaid = desks("jb01").page(desks("jb01").done(new, {"line": "JN000003/", "months": "3"}))
    assert "0.00" not in unpaid, "nothing is paid monthly: no amount is made public"
