"""看不见的字符 (characters that nobody sees): refused at every door; old ones stop no run, only their own paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from integrity import areas, households, organs, persons, print_runs
from integrity.__main__ import app
from integrity.areas_file import AreaRow, read_areas
from integrity.errors import Invalid
from integrity.print_choice import Choice, Home, preview
from integrity.records.ledger import Residence
from integrity.records.office import Area, Officer
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import Office, Work
from reports.run_files import Cover, run_file
from tests.papers_office import TOWNSHIP, VILLAGE, organ, papers
from tests.print_office import house, items, made, paper, street, words
from tests.test_exchange import HEAD, placed, said

__all__ = ["papers", "placed", "street"]
UNSEEN = ("\u200b", "\u202e", "\ue123", "\x07", "\t", "\n", "\u2028")
DAY = date(2020, 1, 1)


@pytest.mark.parametrize("unseen", UNSEEN, ids=[f"U+{ord(one):04X}" for one in UNSEEN])
def test_every_door_refuses_them_and_says_which_field(office: Office, unseen: str) -> None:
    point = f"U\\+{ord(unseen):04X}"
    with office.work("jb01") as work:
        kept = house(work, 1, VILLAGE, "试验社区3组1号", "赵试甲")
        for field, door in (
            ("住址", lambda: house(work, 2, VILLAGE, f"3组{unseen}1号", "赵试乙")),
            ("住址", lambda: households.settle(
                work, kept, area=VILLAGE, address=f"3组{unseen}1号", urban=True, since=DAY)),
            ("户编号", lambda: households.register(
                work, f"A{unseen}1", area=VILLAGE, address="1号", urban=True, since=DAY)),
            ("姓名", lambda: persons.register(work, f"赵{unseen}试")),
            ("名称", lambda: areas.load(work, [AreaRow("370811001003", f"河{unseen}东村", None, None, "")])),
            ("机关名称", lambda: organs.enter_organ(work, organ(TOWNSHIP, f"试验{unseen}街道办事处", "试街"))),
            ("机关地址", lambda: organs.enter_organ(
                work, organ(TOWNSHIP, "试验街道", "试街", address=f"路{unseen}1号"))),
            ("姓名", lambda: organs.enter_officer(
                work, Officer(code="jb77", name=f"试{unseen}验", role=Role.HANDLER, area=TOWNSHIP, since=DAY))),
        ):  # fmt: skip
            with pytest.raises(Invalid, match=f"{field}.*{point}"):
                door()


def test_the_roll_and_the_list_of_areas_name_the_row(placed: Office, tmp_path: Path) -> None:
    found = said(placed, tmp_path, [{**HEAD, "住址": "试验村\u200b1号"}])
    assert found == [(2, "住址", "含有看不见的字符（U+200B），请删去后重新填写")]
    listed = tmp_path / "areas.csv"
    listed.write_text("code,name\n370811001003,河\u200b东村\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"第2行：名称.*U\+200B"):
        list(read_areas(listed))


def test_the_command_refuses_them_in_one_line(
    street: tuple[Office, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_DATABASE", street[0].engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    settings.cache_clear()
    typed = ["record", "household", "FZ000099", "--area", VILLAGE, "--on", "2026-01-01", "--address", "3组\u200b1号"]
    done = CliRunner().invoke(app, [*typed, "--by", "jb01"])
    assert (done.exit_code, "住址中有看不见的或者不能印的字符（U+200B）" in done.output) == (2, True), done.output


def old_house(work: Work, n: int, address: str) -> int:
    """A household of the time before its address was looked at."""
    made_ = house(work, n, VILLAGE, "试验社区3组1号", "钱试甲")
    work.append(made_, Residence(happened_on=date(2026, 1, 2), area=VILLAGE, address=address, urban=True))
    return made_


def test_an_old_address_keeps_back_its_own_paper_and_no_other(street: tuple[Office, list[str]]) -> None:
    office, numbers = street
    with office.work("jb01") as work:
        late = paper(work, old_house(work, 9, "试验社区3组\u200b1号")).number
    with office.reading() as work:
        seen = preview(work, Choice(area=TOWNSHIP))
    assert (seen.papers, [one.number for one in seen.left_out]) == (len(numbers), [late])
    assert "U+200B" in seen.left_out[0].why
    number = made(office)
    with office.reading() as work:
        assert len(items(work, number)) == len(numbers)


def test_a_run_of_an_older_release_leaves_out_that_paper_only(street: tuple[Office, list[str]]) -> None:
    office, numbers = street
    with office.work("jb01") as work:
        run = print_runs.make(work, Choice(area=TOWNSHIP)).run
        homes = [Home("赵试甲", "试验社区", f"{n}组1号" if n else "3组\u202e1号") for n in range(len(numbers))]
        lines = [
            print_runs.line_of(work, run, one, home)
            for one, home in zip(print_runs.items_of(work, run), homes, strict=True)
        ]
        whole = run_file(Cover(run.number, 1, 1, "试验街道", "试验街道", "试验", run.made_on, "9:00"), lines)
    assert [one.no for one in whole.places] == [2, 3, 4]
    assert [(no, "U+202E" in why) for no, why in whole.left_out] == [(1, True)]


def test_the_cover_tells_codes_where_a_name_cannot_be_printed(street: tuple[Office, list[str]]) -> None:
    office, _ = street
    with office.work("jb01") as work:
        for row in work.session.exec(select(Area).where(Area.code == VILLAGE)):
            row.name = "试验\u200b社区"
        for row in work.session.exec(select(Area).where(Area.code == TOWNSHIP)):
            row.name = "试验\u202e街道"
        for officer in work.session.exec(select(Officer).where(Officer.code == "jb01")):
            officer.name = "试\ue123验"
    number = made(office)
    with office.reading() as work:
        run = print_runs.run_of(work, number)
        file = print_runs.files_of(work, run)[0].file
    pages = words((settings().papers / file).read_bytes())
    assert TOWNSHIP in pages[0]
    assert "jb01" in pages[0]
    assert any(VILLAGE in page for page in pages[:3])
    assert "\u202e" not in file
