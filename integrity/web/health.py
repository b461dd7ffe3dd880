"""运行状况 (health): is everything there that the office needs, and what waits? Facts for the page and for monitors."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from integrity import backups, deadlines, recommendations
from integrity.records import guards
from integrity.rules.facts import day
from integrity.settings import Settings
from integrity.terms import Outcome, Scheme
from integrity.work import Office, Work
from reports import fonts
from reports.faults import FontsMissing

WARN_FREE, STOP_FREE = 0.10, 0.03
"""Share of the disk that is still free: below the first a warning, below the second a fault."""
STALE = timedelta(hours=26)
"""A backup older than this is a warning."""
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Check:
    """一项检查 (one check): state is 正常, 注意 or 故障."""

    name: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """待办 (what waits): counts over the recommendations that stand now."""

    households: int
    overdue: int
    soon: int
    undecided: int
    outcomes: tuple[tuple[str, int], ...]


def checks(office: Office, chosen: Settings) -> tuple[Check, ...]:
    """Every check, the most important first."""
    return (_database(office), _disk(chosen.home), _fonts(), _backup(office, chosen.backups))


def program_version() -> str:
    """版本 of the program."""
    return version("chengxin-jiuzhu")


def healthy(found: tuple[Check, ...]) -> bool:
    """Is nothing at fault? A warning is no fault."""
    return all(check.state != "故障" for check in found)


def _database(office: Office) -> Check:
    try:
        with office.reading_engine.connect() as connection:
            lost = guards.missing(connection)
    except SQLAlchemyError as error:
        return Check("数据库", "故障", f"不能连接（{type(error).__name__}）")
    if lost:
        return Check("数据库", "故障", "只追加保护缺失：" + "、".join(lost))
    return Check("数据库", "正常", f"{office.engine.dialect.name}，只追加保护齐全")


def _disk(home: Path) -> Check:
    home.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(home)
    share = usage.free / usage.total
    state = "故障" if share < STOP_FREE else "注意" if share < WARN_FREE else "正常"
    return Check("磁盘", state, f"剩余 {usage.free / 2**30:.1f} GB（{share:.0%}）")


def _fonts() -> Check:
    try:
        return Check("字体", "正常", f"已安装，指纹 {fonts.fingerprint()[:12]}")
    except FontsMissing:
        return Check("字体", "故障", "没有安装，不能印制文书，请运行 make setup")


def _backup(office: Office, folder: Path) -> Check:
    newest = backups.newest(folder)
    if newest is None:
        return Check("备份", "注意", "还没有备份，请运行 chengxin backup")
    age = office.clock().timestamp() - (newest / backups.MANIFEST).stat().st_mtime
    return Check("备份", "注意" if age > STALE.total_seconds() else "正常", newest.name)


def waiting(work: Work) -> Waiting:
    """What waits for an officer now."""
    chosen = recommendations.standing(work, work.now).subquery()
    counted = recommendations.summary(work, work.now)
    soon = select(func.count()).where(
        chosen.c.scheme != Scheme.NONE.number, chosen.c.due_on >= day(work.today),
        chosen.c.due_on < day(work.today + SOON),
    )  # fmt: skip
    return Waiting(
        households=sum(counted.values()), overdue=len(deadlines.overdue_rechecks(work)),
        soon=int(work.session.execute(soon).scalar() or 0), undecided=len(recommendations.undecided(work)),
        outcomes=tuple((outcome.value, counted[outcome]) for outcome in Outcome if counted[outcome]),
    )  # fmt: skip


def papers_of_last_run(folder: Path) -> tuple[str, tuple[str, ...]]:
    """The newest day on which papers were made, and their file names; ("", ()) when there are none."""
    days = sorted(one.name for one in folder.glob("????-??-??") if one.is_dir() and _is_day(one.name))
    if not days:
        return "", ()
    names = sorted(one.name for one in (folder / days[-1]).iterdir() if one.suffix in (".pdf", ".xlsx"))
    return days[-1], tuple(names)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
