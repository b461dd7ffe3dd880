"""送达的真凭实据 (what proves a service): the proof that was signed and nothing else, on a sheet that comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from integrity import households, notices, persons, print_progress, print_receipts, print_runs, seals, withdrawals
from integrity.__main__ import app
from integrity.cases import serve_paper
from integrity.errors import Invalid, NotFound, Refused
from integrity.papers import content
from integrity.print_choice import Choice
from integrity.print_receipts import Told
from integrity.records.ledger import Notice, Printing, Service
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import Capacity, Cause, PaperKind, PrintState, Relation, ServiceWay
from integrity.work import Office
from reports.barcodes import digits_of
from reports.forms_records import Receipt
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, accept, evaluate, furnish, granted, papers, richer
from tests.print_office import counted, items, made, order_of, paper, street, words
from tests.test_notices import ISSUE, run
from tests.test_print_receipts import at_desk
from tests.test_print_receipts import run as command

__all__ = ["at_desk", "papers", "street"]
Street = tuple[Office, list[str]]
ON = date(2026, 9, 3)
TOLD = Told(on=ON, way=ServiceWay.DIRECT, receiver="本人")


@pytest.fixture
def out(street: Street, clock: SetClock) -> Street:
    """A run that was printed; its papers in the order of printing, on the day after."""
    office, _ = street
    counted(office, made(office))
    clock.on(ON)
    return office, order_of(office, "PC2026-0001")


@pytest.fixture
def mixed(office: Office, family: Callable[..., int], clock: SetClock, papers: Path) -> Office:
    """Issued on 2026-09-02: an F11, and an F13 to a family that is to lose its assistance; both really made out."""
    furnish(office)
    _, leaves = granted(office, family, 2)
    clock.on(date(2026, 8, 20))
    richer(office, leaves, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    accept(office, leaves)
    clock.on(date(2026, 9, 2))
    assert "1 份" in run(office, date(2026, 9, 2))[ISSUE]
    with office.work("jb01") as work:
        for one in [f"PC2026-{n:04}" for n in (1, 2)]:
            try:
                print_progress.cancel(work, print_runs.run_of(work, one), "改为试验")
            except NotFound:
                continue
    return office


def services(office: Office) -> list[Service]:
    with office.reading() as work:
        return list(work.session.exec(select(Service)))


def of(office: Office, number: str) -> Notice:
    with office.reading() as work:
        return notices.by_number(work, number)


def test_the_bar_code_of_the_manifest_or_of_the_paper_serves_nothing(out: Street) -> None:
    office, numbers = out
    with office.reading() as work:
        check = seals.code_of(work, numbers[0])
        proof = print_runs.receipt_of(work, items(work, "PC2026-0001")[0])
    assert check
    assert proof is not None
    manifest = digits_of(of(office, numbers[0]).data_sha256)
    file = settings().papers / print_file(office)
    assert any(manifest in page for page in words(file.read_bytes())[:4]), "it is what the manifest bears"
    for code in (manifest, check):
        with pytest.raises(Refused, match="不是送达回证的"), office.work("jb01") as work:
            print_receipts.receive(work, code, TOLD)
        with pytest.raises(Refused, match="不是送达回证的"), office.work("jb01") as work:
            print_receipts.paper_of(work, code)
    assert services(office) == []
    with office.work("jb01") as work:
        assert print_receipts.in_hand(work, manifest).number == numbers[0]
        assert print_receipts.receive(work, numbers[0], TOLD).notice.number == numbers[0], "a 文号 was read by a person"
        assert print_receipts.receive(work, seals.code_of(work, proof_of(office, 1)), TOLD).notice.number == numbers[1]


def print_file(office: Office) -> str:
    with office.reading() as work:
        return print_runs.file_of(work, print_runs.run_of(work, "PC2026-0001"), 1).file


def proof_of(office: Office, at: int) -> str:
    """The 文号 of the proof of the paper at a place of the run."""
    with office.reading() as work:
        proof = print_runs.receipt_of(work, items(work, "PC2026-0001")[at])
        assert proof is not None
        return proof.number


def test_a_paper_that_came_back_goes_out_again_before_it_is_served(out: Street, clock: SetClock) -> None:
    office, numbers = out
    with office.work("jb01") as work:
        found = print_runs.run_of(work, "PC2026-0001")
        notice = notices.by_number(work, numbers[3])
        print_progress.hand_over(work, found, "邮局", on=ON)
        print_progress.returned(work, notice, on=ON, reason="查无此人")
    proof = digits_of(of(office, proof_of(office, 3)).data_sha256)
    for code in (numbers[3], proof):
        with pytest.raises(Refused, match="登记退回（查无此人），没有再次交出"), office.work("jb01") as work:
            print_receipts.receive(work, code, TOLD)
    with pytest.raises(Refused, match="登记退回（查无此人），没有再次交出"), office.work("jb01") as work:
        serve_paper(work, numbers[3], ServiceWay.DIRECT, on=ON, receiver="赵试")
    with pytest.raises(Refused, match="登记退回（查无此人），没有再次交出"), office.work("jb01") as work:
        notices.serve(work, notice, ServiceWay.POST, on=ON, receiver="赵试")
    clock.on(date(2026, 9, 5))
    with office.work("jb01") as work:
        print_progress.hand_over(work, found, "河西村 李二", on=date(2026, 9, 5), numbers=(numbers[3],))
    with pytest.raises(Refused, match="2026-09-05 再次交出，送达日期 2026-09-03 在这以前"), office.work("jb01") as work:
        print_receipts.receive(work, proof, TOLD)
    assert services(office) == []
    with office.work("jb01") as work:
        print_receipts.receive(work, proof, Told(on=date(2026, 9, 5), way=ServiceWay.DIRECT, receiver="本人"))
        assert print_progress.states(work, found)[PrintState.SERVED] == 1


def test_the_proof_of_an_adverse_paper_never_stands_on_its_back(mixed: Office) -> None:
    office = mixed
    number = made(office, on_back=True)
    with office.reading() as work:
        rows = {print_runs.notice_of(work, one).kind: one for one in items(work, number)}
        headed = {kind: content(work, print_runs.notice_of(work, one)).heading for kind, one in rows.items()}
        proofs = {kind: print_runs.receipt_of(work, one) for kind, one in rows.items()}
        told = {kind: content(work, one) for kind, one in proofs.items() if one}
    assert set(rows) == {PaperKind.F11, PaperKind.F13}
    assert rows[PaperKind.F13].receipt_page % 2 == 1, "on a sheet of its own, whatever was asked"
    assert (rows[PaperKind.F11].receipt_page % 2 == 0) is (rows[PaperKind.F11].pages % 2 == 1)
    for kind, one in told.items():
        assert isinstance(one, Receipt)
        assert one.paper == headed[kind], "the proof names the paper as the paper does"
    assert headed[PaperKind.F11] == "社会救助定期核查通知书"
    assert told[PaperKind.F13].organ == "任城区民政局", "the proof is of the organ that signed the paper"
    assert told[PaperKind.F13].number.startswith("任民回")
    assert told[PaperKind.F11].organ == "任城区试验街道办事处"
    with office.reading() as work:
        file = print_runs.file_of(work, print_runs.run_of(work, number), 1)
    pages = words((settings().papers / file.file).read_bytes())
    notice, proof = pages[rows[PaperKind.F13].first_page - 1], pages[rows[PaperKind.F13].receipt_page - 1]
    last = pages[rows[PaperKind.F13].first_page + rows[PaperKind.F13].pages - 2]
    assert "送达回证" not in notice + last or "送达回证另附" in last
    assert "签收人：" not in "".join(pages[: rows[PaperKind.F13].receipt_page - 1]), "there is one place to sign"
    assert "本回证由送达人带回，附卷保存" in proof
    assert "□直接　□留置　□邮寄　□委托　□电子".replace("　", "") in proof


def test_a_spoiled_sheet_is_printed_again_as_it_lay_and_is_named_by_the_page_on_it(mixed: Office) -> None:
    office = mixed
    number = made(office, on_back=True)
    with office.work("jb01") as work:
        found = print_runs.run_of(work, number)
        for row in items(work, number):
            path = print_progress.spoil(work, found, row.no, page=1, reason="卡纸")
            again = words(path.read_bytes())
            assert len(again) == 2 * row.sheets
            assert "送达回证" in again[row.receipt_page - row.first_page]
        notes = [one for one in print_progress.notes_of(work, found) if one.page]
        assert [one.page for one in notes] == [row.first_page for row in items(work, number)]
        last = items(work, number)[-1]
        print_progress.spoil(work, found, last.no, page=last.receipt_page, reason="墨迹不清")
        assert print_progress.notes_of(work, found)[-1].page == last.receipt_page, "or as the manifest counts"
    beyond = last.first_page + 2 * last.sheets
    with office.work("fh01") as work, pytest.raises(Invalid, match=f"没有第 {beyond} 页"):
        print_progress.spoil(work, found, last.no, page=beyond, reason="卡纸")


def test_a_guardian_whom_nobody_named_signs_by_name_and_relation(street: Street, clock: SetClock) -> None:
    office, _ = street
    with office.work("jb01") as work:
        home = households.register(
            work, "FZ000099", area=VILLAGE, address="试验社区9组", urban=True, since=date(2026, 1, 1)
        )
        one = persons.register(work, "尹试革", id_number=make_id(VILLAGE[:6], date(1980, 1, 1), 99))
        households.enter_member(
            work, home, one, no=1, since=date(2026, 1, 1), relation=Relation.HEAD, area=VILLAGE, capacity=Capacity.NONE
        )
        number = paper(work, home).number
    counted(office, made(office, numbers=(number,)))
    clock.on(ON)
    for receiver in ("本人", "尹试革的监护人", "尹试革的监护人（父亲）", "尹大", "父亲"):
        with pytest.raises(Refused, match="请写签收人的姓名和关系"), office.work("jb01") as work:
            print_receipts.receive(work, number, Told(on=ON, way=ServiceWay.DIRECT, receiver=receiver))
        with pytest.raises(Refused, match="请写签收人的姓名和关系"), office.work("jb01") as work:
            serve_paper(work, number, ServiceWay.POST, on=ON, receiver=receiver)
    assert services(office) == []
    with office.work("jb01") as work:
        told = Told(on=ON, way=ServiceWay.DIRECT, receiver="尹大（尹试革的监护人，父亲）")
        print_receipts.receive(work, number, told)
    assert services(office)[0].receiver == "尹大（尹试革的监护人，父亲）"


def test_a_paper_printed_at_the_desk_gets_a_proof_to_be_signed(mixed: Office) -> None:
    office = mixed
    with office.work("jb01") as work:
        notice = work.session.exec(select(Notice).where(Notice.kind == PaperKind.F11)).one()
        page = words(notices.original(work, notice).read_bytes())[-1]
        assert "送达回证另附，请在送达回证上签收" in page
        assert "签收人：" not in page
        path = print_receipts.blank(work, notice)
        assert print_receipts.blank(work, notice) == path, "one proof of one paper"
        assert "社会救助定期核查通知书" in words(path.read_bytes())[0]
        assert len(work.session.exec(select(Printing)).all()) == 2
        hearing = work.session.exec(select(Notice).where(Notice.kind == PaperKind.F13)).one()
    made(office)
    with pytest.raises(Refused, match="随批次印制"), office.work("jb01") as work:
        print_receipts.blank(work, hearing)


@pytest.mark.parametrize(("many", "front"), [(5, 2), (6, 4)])
def test_a_short_manifest_stands_on_the_back_of_the_cover(street: Street, many: int, front: int) -> None:
    office, numbers = street
    with office.work("jb01") as work:
        homes = [notices.by_number(work, one).household_id for one in numbers]
        for home in homes[: many - 4]:
            paper(work, home, PaperKind.F02)
    number = made(office)
    with office.reading() as work:
        assert len(items(work, number)) == many
        assert items(work, number)[0].first_page == front + 1
        file = print_runs.file_of(work, print_runs.run_of(work, number), 1)
        assert file.sheets == front // 2 + sum(one.sheets for one in items(work, number))
    pages = words((settings().papers / file.file).read_bytes())
    assert "交接清单" in pages[front - 1 if front == 2 else 2]
    assert all(f"赵试{one}" in pages[front - 1 if front == 2 else 2] for one in "乙丙丁戊"), "found by their names"


def test_what_is_handed_over_can_be_scanned_and_a_refusal_says_why(at_desk: None, street: Street) -> None:
    office, _ = street
    assert command("make", "--area", TOWNSHIP)[0] == 0
    assert command("make", "--apart")[0] == 2, "the old option is gone"
    counted(office, "PC2026-0001")
    numbers = order_of(office, "PC2026-0001")
    code, said = command("runs", "--area", "370811001002")
    assert (code, "PC2026-0001" in said) == (0, False)
    assert "PC2026-0001" in command("runs", "--area", TOWNSHIP)[1]
    handover = ("handover", "PC2026-0001", "--to", "王一", "--on", "2026-09-02")
    refused = CliRunner().invoke(app, ["print", *handover, "--posted"])
    assert refused.exit_code != 0
    assert "没有等待交接邮寄的文书" in str(refused.exception) + refused.output
    typed = "\n".join(digits_of(of(office, one).data_sha256) for one in numbers[:2])
    assert "已交接 2 份" in command(*handover, "--scan", typed=typed)[1]
    code, said = command("receive", "--on", "2026-09-02", "--receiver", "本人", typed=typed)
    assert (code, said.count("不是送达回证的")) == (1, 2)
    assert services(office) == []


def test_what_the_daily_job_tells_families_is_put_into_a_run_the_same_day(
    mixed: Office, clock: SetClock, papers: Path
) -> None:
    """Only its own notices: what waits for the clerk stays where it is."""
    office = mixed
    with office.work("系统任务") as work:
        assert withdrawals.part(work, f"print {TOWNSHIP} 1") == "没有待印文书"
    with office.reading() as work:
        assert print_runs.sort_out(work, Choice(area=TOWNSHIP)).good != []
