"""机关与账册 (the installation): set up, check, keep and bring back; organs and officers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from sqlalchemy import inspect
from sqlmodel import func, select

from integrity import areas, backups, bookcheck, catching_up, database, editions, organs, places, restored
from integrity.areas_file import open_source
from integrity.cli.console import Area, By, acting, code, day, found, on_household, one_of, opened, progress, say, table
from integrity.errors import NotFound, Refused
from integrity.records.ledger import Household
from integrity.records.office import EmergencyOrder, Officer, Organ, Person
from integrity.settings import Settings, settings
from integrity.terms import Role
from integrity.vault import create_vault, load_vault
from integrity.work import Work, make_engine, open_office

FIRST_ACTOR = "初始设置"
app = typer.Typer()
organ_app = typer.Typer(help="机关：发文机关名称、代字、电话、复议机关", no_args_is_help=True)
officer_app = typer.Typer(help="经办人员：工号、岗位、辖区", no_args_is_help=True)
restored_app = typer.Typer(help="恢复备份以后：待核对的家庭", no_args_is_help=True)
Since = Annotated[date, typer.Option("--since", help="自何日起", parser=day, metavar="日期")]


@app.command()
def init() -> None:
    """建立本机关：密钥、数据库、随程序提供的行政区划、政策版本。可以重复运行。"""
    set_up()
    say(f"数据目录：{settings().home}")
    say(f"密钥文件：{settings().keys}（不在备份内，请另行妥善保管；丢失后个人信息无法恢复）")


def set_up() -> None:
    """Keys, database, areas and policy; whatever is there already stays."""
    _keys()
    office = open_office(settings())
    try:
        with progress("建立数据库") as told:
            told(0, 3)
            database.upgrade(office.engine)
            told(1, 3)
            with office.work(FIRST_ACTOR) as work:
                for path in sorted(areas.SHIPPED.glob("*.csv.xz")):
                    added, _ = areas.load(work, open_source(path))
                    say(f"行政区划 {path.name}：新增 {added} 条")
                told(2, 3)
                if editions.register(work, editions.shipped(settings())):
                    say("已启用随程序提供的政策版本")
            catching_up.complete(office)
            places.complete(office)
    finally:
        office.dispose()


def _keys() -> None:
    """Load the key file or make one; never a new one for a database whose persons need the old."""
    try:
        load_vault(settings().keys)
        return
    except NotFound:
        pass
    path = settings().database_url.removeprefix("sqlite:///")
    if path == settings().database_url or Path(path).exists():
        engine = make_engine(settings().database_url, read_only=True)
        try:
            with engine.connect() as connection:
                held = inspect(connection).has_table("person")
                if held and connection.execute(select(func.count()).select_from(Person)).scalar():
                    raise Refused(f"数据库中已有人员资料，但密钥文件 {settings().keys} 不在，请先找回密钥文件")
        finally:
            engine.dispose()
    create_vault(settings().keys)


@app.command()
def verify(
    household: Annotated[str, typer.Option("--household", help="只核验这一户（户编号）", metavar="户编号")] = "",
) -> None:
    """核验账册：哈希链、数据库护栏、人员资料；发现任何问题即返回 1。"""
    wrong = 0
    with opened(checked=False) as office, office.reading() as work:
        household_id = found(work, household) if household else None
        for fault in bookcheck.faults(work, household_id):
            wrong += 1
            say(fault, style="red")
        for fault in () if household_id else catching_up.faults(work):
            wrong += 1
            say(fault, style="red")
        whole = () if household_id else (*bookcheck.notes(work), *catching_up.ahead(work))
        for note in (*whole, *places.faults(work, household_id)):
            say(f"提示（不计入问题）：{note}", style="yellow")
        heads = bookcheck.heads_digest(work.session.connection())
    if wrong:
        say(f"共发现 {wrong} 处问题，请保全现场并与备份比对", style="red")
        raise typer.Exit(1)
    say(f"账册完好；账尾指纹：{heads}")


@app.command()
def backup(
    folder: Annotated[Path | None, typer.Argument(help="存放备份的目录，默认为数据目录下的 backups")] = None,
) -> None:
    """备份数据库和证据材料，并核对备份确实可用。"""
    with opened() as office, progress("备份") as told:
        made = backups.make(office, folder or settings().backups, told)
    say(f"备份完成：{made.folder}（{made.households} 户，文件指纹 {made.sha256[:16]}）")
    say(f"账尾指纹：{made.heads}")
    say(f"注意：密钥文件 {settings().keys} 和文书目录不在备份内，请另行保管")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="备份目录", metavar="备份")],
    force: Annotated[bool, typer.Option("--force", help="已有数据时，先把现有数据库移到一旁再恢复")] = False,
) -> None:
    """从备份恢复：先核对备份，再放到空的位置；不会覆盖已有的数据。"""
    lines: list[str] = []
    with progress("恢复") as told:
        aside = backups.restore(settings(), source, force=force, progress=told, tell=lines.append)
    if aside is not None:
        say(f"原数据库已移到：{aside}")
    for line in lines:
        say(line, style="yellow")
    say("恢复完成，账册核验无误")
    if lines:
        say("以上是备份之后的事，已记入操作日志；备份之后的其他登记（救助、核查、送达、办案）请照纸质存档补登")


@app.command()
def drill() -> None:
    """演练恢复：把最近的备份恢复到临时目录，逐项核验后删除；不动现有数据。"""
    newest = backups.newest(settings().backups)
    if newest is None:
        raise NotFound("还没有备份，请先运行 chengxin backup")
    with TemporaryDirectory(prefix="chengxin-drill-") as scratch, progress("演练恢复") as told:
        there = Settings(home=Path(scratch), key_file=settings().keys, database="")
        backups.restore(there, newest, drill=True, progress=told)
        office = open_office(there)
        try:
            with office.reading() as work:
                wrong = list(bookcheck.faults(work, store=there.evidence))
        finally:
            office.dispose()
    for fault in wrong:
        say(fault, style="red")
    if wrong:
        raise typer.Exit(1)
    say(f"演练完成：{newest.name} 可以恢复，账册和人员资料核验无误")


@restored_app.command("list")
def list_waiting() -> None:
    """列出恢复备份以后待核对的家庭：备份之后有过更正或者恢复救助，账册中没有。"""
    with opened() as office, office.reading() as work:
        rows = [(work.session.get_one(Household, one).number, "；".join(what))
                for one, what in restored.waiting(work).items()]  # fmt: skip
    table(("户编号", "账册中缺少的登记"), rows)


@restored_app.command("confirm")
def confirm_restored(
    household: Annotated[str, typer.Argument(help="户编号", metavar="户编号")],
    told: Annotated[str, typer.Option("--result", help="核对结果：补登了什么，依据哪份文书", metavar="文字")],
    by: By = "",
) -> None:
    """确认一户已照纸质存档核对、补登；确认以后才能再作减发、停发和失信认定。"""
    with on_household(by, "审核意见", household) as (work, household_id):
        restored.confirm(work, household_id, told)
    say(f"已确认：{household}")


@organ_app.command("add")
def add_organ(
    area: Area, name: Annotated[str, typer.Option(help="机关名称")],
    prefix: Annotated[str, typer.Option(help="机关代字")], since: Since, by: By = "",
    address: Annotated[str, typer.Option(help="地址")] = "",
    phone: Annotated[str, typer.Option(help="电话")] = "", contact: Annotated[str, typer.Option(help="联系人")] = "",
    review_organ: Annotated[str, typer.Option(help="行政复议机关")] = "",
    court: Annotated[str, typer.Option(help="有管辖权的人民法院")] = "",
) -> None:  # fmt: skip
    """登记一个区划的发文机关。"""
    with _setting(by, "登记机关", area) as work:
        organs.enter_organ(
            work,
            Organ(area=area, since=since, name=name, prefix=prefix, address=address, phone=phone, contact=contact,
                  review_organ=review_organ, court=court),
        )  # fmt: skip
    say(f"已登记：{name}")


@organ_app.command("order")
def enter_order(
    number: Annotated[str, typer.Argument(help="延期令的文号", metavar="文号")], area: Area,
    signed_on: Annotated[date, typer.Option("--signed-on", help="签发日期", parser=day, metavar="日期")],
    signed_by: Annotated[str, typer.Option("--signed-by", help="签发人")],
    due_from: Annotated[date, typer.Option("--due-from", help="应核查日自何日", parser=day, metavar="日期")],
    due_to: Annotated[date, typer.Option("--due-to", help="应核查日至何日", parser=day, metavar="日期")],
    months: Annotated[int, typer.Option(help="延长几个月", min=1)], by: By = "",
) -> None:  # fmt: skip
    """登记紧急延期令：重大突发事件期间，应核查日在这一段内的家庭，核查期限延长若干个月。"""
    if due_to < due_from:
        raise Refused("应核查日的止日不能早于起日")
    with acting(by, "作出救助决定", area) as work:
        organs.order(
            work,
            EmergencyOrder(number=number, area=area, signed_on=signed_on, signed_by=signed_by, due_from=due_from,
                           due_to=due_to, months=months, recorded_at=work.now, recorded_by=work.actor),
        )  # fmt: skip
    say(f"已登记延期令：{number}，{area} 应核查日在 {due_from} 至 {due_to} 的延长 {months} 个月")


@officer_app.command("add")
def add_officer(
    officer: Annotated[str, typer.Argument(help="工号", metavar="工号")],
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[Role, typer.Option(help="岗位：协理员、经办、复核、审批、监督、三员、对接", parser=one_of(Role))],
    area: Area, since: Since, by: By = "",
) -> None:  # fmt: skip
    """登记一名经办人员。还没有任何人员时，不需要 --by。"""
    if role is Role.SYSTEM:
        raise Refused("“系统任务”不是人员岗位")
    with _setting(by, "登记人员", area) as work:
        if work.session.get(Officer, officer) is not None:
            raise Refused(f"工号 {officer} 已登记")
        organs.enter_officer(work, Officer(code=officer, name=name, role=role, area=code(area), since=since))
        work.audit("登记人员", officer, role.value)
    say(f"已登记：{officer} {name}（{role.value}，{area}）")


def _setting(by: str, matter: str, area: str) -> AbstractContextManager[Work]:
    """The first officers are registered by nobody: there is no 工号 yet."""
    return acting(by or settings().actor or FIRST_ACTOR, matter, area)
