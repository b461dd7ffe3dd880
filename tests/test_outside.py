"""库外登记簿 (register outside the database): what ended and which numbers were taken, chained, whole after kill -9."""

from __future__ import annotations

import signal
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import catching_up, papers
from integrity.errors import Conflict, Invalid
from integrity.files import write_once
from integrity.records.office import NumberSeries
from integrity.records.outside import NAME, STATE_EVERY, Outside, series_key
from integrity.work import Office
from tests import forks

KEY = b"k" * 32
SERIES, YEAR = "试街告", 2026

CHILD = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlmodel import Session
from integrity import papers
from integrity.records.outside import Outside
from integrity.vault import load_vault
from integrity.work import Office, make_engine
url, keys, where = sys.argv[1:]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if where == "before the database":
    event.listen(Session, "before_commit", die)
if where == "before the register":
    event.listen(Session, "after_commit", die)
vault = load_vault(Path(keys))
outside = Outside.beside(Path(keys), vault.chain)
office = Office(make_engine(url), make_engine(url, read_only=True), vault, outside=outside)
with office.work("jb01") as work:
    for _ in range(3):
        papers.next_number(work, "试街告", 2026)
"""


def child(office: Office, keys: Path, where: str) -> int:
    """Take three numbers in a process that dies there; how it ended."""
    url = office.engine.url.render_as_string(hide_password=False)
    ran = forks.run([sys.executable, "-c", CHILD, url, str(keys), where])
    assert ran.returncode in (0, -signal.SIGKILL), ran.stderr.decode()
    return ran.returncode


def last(office: Office) -> int:
    with office.reading() as work:
        return sum(work.session.exec(select(NumberSeries.last)))


def test_no_number_is_lost_or_taken_twice_wherever_the_process_dies(office: Office, tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    assert child(office, keys, "") == 0
    assert (last(office), office.outside and office.outside.highest(SERIES, YEAR)) == (3, 3)
    assert child(office, keys, "before the database") == -signal.SIGKILL
    assert (last(office), office.outside and office.outside.highest(SERIES, YEAR)) == (3, 3), "the numbers came back"
    assert child(office, keys, "before the register") == -signal.SIGKILL
    assert (last(office), office.outside and office.outside.highest(SERIES, YEAR)) == (6, 3)
    with office.reading() as work:
        assert "账册编到 6，登记簿只到 3" in catching_up.faults(work)[0]
    with office.work("jb01") as work:
        assert papers.next_number(work, SERIES, YEAR) == "试街告〔2026〕7号"
    assert office.outside is not None
    assert office.outside.highest(SERIES, YEAR) == 7
    with office.reading() as work:
        assert catching_up.faults(work) == []


def test_work_that_fails_tells_the_register_nothing(office: Office) -> None:
    with pytest.raises(Invalid, match="不规范"), office.work("jb01") as work:  # noqa: PT012
        papers.next_number(work, SERIES, YEAR)
        papers.next_number(work, "no series", YEAR)
    assert office.outside is not None
    assert not office.outside.exists


def test_a_lost_or_shortened_register_is_told_and_made_good(office: Office, tmp_path: Path) -> None:
    for _ in range(2):
        with office.work("jb01") as work:
            papers.next_number(work, SERIES, YEAR)
    path = tmp_path / NAME
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    with office.reading() as work:
        assert "缺行（试街告〔2026〕 账册编到 2，登记簿只到 1）" in catching_up.shortfall(work)[0]
    path.unlink()
    with office.reading() as work:
        assert "没有找到库外登记簿" in catching_up.faults(work)[0]
    catching_up.complete(office)
    catching_up.complete(office)
    assert path.read_bytes().count(b"\n") == 1
    with office.reading() as work:
        assert catching_up.faults(work) == []


def test_a_torn_line_is_no_line_and_an_altered_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    Outside(path, KEY).append([{"numbers": {series_key(SERIES, YEAR): 1}}, {"key": "a1b2", "until": "2026-09-02"}])
    whole = path.read_bytes()
    for torn in range(1, whole.index(b"\n")):
        path.write_bytes(whole + whole[:torn])
        assert len(list(Outside(path, KEY).rows())) == 2
        Outside(path, KEY).append([{"numbers": {series_key(SERIES, YEAR): 2}}])
        assert [*Outside(path, KEY).rows()][2:] == [{"numbers": {series_key(SERIES, YEAR): 2}}]
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for altered in (whole.replace(b"a1b2", b"a1b3"), lines[1] + lines[0] + lines[2], lines[0] + lines[2]):
        path.write_bytes(altered)
        with pytest.raises(Invalid, match="被改动"):
            list(Outside(path, KEY).rows())
        with pytest.raises(Invalid, match="被改动"):
            Outside(path, KEY).append([{"numbers": {}}])
    path.write_bytes(whole)
    with pytest.raises(Invalid, match="被改动"):
        list(Outside(path, b"j" * 32).rows())


def test_who_takes_a_number_need_not_read_a_long_register_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / NAME
    first = Outside(path, KEY)
    for n in range(1, 5):
        first.append(
            {"numbers": {series_key(f"试街{k}", YEAR): n * STATE_EVERY + k}} for k in range(STATE_EVERY)
        )  # fmt: skip
    late = Outside(path, KEY)
    assert late.highest("试街7", YEAR) == first.highest("试街7", YEAR) == 4 * STATE_EVERY + 7
    assert late._since_state < STATE_EVERY
    late.append([{"numbers": {series_key(SERIES, YEAR): 9}}])
    assert first.highest(SERIES, YEAR) == 9
    assert len(list(first.rows())) == 4 * STATE_EVERY + 1


def add(path: Path, name: str) -> None:
    """One process of several."""
    mine = Outside(path, KEY)
    for n in range(1, 41):
        mine.append([{"numbers": {series_key(name, YEAR): n}}])


def test_several_processes_add_lines_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / NAME
    several = [get_context("spawn").Process(target=add, args=(path, name)) for name in ("甲", "乙", "丙")]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert [one.exitcode for one in several] == [0, 0, 0]
    found = Outside(path, KEY)
    assert len(list(found.rows())) == 120
    assert found.all_highest() == {series_key(name, YEAR): 40 for name in ("甲", "乙", "丙")}


def test_a_paper_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "试街告〔2026〕5号.pdf"
    write_once(path, b"one")
    write_once(path, b"one")
    with pytest.raises(Conflict, match="没有覆盖"):
        write_once(path, b"another")
    assert path.read_bytes() == b"one"


def test_work_that_is_done_stays_done_when_the_register_cannot_be_written(office: Office, tmp_path: Path) -> None:
    with office.work("jb01") as work:
        papers.next_number(work, SERIES, YEAR)
    (tmp_path / NAME).rename(tmp_path / "kept.log")
    (tmp_path / NAME).mkdir()
    with pytest.raises(OSError, match="irectory"), office.work("jb01") as work:
        papers.next_number(work, SERIES, YEAR)  # it is looked into before
    (tmp_path / NAME).rmdir()
    (tmp_path / "kept.log").rename(tmp_path / NAME)
    with office.work("jb01") as work:
        assert papers.next_number(work, SERIES, YEAR) == "试街告〔2026〕2号"
        (tmp_path / NAME).rename(tmp_path / "kept.log")
        (tmp_path / NAME).mkdir()
    (tmp_path / NAME).rmdir()
    (tmp_path / "kept.log").rename(tmp_path / NAME)
    with office.reading() as work:
        assert "账册编到 2，登记簿只到 1" in catching_up.shortfall(work)[0]
    with office.work("jb01") as work:
        assert papers.next_number(work, SERIES, YEAR) == "试街告〔2026〕3号"
