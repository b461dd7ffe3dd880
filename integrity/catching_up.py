"""恢复后补登 (catching up after a restore): what the register outside the database knows and an older backup does not.

Numbers go on above the highest that ever left the house; keys that were lost or replaced, papers that ended and
findings that were repaired or revoked are so again; households whose entries were corrected wait for a person.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text, update
from sqlmodel import col, select

from integrity import restored
from integrity.errors import Invalid
from integrity.papers import MARKS
from integrity.records.chain import genesis
from integrity.records.columns import micros
from integrity.records.ledger import ENTRIES, Conduct, Finding, Household
from integrity.records.office import Destruction, NumberSeries, Organ
from integrity.records.outside import series_key, series_of
from integrity.records.seals import PaperCode, PaperEnd, SealKey
from integrity.rules import check_code
from integrity.terms import FindingState
from integrity.vault import Vault
from integrity.work import Clock, Office, Work, make_engine, wall_clock

ACTOR = "恢复备份"
_ROOT = Path(__file__).resolve().parent.parent
AGAIN = "恢复备份时照库外登记簿补登"
RUNS = "打印批次"
_RUN = re.compile(r"PC([0-9]{4})-([0-9]{4,})")
_KINDS = {str(kind.__tablename__): kind for kind in ENTRIES}
_ENDED = (FindingState.WITHDRAWN, FindingState.REVOKED, FindingState.REPAIRED)


def shortfall(work: Work) -> list[str]:
    """What the register outside the database lacks although the database has it; [] when nothing."""
    if work.outside is None or not inspect(work.connection_session.connection()).has_table("number_series"):
        return []
    taken = _taken(work)
    if taken and not work.outside.exists:
        return [
            f"没有找到库外登记簿 {work.outside.path}：请从密钥的存放处找回；确已丢失的，运行 chengxin init 按现有账册"
            "重建（此前恢复过备份的，先核对纸质存档）"
        ]
    try:
        known = work.outside.all_highest()
    except Invalid as fault:
        return [str(fault)]
    lacking = [f"{key} 账册编到 {last}，登记簿只到 {known.get(key, 0)}" for key, last in taken.items()
               if last > known.get(key, 0)]  # fmt: skip
    if not lacking:
        return []
    return [
        f"库外登记簿 {work.outside.path} 缺行（{'；'.join(lacking[:3])}{'等' if len(lacking) > 3 else ''}）："
        "请找回最新的登记簿；确已丢失的，运行 chengxin init 按现有账册补齐"
    ]


def ahead(work: Work) -> list[str]:
    """Series that the register knows further than the database: a number was lost, or the database is an old one."""
    if work.outside is None:
        return []
    known = work.outside.all_highest()
    taken = _taken(work)
    return [
        f"库外登记簿中 {key} 编到 {known[key]}，账册只到 {taken.get(key, 0)}，以后从 {known[key] + 1} 编起："
        "有一次没有办成的登记，或者数据库是旧的（请用 chengxin restore 恢复，不要拷贝文件）"
        for key in sorted(known)
        if known[key] > taken.get(key, 0)
    ]


def faults(work: Work) -> list[str]:
    """What is wrong with the register, every line of it read."""
    try:
        for _ in work.outside.rows() if work.outside else ():
            pass
    except Invalid as fault:
        return [str(fault)]
    return shortfall(work)


def _taken(work: Work) -> dict[str, int]:
    rows = work.session.exec(select(NumberSeries).where(NumberSeries.last > 0))
    return {series_key(one.prefix, one.year): one.last for one in rows}


def complete(office: Office) -> None:
    """Write into the register what the database has and it lacks: when it is begun, and after a restore."""
    outside = office.outside
    if outside is None:
        return
    rows = list(outside.rows())
    told = {
        (one["key"], name) for one in rows if "key" in one for name in ("public", "until", "lost_on") if name in one
    }
    papers = {one["paper"] for one in rows if "paper" in one}
    known = outside.all_highest()
    with office.reading() as work:
        numbers = {key: last for key, last in _taken(work).items() if last > known.get(key, 0)}
        lines: list[dict[str, Any]] = [{"numbers": numbers}] if numbers else []
        for key in work.session.exec(select(SealKey)):
            lines += [line for name, line in _key_lines(key) if (key.id, name) not in told]
        ends = select(PaperEnd, PaperCode.code).join(PaperCode, col(PaperCode.number) == col(PaperEnd.number))
        for end, code in work.session.exec(ends):
            if end.number not in papers:
                lines.append(
                    {"paper": end.number, "ended": str(end.ended_on), "by_number": end.by_number, "code": code}
                )
    outside.append(lines)


def _key_lines(key: SealKey) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "public", {"key": key.id, "public": key.public_key, "since": str(key.since)}
    if key.until:
        yield "until", {"key": key.id, "until": str(key.until)}
    if key.lost_on:
        yield "lost_on", {"key": key.id, "lost_on": str(key.lost_on)}


def replay(
    url: str, vault: Vault, rows: Iterable[Mapping[str, Any]], papers: Path, since: date, *, clock: Clock = wall_clock
) -> list[str]:
    """Bring a restored database up to the register and to the printed papers; what was done, one line each."""
    office = Office(make_engine(url), make_engine(url, read_only=True), vault, clock)
    try:
        with office.work(ACTOR) as work:
            told = list(_replayed(work, list(rows), papers, since))
            for line in told:
                work.audit(ACTOR, "库外登记簿", line)
    finally:
        office.dispose()
    return told


def _replayed(work: Work, rows: list[Mapping[str, Any]], papers: Path, since: date) -> Iterator[str]:
    highest: dict[str, int] = {}
    for row in rows:
        _raise(highest, row.get("numbers", {}).items())
    _raise(highest, ((series_key(series, year), n) for series, year, n in printed(work, papers, since)))
    yield from _numbers(work, highest)
    for row in rows:
        if "key" in row:
            yield from _key(work, row)
    for row in rows:
        if "paper" in row:
            yield from _end(work, row)
    for row in rows:
        if "household" in row:
            yield from _entry(work, row)


def _raise(highest: dict[str, int], found: Iterable[tuple[str, int]]) -> None:
    for key, n in found:
        highest[key] = max(n, highest.get(key, 0))


def _numbers(work: Work, highest: Mapping[str, int]) -> Iterator[str]:
    """No number is taken twice: each series goes on above its highest."""
    taken = _taken(work)
    raised = text(
        "INSERT INTO number_series (prefix, year, last) VALUES (:series, :year, :last) "
        "ON CONFLICT (prefix, year) DO UPDATE SET last = excluded.last"
    )
    for key in sorted(highest):
        last, had = highest[key], taken.get(key, 0)
        if last > had:
            series, year = series_of(key)
            work.session.execute(raised, {"series": series, "year": year, "last": last})
            what = f"{year} 年的打印批次" if series == RUNS else f"文号 {key}"
            one = f"{had + 1} 号" if last == had + 1 else f"{had + 1} 至 {last} 号"
            yield (
                f"{what}：备份只编到 {had}，{one}已在备份之后用过，不再使用；"
                f"请照纸质存档补登这些文书，新的从 {last + 1} 号起编"
            )


def _key(work: Work, row: Mapping[str, Any]) -> Iterator[str]:
    """A key that was new, replaced or lost after the backup. A line says one of them."""
    name = row["key"]
    known = work.session.get(SealKey, name)
    if "public" in row and known is None:
        work.session.add(SealKey(
            id=name, public_key=row["public"], since=date.fromisoformat(row["since"]), reason=AGAIN,
            recorded_at=work.now, recorded_by=work.actor,
        ))  # fmt: skip
        work.session.flush()
        yield f"签名密钥 {name}：已补登（起用 {row['since']}）"
    if known is None:
        return
    for column, word in (("until", "停止使用"), ("lost_on", "作废")):
        if column in row and getattr(known, column) is None:
            values = {column: date.fromisoformat(row[column])} | ({"reason": AGAIN} if column == "lost_on" else {})
            work.session.execute(update(SealKey).where(col(SealKey.id) == name).values(**values))
            work.connection_session.expire_all()
            yield f"签名密钥 {name}：已于 {row[column]} {word}，已补登"


def _end(work: Work, row: Mapping[str, Any]) -> Iterator[str]:
    """A paper that was withdrawn or replaced after the backup; it may have been issued after it, too."""
    number = row["paper"]
    if work.session.get(PaperEnd, number) is not None:
        return
    if work.session.get(PaperCode, number) is None:
        stated, _, _ = check_code.opened(row["code"])
        if work.session.get(SealKey, stated.key_id) is None:
            yield f"文书 {number}：登记簿记有失效，签名密钥 {stated.key_id} 不在册，没有补登，请人工核对"
            return
        work.session.add(PaperCode(number=number, code=row["code"], key_id=stated.key_id))
        work.session.flush()
    work.session.add(PaperEnd(
        number=number, ended_on=date.fromisoformat(row["ended"]), by_number=row["by_number"], reason=AGAIN,
        recorded_at=work.now, recorded_by=work.actor,
    ))  # fmt: skip
    work.session.flush()
    how = f"由 {row['by_number']} 替换" if row["by_number"] else "撤回"
    yield f"文书 {number}：已于 {row['ended']} {how}，已补登失效"


def _entry(work: Work, row: Mapping[str, Any]) -> Iterator[str]:
    """An entry that ended, took back or gave back something, where the restored ledger does not have it."""
    household = work.session.get(Household, row["household"])
    if household is None or _root(work, household) != row["root"]:
        return
    if work.session.exec(select(Destruction.household_id).where(Destruction.household_id == household.id)).first():
        return  # nothing of it can be used any more
    there = work.session.get(_KINDS[row["table"]], (row["household"], row["seq"]))
    if there is not None and there.hash.hex() == row["hash"]:
        return
    what = f"{row['on']} 第 {row['seq']} 条 {row['hash'][:8]}"
    if "state" in row:
        yield from _finding(work, household, row)
    elif restored.put(work, row["household"], what):
        yield (
            f"户 {household.number}：备份之后有过更正或者恢复救助（{what}），账册中没有；请照纸质存档补登，"
            f"核对以前程序拒绝对该户作不利登记（chengxin restored list）"
        )


def _root(work: Work, household: Household) -> str:
    assert household.id is not None
    at = micros(household.opened_at)
    return genesis(work.vault.chain, household.id, household.number, at, household.opened_by).hex()[:16]


def _finding(work: Work, household: Household, row: Mapping[str, Any]) -> Iterator[str]:
    """A finding that was repaired, revoked or not made is so again, unless it or its fact is not there."""
    assert household.id is not None
    mine = Finding.household_id == household.id, Finding.conduct_seq == row["fact"]
    ended = select(Finding.seq).where(*mine, col(Finding.state).in_(_ENDED), ~col(Finding.void))
    fact = work.session.get(Conduct, (household.id, row["fact"]))
    if fact is None or work.session.exec(ended).first() is not None:
        return
    on, document_on, state = date.fromisoformat(row["on"]), row["document_on"], FindingState[row["state"]]
    work.append(household.id, Finding(
        happened_on=on, area=fact.area, conduct_seq=row["fact"], state=state,
        document=row["document"], document_on=date.fromisoformat(document_on) if document_on else None,
        decided_by=row["by"], reason=AGAIN,
    ))  # fmt: skip
    document = f"（{row['document']}）" if row["document"] else ""
    what = f"第 {row['fact']} 条事实的认定{state.value}{document}"
    yield f"户 {household.number}：{what}，已补登，不再使用；请补齐案件材料"


def printed(work: Work, papers: Path, since: date) -> Iterator[tuple[str, int, int]]:
    """Series, year and number of what lies printed in a folder: by file names, and from the pages of younger runs."""
    known = _known(work)
    for path in sorted(papers.rglob("*.pdf")) if papers.is_dir() else ():
        yield from _named(known, path.name)
        run = _RUN.search(path.name)
        if run:
            yield RUNS, int(run[1]), int(run[2])
            if path.parent.name >= str(since):
                yield from _named(known, _pages(path))


def _known(work: Work) -> re.Pattern[str]:
    """The document numbers of this installation, and not those of the law that a paper cites."""
    prefixes = {*work.session.exec(select(Organ.prefix)), ""} - {""}
    series = {f"{prefix}{mark}" for prefix in prefixes for mark in {*MARKS.values()}}
    series |= {one for one in work.session.exec(select(NumberSeries.prefix)) if one != RUNS}
    names = "|".join(map(re.escape, sorted(series, key=len, reverse=True))) or "(?!)"
    return re.compile(f"({names})〔([0-9]{{4}})〕([1-9][0-9]{{0,5}})号")


def _named(known: re.Pattern[str], said: str) -> Iterator[tuple[str, int, int]]:
    yield from ((found[1], int(found[2]), int(found[3])) for found in known.finditer(said))


def _pages(path: Path) -> str:
    """The text of a file without blanks; "" when it cannot be read."""
    program = [sys.executable, "-P", "-m", "integrity.printed_text", str(path)]
    surroundings = os.environ | {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    return subprocess.run(program, capture_output=True, text=True, env=surroundings, check=False).stdout
