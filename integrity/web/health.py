"""运行状况 (health): is everything there that the office needs, and what waits? Facts for the page and for monitors."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
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
_KINDS = ("批量印制的文书", "核查名单", "单件印制的文书")
_SHOWN = frozenset({".pdf", ".xlsx"})
_RUN = re.compile(r"\d{9}-F\d\d-\d+\.pdf$")
"""Files of the monthly run carry the township's code and the form; see `printing`."""


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


@dataclass(frozen=True, slots=True)
class Papers:
    """文书文件 (files of papers) of one kind and day."""

    kind: str
    day: str
    names: tuple[str, ...]


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


def recent_papers(folder: Path) -> tuple[Papers, ...]:
    """The files of the newest day of each kind: printed in the monthly run, recheck lists, printed at the desk."""
    days = sorted((one for one in folder.glob("????-??-??") if one.is_dir()), reverse=True)
    return tuple(found for kind in _KINDS if (found := _newest(kind, days)) is not None)


def _newest(kind: str, days: list[Path]) -> Papers | None:
    for day_ in days:
        names = sorted(path.name for path in day_.iterdir() if path.suffix in _SHOWN and _kind(path.name) == kind)
        if names:
            return Papers(kind, day_.name, tuple(names))
    return None


def _kind(name: str) -> str:
    return _KINDS[1] if name.startswith("核查名单") else _KINDS[0] if _RUN.search(name) else _KINDS[2]
