"""账户 (accounts): the first three, then open, approve, reset, unlock, close, list. First passwords are told once."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity import accounts
from integrity.cli.console import Area, By, actor, opened, say, table
from integrity.errors import Invalid
from integrity.terms import Role

app = typer.Typer(help="账户：首批、开设、核准、重置、解锁、关闭、一览", no_args_is_help=True)
Officer = Annotated[str, typer.Argument(help="工号", metavar="工号")]
Person = Annotated[str, typer.Option(help="工号=姓名", metavar="工号=姓名")]


@app.command("first")
def first(area: Area, system: Person, security: Person, audit: Person) -> None:
    """开设首批三个账户：系统管理员、安全管理员、审计管理员，须是三个人。只在还没有任何账户时可用。"""
    people = {
        Role.SYSTEM_ADMIN: _person(system), Role.SECURITY_ADMIN: _person(security), Role.AUDIT_ADMIN: _person(audit)
    }  # fmt: skip
    with opened() as office, office.work(people[Role.SYSTEM_ADMIN][0]) as work:
        given = accounts.first(work, area, people)
    for (role, (code, name)), password in zip(people.items(), given.values(), strict=True):
        _tell(f"{role.value} {code} {name}", password)


@app.command("open")
def open_account(officer: Officer, by: By = "") -> None:
    """开设账户，由系统管理员办理；安全管理员核准以后才能使用。"""
    with opened() as office, office.work(actor(by)) as work:
        accounts.open_account(work, officer)
    say(f"已开设：{officer}，待安全管理员核准（chengxin account approve {officer}）")


@app.command("approve")
def approve(officer: Officer, by: By = "") -> None:
    """核准账户，由安全管理员办理，不能是开设人；显示初始密码，只此一次。"""
    with opened() as office, office.work(actor(by)) as work:
        password = accounts.approve(work, officer)
    _tell(officer, password)


@app.command("reset")
def reset(
    officer: Officer,
    telephone: Annotated[bool, typer.Option("--telephone", help="连同动态码一并重置（手机遗失）")] = False,
    by: By = "",
) -> None:
    """重置密码，由安全管理员办理；原有登录立即结束，显示新的初始密码，只此一次。"""
    with opened() as office, office.work(actor(by)) as work:
        password = accounts.reset(work, officer, telephone=telephone)
    _tell(officer, password)


@app.command("unlock")
def unlock(
    officer: Annotated[str, typer.Argument(help="工号", metavar="工号")] = "",
    address: Annotated[str, typer.Option(help="解锁一个网络地址", metavar="地址")] = "",
    by: By = "",
) -> None:
    """解锁账户或者网络地址，由安全管理员办理。"""
    if bool(officer) == bool(address):
        raise Invalid("请写明工号，或者用 --address 写明地址")
    with opened() as office, office.work(actor(by)) as work:
        if officer:
            accounts.unlock(work, officer)
        else:
            accounts.unlock_address(work, address)
    say(f"已解锁：{officer or address}")


@app.command("close")
def close(
    officer: Officer, why: Annotated[str, typer.Option("--reason", help="理由", metavar="文字")], by: By = ""
) -> None:
    """关闭账户，由系统管理员或者安全管理员办理；立即生效，不能恢复，可以另行开设。"""
    with opened() as office, office.work(actor(by)) as work:
        accounts.close(work, officer, why)
    say(f"已关闭：{officer}")


@app.command("list")
def list_accounts(by: By = "") -> None:
    """列出辖区内的账户及其状态，由三员查看。"""
    with opened() as office, office.reading() as work:
        work.actor = actor(by)
        rows = [
            (one.officer.code, one.officer.name, one.officer.role.value, one.officer.area, one.state,
             one.account.opened_by, one.account.approved_by or "")
            for one in accounts.listed(work)
        ]  # fmt: skip
    table(("工号", "姓名", "岗位", "辖区", "状态", "开设人", "核准人"), rows)


def _person(text: str) -> tuple[str, str]:
    """工号 and name as typed. Raises Invalid."""
    code, equals, name = (part.strip() for part in text.partition("="))
    if not (code and equals and name):
        raise Invalid(f"“{text}”应写作 工号=姓名，如 xt01=张三")
    return code, name


def _tell(who: str, password: str) -> None:
    say(f"{who} 的初始密码：{password}（只显示这一次，{accounts.ONCE.days} 天内有效，首次登录须更换；请当面交给本人）")
