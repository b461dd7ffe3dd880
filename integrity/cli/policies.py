"""政策与日历 (policy, areas and calendars): check, show, compare, adopt; areas and rest days; periods."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from integrity import areas, calendars, editions, organs, places
from integrity.areas_file import open_source
from integrity.cli.console import Area, By, On, acting, code, day, moment, opened, say, table
from integrity.errors import Invalid, NotFound, Refused
from integrity.rules import policy as packs
from integrity.rules.areas import level_of
from integrity.rules.policy_check import undocumented
from integrity.rules.workdays import Period, end_of
from integrity.rules.writing import paper_date
from integrity.settings import settings
from integrity.terms import AreaLevel

policy_app = typer.Typer(help="政策参数：审查、查询、比较、启用、采用", no_args_is_help=True)
areas_app = typer.Typer(help="行政区划：导入、查询", no_args_is_help=True)
calendar_app = typer.Typer(help="放假安排与期限计算", no_args_is_help=True)


@policy_app.command("check")
def check_policy(
    path: Annotated[Path | None, typer.Argument(help="政策包文件或目录（默认随程序提供的和设置的目录）")] = None,
) -> None:
    """审查政策包；有误时逐条列出文件、行和原因，返回 2。"""
    own = path if path is not None else settings().policies
    if own is not None and own.is_file():
        own = own.parent
    problems = packs.check(*([own] if own else []))
    for problem in problems:
        say(problem, style="red")
    if problems:
        raise typer.Exit(2)
    say("政策包没有错误")
    for row in undocumented(packs.load(packs.PACKS, *([own] if own else [])).rows):
        say(
            f"{row.file} 第{row.line}行：{row.key} 的出处“{row.source}”不是文件，决定书引用时没有文号；"
            "请把本地公布这一标准的文件（文号、施行日期）写进本地政策包", style="yellow",
        )  # fmt: skip


@policy_app.command("show")
def show_policy(
    key: Annotated[str, typer.Argument(help="参数名，如 standard.dibao；不写则列出全部参数")] = "",
    area: Annotated[str | None, typer.Option("--area", help="行政区划代码", parser=code, metavar="代码")] = None,
    on: On = None,
) -> None:  # fmt: skip
    """某地某日生效的参数值及出处。列出具体参数须写明 --area（区划代码）。"""
    with opened() as office, office.reading() as work:
        policy, asked = editions.in_force(work), on or work.today
    if not key:
        table(("参数", "问题"), [(one.name, one.question) for one in packs.KEYS.values()])
        return
    if key not in packs.KEYS:
        raise NotFound(f"没有参数“{key}”；不带参数名运行可列出全部")
    if area is None:
        raise Invalid("请用 --area 写明区划代码，各地的参数值不同")
    rows = policy.variants(key, area, asked)
    if not rows:
        raise NotFound(f"{area} 在 {asked} 没有生效的参数 {key}（{packs.KEYS[key].question}）")
    table(
        ("变体", "值", "地区", "自", "至", "出处"),
        [(name, packs.shown(row), row.region, row.since, row.until or "", row.source) for name, row in rows.items()],
        title=f"{key}：{packs.KEYS[key].question}",
    )


@policy_app.command("diff")
def diff_policy(
    folder: Annotated[Path | None, typer.Argument(help="政策包目录（默认随程序提供的和设置的目录）")] = None,
) -> None:
    """现在文件中的政策包与已启用的版本有何不同。"""
    with opened() as office, office.reading() as work:
        old = editions.in_force(work)
    new = packs.load(folder) if folder else editions.shipped(settings())
    lines = packs.difference(old, new)
    for line in lines or ["没有差别"]:
        say(line)


@policy_app.command("register")
def register_policy(by: By = "") -> None:
    """启用现在文件中的政策包，自此刻起生效；旧版本的全文保留。"""
    policy = editions.shipped(settings())
    with acting(by, "启用政策版本") as work:
        new = editions.register(work, policy)
    say(f"已启用政策版本 {policy.edition[:16]}" if new else "与已启用的版本相同，没有改动")


@policy_app.command("adopt")
def adopt_policy(
    area: Area,
    document: Annotated[str, typer.Option("--document", help="县级文件的文号")],
    since: Annotated[date, typer.Option("--since", help="自何日起", parser=day, metavar="日期")],
    until: Annotated[date | None, typer.Option("--until", help="至何日止", parser=day, metavar="日期")] = None,
    proposal: Annotated[str, typer.Argument(help="参考方案的名称")] = "proposal",
    by: By = "",
) -> None:
    """以县级文件采用积分目录；没有采用文件就不计分。"""
    with acting(by, "采用积分目录", area) as work:
        if proposal not in editions.in_force(work).catalogues:
            raise NotFound(f"没有参考方案“{proposal}”")
        organs.adopt(work, area, proposal, document=document, since=since, until=until)
    say(f"已登记：{area} 自 {since} 起采用 {proposal}（{document}）")


@areas_app.command("import")
def import_areas(
    source: Annotated[Path, typer.Argument(help="CSV、CSV.xz，或 china-division 的目录或 .tgz", metavar="文件")],
    prefix: Annotated[str, typer.Option("--prefix", help="只取这一区划及以下，如 370800")] = "",
    by: By = "",
) -> None:
    """导入行政区划；已有的不动，只补撤销日期和后继。"""
    if not source.exists():
        raise NotFound(f"没有文件 {source}")
    with acting(by, "维护区划") as work:
        added, changed = areas.load(work, open_source(source, prefix))
    say(f"新增 {added} 条，更新 {changed} 条")


@areas_app.command("show")
def show_area(
    area: Annotated[str, typer.Argument(help="行政区划代码", parser=code, metavar="代码")], on: On = None
) -> None:
    """显示一个区划的全称和下一级。"""
    with opened() as office, office.reading() as work:
        asked = on or work.today
        say(f"{area}　{areas.full_name(work, area, asked, top=AreaLevel.PROVINCE)}")
        levels = list(AreaLevel)
        below = levels.index(level_of(area)) + 1
        rows = areas.children(work, area, asked, levels[below]) if below < len(levels) else []
    if rows:
        table(("代码", "名称"), [(row.code, row.name) for row in rows])


@areas_app.command("find")
def find_area(
    name: Annotated[str, typer.Argument(help="村（居）名称或其开头")],
    within: Annotated[str, typer.Option("--within", help="在哪个区划内", parser=code, metavar="代码")] = "370000000000",
    on: On = None,
) -> None:
    """按名称找村（居）。"""
    with opened() as office, office.reading() as work:
        asked = on or work.today
        found = areas.find(work, name, within, asked)
        rows = [(row.code, areas.full_name(work, row.code, asked)) for row in found]
    if not rows:
        raise NotFound(f"{within} 内没有名为“{name}”的村（居）")
    table(("代码", "名称"), rows)


@calendar_app.command("show")
def show_calendar(year: Annotated[int, typer.Argument(help="年份", metavar="年份")]) -> None:
    """显示一年的放假安排及其文号。"""
    with opened() as office, office.reading() as work:
        known = {calendar.year: calendar for calendar in calendars.workdays(work).calendars}
    if year not in known:
        raise NotFound(f"{year} 年放假安排尚未录入，期限暂按周一至周五推算")
    calendar = known[year]
    say(f"{calendar.notice}　{calendar.number}　{calendar.source}")
    table(("节日", "自", "至"), [(days.name, days.since, days.until) for days in calendar.off])
    say("调休上班：" + "、".join(paper_date(on) for on in calendar.on))


@calendar_app.command("import")
def import_calendar(
    path: Annotated[Path, typer.Argument(help="TOML，或 holiday-cn 的 JSON", metavar="文件")], by: By = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="有疑点的，已与国务院办公厅通知核对无误")] = False,
) -> None:  # fmt: skip
    """录入一年的放假安排；有疑点的不录入，核对无误后加 --confirm。"""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"不能读取 {path}：{error}") from None
    doubts = calendars.read(text).doubts()
    for doubt in doubts:
        say(f"请核对：{doubt}", style="yellow")
    if doubts and not confirm:
        raise Refused("放假安排有疑点，没有录入；与通知原文核对无误的，加 --confirm 再录入")
    with acting(by, "维护放假安排") as work:
        calendar = calendars.load(work, text)
        clocks = places.after_calendar(work)
    say(f"已录入 {calendar.year} 年放假安排：{calendar.notice}；{clocks}")


_START = "起算日（收到、送达之日）；按小时的写起算时刻，如 2026-09-07T10:00"


@calendar_app.command("term")
def term(
    start: Annotated[date, typer.Argument(help=_START, parser=moment, metavar="起算日")],
    length: Annotated[int, typer.Argument(help="长度", metavar="长度")],
    unit: Annotated[str, typer.Argument(help="日、工作日、月、年、小时", metavar="单位")],
) -> None:  # fmt: skip
    """计算期限届满之日，并写出计算过程。"""
    period = Period.read(f"{length}{unit}")
    with opened() as office, office.reading() as work:
        found = end_of(start, period, calendars.workdays(work))
    for step in found.steps:
        say(step)
    say(f"届满：{_ending(found.end)}" + ("（暂定）" if found.provisional else ""), style="bold")


def _ending(end: date) -> str:
    return f"{end:%Y-%m-%d %H:%M}" if isinstance(end, datetime) else str(end)
