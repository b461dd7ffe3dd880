"""导入的快慢 (speed of the import): a large roll is made up, checked, imported, imported again and taken back.

    python benchmarks/import_workbook.py [--rows 50000] [--kills 100] [--undo]

Prints seconds and peak memory (of this process and of the largest child). With `--kills` a smaller roll is imported by
a process that is killed that many times at random moments, and the result compared with an undisturbed import.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from sqlalchemy import text

from integrity import areas, exchange
from integrity.areas_file import AreaRow
from integrity.database import upgrade
from integrity.exchange_columns import sheet_of
from integrity.records.chain import breaks
from integrity.rules.identity import make_id
from integrity.vault import create_vault, load_vault
from integrity.work import Office, make_engine

VILLAGE = "370811002001"
KILLED_ROWS = 4_000


def rows(count: int, bad_each: int) -> Iterator[dict[str, str]]:
    """Rows of households of two; every `bad_each`th has a wrong check digit."""
    for n in range(count):
        number = make_id("370811", date(1940, 1, 1) + timedelta(days=n % 25_000), 1 + n // 25_000 * 2 + n % 2)
        if bad_each and n % bad_each == 0:
            number = number[:-1] + ("0" if number[-1] != "0" else "1")
        row = {
            "户编号": f"JN{n // 2:06}", "姓名": f"试验{'甲乙丙丁'[n % 4]}", "身份证号": number,
            "劳动能力": "无劳动能力", "与户主关系": "其他", "是否在校": "否",
            "联系电话": "13800138000", "银行账号": "6222020200112230",
        }  # fmt: skip
        if n % 2 == 0:
            row |= {
                "村级区划代码": VILLAGE, "住址": f"试验村 {n // 2} 号", "城乡": "农村", "救助类别": "最低生活保障",
                "确认日期": "2024-01-10", "起始月份": "2024-02", "月救助金额": "500.00", "家庭月收入": "200",
                "与户主关系": "户主", "分类": "A",
            }  # fmt: skip
        yield row


def workbook(path: Path, count: int, bad_each: int = 0) -> Path:
    """A roll as a workbook."""
    names = sheet_of("roll").names
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("名册")
    page.write_row(0, 0, names)
    for at, row in enumerate(rows(count, bad_each), start=1):
        for column, name in enumerate(names):
            if name in row:
                page.write_string(at, column, row[name])
    book.close()
    return path


def opened(directory: Path) -> Office:
    """An office with an empty database and one village."""
    url = f"sqlite:///{directory / 'office.db'}"
    engine = make_engine(url)
    upgrade(engine)
    keys = directory.parent / "keys.toml"
    office = Office(engine, make_engine(url, read_only=True), load_vault(keys) if keys.exists() else create_vault(keys))
    with office.work("bench") as work:
        areas.load(work, [AreaRow(VILLAGE, "试验社区居民委员会", None, None, "")])
    return office


def peak() -> str:
    """Peak resident memory so far."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    mine, child = (resource.getrusage(who).ru_maxrss // 1024 for who in both)
    return f"本进程 {mine} MB，子进程 {child} MB"


def measure(directory: Path, count: int, *, undo: bool) -> None:
    """Seconds and memory of each step."""
    office = opened(directory)
    for title, path in (
        ("检查（每 10 行有 1 行有误，含错误表）", workbook(directory / "bad.xlsx", count, 10)),
        ("检查（全部无误）", workbook(directory / "good.xlsx", count)),
    ):
        begun = time.perf_counter()
        report = exchange.check(office, "roll", path, "bench")
        print(f"{title}：{time.perf_counter() - begun:.1f} 秒；{peak()}；{report}")
    for title in ("导入（一个事务）", "再导入一次"):
        begun = time.perf_counter()
        batch = exchange.accept(office, "roll", directory / "good.xlsx", "bench")
        print(f"{title}：{time.perf_counter() - begun:.1f} 秒；{peak()}；{batch.accepted} 行")
    if undo:
        begun = time.perf_counter()
        undone = exchange.undo(office, batch.id or 0, "bench")
        print(f"撤销：{time.perf_counter() - begun:.1f} 秒；{peak()}；{undone.undone} 户")
    office.dispose()


def counts(office: Office) -> list[int]:
    """How many rows each table has; Break of a chain raises."""
    tables = ("household", "residence", "member", "assistance", "person", "import_row", "import_batch", "ledger_head")
    with office.reading_engine.connect() as connection:
        broken = list(breaks(connection, office.vault.chain))
        if broken:
            raise SystemExit(f"哈希链有断点：{broken[0]}")
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]


def imported_by_itself(directory: Path) -> None:
    """What the process that is killed does."""
    url = f"sqlite:///{directory / 'office.db'}"
    office = Office(
        make_engine(url), make_engine(url, read_only=True), load_vault(directory.parent / "keys.toml")
    )
    exchange.accept(office, "roll", directory.parent / "roll.xlsx", "bench", "good")


def kill(directory: Path, times: int) -> None:
    """Kill an import again and again, and compare what it left in the end with an import that nobody disturbed."""
    path = workbook(directory / "roll.xlsx", KILLED_ROWS)
    quiet, killed = directory / "quiet", directory / "killed"
    for place in (quiet, killed):
        place.mkdir()
    one = opened(quiet)
    begun = time.perf_counter()
    exchange.accept(one, "roll", path, "bench", "good")
    usual = time.perf_counter() - begun
    wanted, other, finished, died = counts(one), opened(killed), 0, 0
    command = [sys.executable, __file__, "--import-in", str(killed)]
    while died < times:
        running = subprocess.Popen(command)
        time.sleep(random.uniform(0.5, 1.5 + usual / max(1, times // 8)))
        running.send_signal(signal.SIGKILL)
        was_killed = running.wait() == -signal.SIGKILL
        died, finished = died + was_killed, finished + (not was_killed)
        done = counts(other)
        if done[1] * 2 != done[2] or done[1] != done[3] or done[2] != done[5]:
            raise SystemExit(f"半户：{done}")
    begun = time.perf_counter()
    imported_by_itself(killed)
    same = counts(other) == wanted
    seconds = time.perf_counter() - begun
    print(f"中断 {died} 次（另有 {finished} 次已完成），续导 {seconds:.1f} 秒，结果与未中断的相同：{same}")
    if not same:
        raise SystemExit(1)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--undo", action="store_true", help="also take the import back")
    parser.add_argument("--import-in", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.import_in:
        imported_by_itself(chosen.import_in)
        return
    with tempfile.TemporaryDirectory(prefix="import-") as name:
        place = Path(name)
        if chosen.kills:
            kill(place, chosen.kills)
        else:
            (place / "office").mkdir()
            measure(place / "office", chosen.rows, undo=chosen.undo)


if __name__ == "__main__":
    main()
