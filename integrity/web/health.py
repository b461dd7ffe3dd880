"""运行状况 (health): is everything there that the office needs, and what waits? Facts for the page and for monitors."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from integrity import backups, breached, clock_sync, components, dispatching, log_sending, virus_scan
from integrity.errors import Invalid, Refused
from integrity.records import guards
from integrity.records.columns import SHANGHAI
from integrity.settings import Settings
from integrity.web import assets
from integrity.work import Office
from reports import fonts
from reports.faults import FontsMissing

WARN_FREE, STOP_FREE = 0.10, 0.03
"""Share of the disk that is still free: below the first a warning, below the second a fault."""
STALE = timedelta(hours=26)
"""A backup older than this is a warning."""
_RUNNING = timedelta(hours=6)
"""No backup takes as long: one that began earlier was broken off."""


@dataclass(frozen=True, slots=True)
class Check:
    """一项检查 (one check): state is 正常, 注意 or 故障."""

    name: str
    state: str
    said: str


def checks(office: Office, chosen: Settings) -> tuple[Check, ...]:
    """Every check, the most important first."""
    return (
        _database(office), _disk(chosen.home), _clock(), _fonts(), _assets(), _backup(office, chosen.backups),
        _pushed(office), *_scanner(chosen.virus_scanner), *_leaked(chosen.breached_passwords),
        *_log_away(office, chosen), _parts(office),
    )  # fmt: skip


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


def _clock() -> Check:
    """Is the machine's time held against a source of time? Days and 时限 hang on it."""
    held = clock_sync.synchronised()
    if held is None:
        return Check("对时", "注意", "看不出本机时间有没有与标准时间核对")
    told = "由对时服务核对" if held else "没有对时服务核对，请系统管理员设置（如 chrony，可用政务外网的时间源）"
    return Check("对时", "正常" if held else "注意", f"本机时间{told}")


def _scanner(named: str) -> tuple[Check, ...]:
    """病毒检查, where the unit has it."""
    if not named:
        return ()
    told = ("正常", "能用") if virus_scan.answers(named) else ("故障", "不能用：网页和接口现在不收文件")
    return (Check("病毒检查", *told),)


def _leaked(listed: Path | None) -> tuple[Check, ...]:
    """泄露密码清单, where the unit has one."""
    if listed is None:
        return ()
    try:
        breached.known("", listed)
    except Refused:
        return (Check("泄露密码清单", "故障", "读不出来：现在不能设置新密码"),)
    return (Check("泄露密码清单", "正常", f"{listed.stat().st_size / 2**20:.0f} MB"),)


def _log_away(office: Office, chosen: Settings) -> tuple[Check, ...]:
    """操作日志外送, where the unit has a log server."""
    if not chosen.log_to:
        return ()
    try:
        log_sending.Receiver.read(chosen.log_to)
        with office.reading() as work:
            late = log_sending.waiting(work, chosen.home)
    except Invalid as fault:
        return (Check("操作日志外送", "故障", str(fault)),)
    except SQLAlchemyError:
        return (Check("操作日志外送", "注意", "不能查看"),)
    more = "以上" if late == log_sending.MOST else ""
    told = f"{late} 条{more}超过 15 分钟没有送到日志服务器" if late else "没有积压"
    return (Check("操作日志外送", "注意" if late else "正常", told),)


def _fonts() -> Check:
    try:
        return Check("字体", "正常", f"已安装，指纹 {fonts.fingerprint()[:12]}")
    except FontsMissing:
        return Check("字体", "故障", "没有安装，不能印制文书，请运行 make setup")


def _assets() -> Check:
    lost = assets.lacking()
    if lost:
        return Check("网页资料", "注意", f"缺少 {'、'.join(lost)}，页面可以使用，但是不好看，请运行 make setup")
    return Check("网页资料", "正常", "样式和脚本齐全")


def _parts(office: Office) -> Check:
    """Are the program's parts younger than the documented time of an update?"""
    last, today = components.age(), office.clock().astimezone(SHANGHAI).date()
    told = f"{last.updated} 更新过版本，{last.until} 以前应当再更新一次"
    if today <= last.until:
        return Check("第三方部件", "正常", told)
    return Check("第三方部件", "注意", f"{told}，已经过了 {(today - last.until).days} 天：请装上新的版本")


def _backup(office: Office, folder: Path) -> Check:
    newest, now = backups.newest(folder), office.clock()
    begun = backups.broken_off(folder, now - _RUNNING)
    broken = f"；有 {len(begun)} 次备份中途停止，没有做完（{begun[0].name}）" if begun else ""
    if newest is None:
        return Check("备份", "注意", f"还没有备份，请运行 chengxin backup{broken}")
    try:
        last = backups.glance(newest)
    except Invalid as fault:
        return Check("备份", "故障", f"{fault}，请再做一次备份")
    made = datetime.fromisoformat(last.made_at)
    old, age = now - made > STALE, int((now - made).total_seconds() // 3600)
    size = f"{last.households} 户，{last.size / 2**20:.1f} MB"
    told = f"最近一次 {made:%Y-%m-%d %H:%M} 做完并核对，{size}，距今 {age} 小时"
    late = "，已超过 26 小时，请查定时备份是否还在运行" if old else ""
    return Check("备份", "注意" if old or broken else "正常", f"{told}{late}{broken}")


def _pushed(office: Office) -> Check:
    """Do other systems hear what they are to be told?"""
    try:
        with office.reading() as work:
            given_up, late = dispatching.overdue(work, work.now)
    except SQLAlchemyError:
        return Check("推送", "注意", "不能查看")
    said = [f"未能送达 {given_up} 件"] * bool(given_up) + [f"超过一小时没有送到 {late} 件"] * bool(late)
    return Check("推送", "注意" if said else "正常", "，".join(said) + "，见“推送”" if said else "没有积压")
