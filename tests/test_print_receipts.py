"""送达回证收回 (proofs that came back): scanned, photographed or typed; what does not fit changes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from sqlmodel import select
from typer.testing import CliRunner

from integrity import evidence, organs, print_progress, print_receipts, print_runs, seals
from integrity.__main__ import app
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.households import by_number
from integrity.print_receipts import Told
from integrity.records.ledger import Service
from integrity.records.office import Officer
from integrity.settings import settings
from integrity.terms import PrintState, Role, ServiceWay
from integrity.work import Office, open_office
from reports.barcodes import beginning, digits_of
from tests.api_office import Api, api, rich
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, papers
from tests.print_office import counted, items, made, paper, street
from tests.test_api import opened

__all__ = ["api", "papers", "rich", "street"]
Street = tuple[Office, list[str]]
TOLD = Told(on=date(2026, 9, 3), way=ServiceWay.DIRECT, receiver="本人")


@pytest.fixture
def out(street: Street, clock: SetClock) -> tuple[Office, list[str], str, list[str]]:
    """A run that was printed and handed over: office, papers, run, and the bar codes of the proofs, in their order."""
    office, _ = street
    number = made(office)
    counted(office, number)
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        print_progress.hand_over(work, run, "试验社区 王一", on=work.today)
        rows = items(work, number)
        proofs = [print_runs.receipt_of(work, one) for one in rows]
        numbers = [print_runs.notice_of(work, one).number for one in rows]
    clock.on(date(2026, 9, 4))
    return office, numbers, number, [digits_of(one.data_sha256) for one in proofs if one]


def served(office: Office) -> list[Service]:
    with office.reading() as work:
        return list(work.session.exec(select(Service)))


def test_a_scanned_proof_is_the_service_of_its_paper(out: tuple[Office, list[str], str, list[str]]) -> None:
    office, numbers, number, codes = out
    with office.work("jb01") as work:
        done = print_receipts.receive(work, codes[0], TOLD)
        assert done.notice.number == numbers[0]
        (entry,) = work.session.exec(select(Service)).all()
        assert (entry.happened_on, entry.way, entry.receiver[0]) == (date(2026, 9, 3), ServiceWay.DIRECT, "赵")
        run = print_runs.run_of(work, number)
        assert print_progress.states(work, run) == {PrintState.HANDED: 3, PrintState.SERVED: 1}
        with pytest.raises(Refused, match="已送达"):
            print_progress.returned(work, done.notice, on=work.today, reason="查无此人")


def test_what_does_not_fit_changes_nothing(out: tuple[Office, list[str], str, list[str]]) -> None:
    office, numbers, _, codes = out
    with office.work("jb01") as work:
        print_receipts.receive(work, codes[0], TOLD)
    with office.work("sp01") as work:
        seals.end(work, numbers[1], reason="金额有误")
    wrong = codes[2][:-1] + str((int(codes[2][-1]) + 1) % 10)
    foreign = digits_of("0" * 64)
    for code, error, said in (
        (codes[0], Conflict, "已经登记送达（2026-09-03 直接送达"), (numbers[0], Conflict, "没有重复登记"),
        (codes[1], Refused, "撤回"), (wrong, Invalid, "读错或者输错"), (foreign, NotFound, "其他机关"),
        ("任民听〔2026〕9号", NotFound, "其他机关"), ("12345", Invalid, "不是送达回证的条码"),
    ):  # fmt: skip
        with pytest.raises(error, match=re.escape(said)), office.work("jb01") as work:
            print_receipts.receive(work, code, TOLD)
    for told, said in (
        (Told(on=date(2026, 9, 9), way=ServiceWay.DIRECT, receiver="本人"), "送达日期"),
        (Told(on=date(2026, 9, 3), way=ServiceWay.DIRECT, receiver=" "), "签收人"),
        (Told(on=date(2026, 9, 3), way=ServiceWay.LEFT, receiver="本人", detail="拒收"), "两名见证人"),
    ):  # fmt: skip
        with pytest.raises((Invalid, Refused), match=said), office.work("jb01") as work:
            print_receipts.receive(work, codes[2], told)
    assert len(served(office)) == 1


def test_service_is_never_older_than_the_print(street: Street, clock: SetClock) -> None:
    office, _ = street
    number = made(office)
    clock.on(date(2026, 9, 5))
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        print_progress.start(work, run, 1)
    clock.on(date(2026, 9, 8))  # counted late: the paper was there since the fifth
    counted(office, number)
    clock.on(date(2026, 9, 10))
    with office.reading() as work:
        rows = items(work, number)
        codes = [digits_of(proof.data_sha256) for one in rows if (proof := print_runs.receipt_of(work, one))]
    with pytest.raises(Invalid, match="2026-09-04 早于这份文书打印之日 2026-09-05"), office.work("jb01") as work:
        print_receipts.receive(work, codes[0], replace(TOLD, on=date(2026, 9, 4)))
    with office.work("jb01") as work:
        print_receipts.receive(work, codes[0], replace(TOLD, on=date(2026, 9, 5)))
    assert [one.happened_on for one in served(office)] == [date(2026, 9, 5)]


def test_a_run_that_was_counted_without_a_start_was_there_when_it_was_made(street: Street, clock: SetClock) -> None:
    office, _ = street
    number = made(office)
    clock.on(date(2026, 9, 8))
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        (file,) = print_runs.files_of(work, run)
        assert print_progress.count(work, run, 1, sheets=file.sheets).right
        code = digits_of(print_runs.receipt_of(work, items(work, number)[0]).data_sha256)
        print_receipts.receive(work, code, replace(TOLD, on=date(2026, 9, 2)))
    assert len(served(office)) == 1


def test_a_proof_of_another_area_is_left_to_its_officer(out: tuple[Office, list[str], str, list[str]]) -> None:
    office, _, _, codes = out
    with office.work("sp01") as work:
        organs.enter_officer(
            work, Officer(code="jb09", name="试验", role=Role.HANDLER, area="370812000000", since=date(2020, 1, 1))
        )
    with pytest.raises(Forbidden, match="辖区"), office.work("jb09") as work:
        print_receipts.receive(work, codes[0], TOLD)
    assert served(office) == []


def test_every_wrong_digit_of_a_bar_code_shows() -> None:
    code = digits_of("f3a9" * 16)
    assert beginning(code) == "f3a9" * 3
    for at in range(len(code)):
        for digit in set("0123456789") - {code[at]}:
            assert beginning(code[:at] + digit + code[at + 1 :]) == ""


def picture(office: Office, number: str, at: int, **look: float) -> Image.Image:
    """A photograph of a proof of service: turned, small, and pale."""
    with office.reading() as work:
        run = print_runs.run_of(work, number)
        row, file = items(work, number)[at], print_runs.file_of(work, run, 1)
    with pypdfium2.PdfDocument(settings().papers / file.file) as pdf:
        page = pdf[row.receipt_page - 1].render(scale=look.get("dpi", 200) / 72, grayscale=True).to_pil()
    page = page.convert("L").rotate(look.get("turn", 0), expand=True, fillcolor=255)
    return page.point(lambda one: int(60 + one * 0.6))


@pytest.mark.parametrize("look", [{"dpi": 150}, {"turn": 90}, {"turn": 3, "dpi": 250}, {"turn": 180}])
def test_a_photograph_of_a_proof_is_read(
    out: tuple[Office, list[str], str, list[str]], tmp_path: Path, look: dict[str, float]
) -> None:
    office, numbers, number, _ = out
    photo = BytesIO()
    picture(office, number, 2, **look).save(photo, "JPEG", quality=70)
    with office.work("jb01") as work:
        (one,) = print_receipts.scanned(work, photo.getvalue(), "照片.jpg")
        assert print_receipts.paper_of(work, one.code).number == numbers[2]


def test_a_scanned_stack_names_its_pages_and_a_paper_is_no_proof(out: tuple[Office, list[str], str, list[str]]) -> None:
    office, numbers, number, _ = out
    blank = BytesIO()
    Image.new("L", (600, 800), 255).save(blank, "PNG")
    with office.reading() as work:
        file = print_runs.file_of(work, print_runs.run_of(work, number), 1).file
        pages = list(print_receipts.scanned(work, (settings().papers / file).read_bytes(), "一叠.pdf"))
        found = [print_receipts.paper_of(work, one.code).number for one in pages if one.code]
        assert found == numbers
        assert any("本身，不是送达回证" in one.fault for one in pages)
        with pytest.raises(Invalid, match="没有读到送达回证"):
            list(print_receipts.scanned(work, blank.getvalue(), "白纸.png"))
        with pytest.raises(Invalid, match="不是 PNG"):
            list(print_receipts.scanned(work, b"hello", "说明.txt"))
    assert served(office) == []


def run(*words: str, typed: str = "") -> tuple[int, str]:
    """A command of `chengxin print`; exit code and what it says."""
    ran = CliRunner().invoke(app, ["print", *words], input=typed, catch_exceptions=False)
    return ran.exit_code, re.sub(r"\s*\n\s*", "\n", ran.output)


@pytest.fixture
def at_desk(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, papers: Path) -> None:
    """The command line's office is the test's."""
    monkeypatch.setenv("CHENGXIN_DATABASE", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    monkeypatch.setenv("CHENGXIN_ACTOR", "jb01")
    monkeypatch.setattr("integrity.cli.console.open_office", partial(open_office, clock=office.clock))
    settings.cache_clear()


def test_a_clerk_goes_through_a_run_at_the_command_line(
    at_desk: None, street: Street, clock: SetClock, tmp_path: Path
) -> None:
    office, numbers = street
    code, said = run("preview", "--area", TOWNSHIP, "--post", "370811001002")
    assert code == 0
    assert "待打印 4 份" in said
    assert "邮寄 1 件" in said
    code, said = run("make", "--area", TOWNSHIP, "--post", "370811001002")
    assert (code, "PC2026-0001" in said) == (0, True)
    assert "4 份" in run("run")[1]
    assert "双面" in run("start", "PC2026-0001")[1]
    code, said = run("count", "PC2026-0001", "--sheets", "3")
    assert (code, "没有登记打印" in said) == (1, True)
    with office.reading() as work:
        sheets = print_runs.file_of(work, print_runs.run_of(work, "PC2026-0001"), 1).sheets
        proofs = [print_runs.receipt_of(work, one) for one in items(work, "PC2026-0001")]
        codes = [digits_of(one.data_sha256) for one in proofs if one]
    assert run("count", "PC2026-0001", "--sheets", str(sheets))[0] == 0
    assert "已交接 1 份" in run("handover", "PC2026-0001", "--to", "邮局", "--on", "2026-09-02", "--posted")[1]
    typed = f"{codes[0]}\n\n{codes[0]}\n{codes[1]}\n"
    code, said = run("receive", "--on", "2026-09-02", "--receiver", "本人", typed=typed)
    assert code == 1, "the second is a repetition"
    assert "没有重复登记" in said
    assert len(served(office)) == 2
    photo = tmp_path / "回证.png"
    picture(office, "PC2026-0001", 2).save(photo)
    assert run("receive", str(photo), "--on", "2026-09-02", "--receiver", "本人")[0] == 0
    with office.reading() as work:
        (entry,) = [one for one in work.session.exec(select(Service)) if one.evidence]
        assert evidence.known(work, entry.household_id, entry.evidence)
    code, said = run("returned", numbers[3], "--on", "2026-09-02", "--reason", "查无此人")
    assert (code, "另" in said or "其他方式" in said) == (0, True)
    assert numbers[3] in run("returned")[1]
    shown = run("show", "PC2026-0001")[1]
    assert "已送达 3" in shown
    assert "页数不符" in shown


def test_a_run_over_the_interface(api: Api, rich: str, office: Office, clock: SetClock) -> None:
    clock.on(date(2026, 9, 7))
    clerk = api("xz01")
    with office.work("jb01") as work:
        notice = paper(work, by_number(work, rich))
    told = clerk.post("/print-runs/preview", {}).json()
    assert (told["papers"], told["left_out"]) == (1, [])
    first = clerk.post("/print-runs", {}, key="once")
    assert first.status_code == 200, first.text
    assert clerk.post("/print-runs", {}, key="once").json()["number"] == first.json()["number"]
    run = first.json()["number"]
    pdf = clerk.post(f"/print-runs/{run}/files/1/start")
    assert pdf.content.startswith(b"%PDF")
    (file,) = clerk.get(f"/print-runs/{run}").json()["files"]
    assert not clerk.post(f"/print-runs/{run}/files/1/count", {"sheets": 1}).json()["right"]
    assert clerk.post(f"/print-runs/{run}/items/1/spoil", {"page": 5, "reason": "卡纸"}).content.startswith(b"%PDF")
    assert clerk.post(f"/print-runs/{run}/files/1/count", {"sheets": file["sheets"]}).json()["right"]
    assert clerk.post(f"/print-runs/{run}/cancel", {"reason": "不印了"}).status_code == 409
    assert clerk.post(f"/print-runs/{run}/handover", {"to": "邮局", "on": "2026-09-07"}).json() == {"papers": 1}
    body = {"on": "2026-09-07", "reason": "查无此人"}
    assert clerk.post(f"/papers/{notice.number}/returned", body).json()["states"] == {"已退回": 1}
    proof = {"code": notice.number, "on": "2026-09-07", "way": "直接送达", "receiver": "本人"}
    assert api("jb09").post("/receipts", proof).status_code == 404
    assert clerk.post("/receipts", proof).status_code == 409, "it came back and has not gone out again"
    bar = digits_of(notice.data_sha256)
    again = {"to": "本人", "on": "2026-09-07", "numbers": [bar]}
    assert clerk.post(f"/print-runs/{run}/handover", again).json() == {"papers": 1}, "by what the manifest bears"
    refused = clerk.post("/receipts", proof | {"code": bar})
    assert (refused.status_code, "不是送达回证的" in refused.text) == (409, True)
    done = clerk.post("/receipts", proof, key="proof")
    assert done.json()["number"] == notice.number
    assert clerk.post("/receipts", proof, key="proof").json() == done.json()
    assert clerk.post("/receipts", proof).status_code == 409
    assert [one["states"] for one in clerk.get("/print-runs").json()] == [{"已送达": 1}]
    assert api("jb09").get(f"/print-runs/{run}").status_code == 404, "as one that does not exist"
    assert api("jd01").post("/print-runs", {}).status_code == 403
    assert json.dumps(api("jb09").get("/print-runs").json()) == "[]"


def test_a_proof_of_a_case_takes_the_step_of_its_case(api: Api, rich: str, office: Office, clock: SetClock) -> None:
    opened(api, rich)
    clock.on(date(2026, 9, 2))
    notice = api("jb01").step(rich, "告知").json()["papers"][0]["number"]
    number = made(office)
    counted(office, number)
    with office.reading() as work:
        proof = print_runs.receipt_of(work, items(work, number)[0])
    assert proof is not None
    body = {"code": digits_of(proof.data_sha256), "on": "2026-09-02", "way": "直接送达", "receiver": "本人"}
    done = api("jb01").post("/receipts", body).json()
    assert done["number"] == notice
    assert any("听取意见的期限到 2026-09-09" in one for one in done["told"])
    (line,) = api("jb01").get(f"/households/{rich}/cases").json()
    case = api("jb01").get(f"/households/{rich}/cases/{line['no']}").json()
    assert "NOTICE_SERVED" in str(case)
