"""断电式中断 (kill -9): an import that dies at any moment loses nothing, doubles nothing, leaves no half household."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import areas, exchange, persons
from integrity.areas_file import AreaRow
from integrity.database import upgrade
from integrity.records.chain import breaks
from integrity.records.ledger import Assistance, Household, Member, Residence
from integrity.records.office import ImportBatch, ImportRow, Person
from integrity.rules.identity import make_id
from integrity.vault import load_vault
from integrity.work import Office, make_engine
from tests import forks
from tests.conftest import VILLAGE
from tests.test_exchange import HEAD, csv_file

_IMPORT = """
import sys, time
from datetime import datetime
from pathlib import Path
from integrity import exchange
from integrity.records.columns import SHANGHAI
from integrity.vault import load_vault
from integrity.work import Office, make_engine
url, keys, path, mode = sys.argv[1:]
exchange._CHUNK = 5
now = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
office = Office(make_engine(url), make_engine(url, read_only=True), load_vault(Path(keys)), lambda: now)
def told(done, rows):
    print(done, flush=True)
print(exchange.accept(office, "roll", Path(path), "jb01", mode, progress=told).accepted, "done", flush=True)
"""
_BY_CHANCE = {"household_id", "hash", "import_id", "recorded_at", "person_id", "person_digest"}
HOUSEHOLDS = 200
KILLS = 6
"""For each way of importing on each database: 24 in all."""


def roll(path: Path) -> Path:
    """Households of two."""
    rows = []
    for n in range(HOUSEHOLDS):
        number = f"JN{n:06}"
        ids = [make_id("370811", date(1950, 1, 1 + n % 28), 2 * (n // 28) + 11 + k * 100) for k in range(2)]
        rows.append({**HEAD, "户编号": number, "身份证号": ids[0]})
        rows.append({"户编号": number, "姓名": "试验乙", "身份证号": ids[1], "与户主关系": "配偶", "劳动能力": "无"})
    return csv_file(path, rows, "utf-8")


def content(office: Office) -> str:
    """A hash over all that an import writes, without what is drawn by chance (salts, ciphertexts, ids)."""
    with office.reading() as work:
        numbers = {one.id: one.number for one in work.session.exec(select(Household))}
        people = {
            one.id: [one.name, str(one.born_on), *(persons.plain(work, one, name) for name in persons.SEALED)]
            for one in work.session.exec(select(Person))
        }
        said: list[list[object]] = []
        for kind in (Residence, Member, Assistance):
            for row in work.session.exec(select(kind)):
                values = row.model_dump(exclude=_BY_CHANCE)
                person = people[row.person_id] if isinstance(row, Member) else []
                said.append([kind.__name__, numbers[row.household_id], person, sorted(values.items(), key=str)])
        said += [
            ["row", row.row, row.digest, numbers[row.household_id], row.first_seq, row.last_seq]
            for row in work.session.exec(select(ImportRow))
        ]
        said += [[b.sha256, b.attempt, b.rows, b.accepted, b.state] for b in work.session.exec(select(ImportBatch))]
    with office.reading_engine.connect() as connection:
        assert list(breaks(connection, office.vault.chain)) == []
    return hashlib.sha256(json.dumps(sorted(said, key=str), default=str).encode()).hexdigest()


def begun(database_url: str, keys: Path, path: Path, mode: str) -> forks.Fork:
    return forks.begun(sys.executable, "-c", _IMPORT, database_url, str(keys), str(path), mode)


def halves(office: Office) -> list[str]:
    """Households without their two members or their grant, and rows marked without entries."""
    with office.reading() as work:
        members: dict[int, int] = {}
        for household_id in work.session.exec(select(Member.household_id)):
            members[household_id] = members.get(household_id, 0) + 1
        granted = set(work.session.exec(select(Assistance.household_id)))
        marked = set(work.session.exec(select(ImportRow.household_id)))
        return [
            one.number
            for one in work.session.exec(select(Household))
            if members.get(one.id or 0) != 2 or one.id not in granted or one.id not in marked
        ]


@pytest.mark.parametrize("mode", ["good", "all"])
def test_killed_at_any_moment_and_run_again_it_ends_as_if_undisturbed(
    office: Office, database_url: str, tmp_path: Path, mode: str
) -> None:
    keys, path = tmp_path / "keys.toml", roll(tmp_path / "名册.csv")
    with office.work("gl01") as work:
        areas.load(work, [AreaRow(VILLAGE, "试验社区居民委员会", None, None, "")])
    office.dispose()
    chance = random.Random(f"{mode}{office.engine.dialect.name}")
    killed, acknowledged = 0, 0
    for _ in range(KILLS):
        running = begun(database_url, keys, path, mode)
        assert running.stdout is not None
        wait = chance.randrange(0, 20)
        for line in running.stdout:
            acknowledged = max(acknowledged, int(line.split()[0])) if mode == "good" else 0
            wait -= 1
            if wait < 0:
                break
        time.sleep(chance.uniform(0, 0.03))
        running.send_signal(signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
        running.stdout.close()
        assert halves(office) == []
        with office.reading() as work:
            written = len(work.session.exec(select(ImportRow)).all())
        assert written >= acknowledged
        assert mode == "good" or written in (0, 2 * HOUSEHOLDS)
        office.dispose()
    last = begun(database_url, keys, path, mode)
    assert last.told()[-1] == f"{2 * HOUSEHOLDS} done"
    assert killed >= KILLS - 1
    assert content(office) == undisturbed(tmp_path, path, keys, office)


def undisturbed(tmp_path: Path, path: Path, keys: Path, like: Office) -> str:
    """The content after one import that nobody disturbed, in another database with the same keys."""
    url = f"sqlite:///{tmp_path / 'undisturbed.db'}"
    engine = make_engine(url)
    upgrade(engine)
    other = Office(engine, make_engine(url, read_only=True), load_vault(keys), like.clock)
    with other.work("gl01") as work:
        areas.load(work, [AreaRow(VILLAGE, "试验社区居民委员会", None, None, "")])
    exchange.accept(other, "roll", path, "jb01")
    found = content(other)
    other.dispose()
    return found
