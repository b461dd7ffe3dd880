"""个人信息 (personal data): copies, corrections and explanations for persons; destruction; change of keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import destruction, destruction_register, keys, retention, rights
from integrity.cli.console import (
    By,
    Household,
    On,
    acting,
    actor,
    day,
    may,
    on_household,
    opened,
    progress,
    say,
    table,
)
from integrity.errors import Refused
from integrity.files import write_file
from integrity.settings import settings

rights_app = typer.Typer(help="个人信息权利：本人信息副本、更正补充、解释说明", no_args_is_help=True)
destroy_app = typer.Typer(help="到期资料的销毁：清册、鉴定、批准、销毁", no_args_is_help=True)
keys_app = typer.Typer(help="密钥：查看、更换、停用、封装", no_args_is_help=True)
Member = Annotated[int, typer.Option(help="成员序号")]
AskedBy = Annotated[str, typer.Option("--asked-by", help="申请人，及其身份的核对情况")]
ListNumber = Annotated[str, typer.Option("--list", help="销毁清册编号", metavar="编号")]
Why = Annotated[str, typer.Option("--reason", help="理由")]


@rights_app.command("copy")
def copy(
    household: Household, member: Member, asked_by: AskedBy,
    out: Annotated[Path, typer.Option(help="写到这个文件；.json 为机器可读，其他为 Markdown 文本", metavar="文件")],
    why: Annotated[str, typer.Option("--reason", help="用途")] = "", by: By = "",
) -> None:  # fmt: skip
    """本人信息副本：户账、文书、认定、送达、查阅记录，他人的信息遮蔽；提供副本记入操作日志。"""
    with on_household(by, "提供本人信息副本", household) as (work, household_id):
        made = rights.copy(work, household_id, member, asked_by=asked_by, reason=why)
    write_file(out, (made.as_json() if out.suffix == ".json" else made.as_markdown()).encode())
    say(f"本人信息副本：{out}（含完整身份证号，请当面交给申请人，不要留存）")


@rights_app.command("correct")
def correct(
    household: Household, member: Member, why: Annotated[str, typer.Option("--reason", help="核实的依据")],
    name: Annotated[str | None, typer.Option(help="姓名")] = None,
    id_number: Annotated[str | None, typer.Option("--id", help="身份证号")] = None,
    sex: Annotated[str | None, typer.Option(help="性别代码 MALE、FEMALE，没有身份证号时")] = None,
    born: Annotated[date | None, typer.Option("--born", help="出生日期，没有身份证号时", parser=day)] = None,
    phone: Annotated[str | None, typer.Option(help="电话")] = None,
    account: Annotated[str | None, typer.Option(help="银行账号")] = None, by: By = "",
) -> None:  # fmt: skip
    """更正、补充成员的个人资料；原来的一条保留。没有写的不变。"""
    with on_household(by, "更正", household) as (work, household_id):
        made = rights.correct_person(
            work, household_id, member, why=why, name=name, id_number=id_number, sex=sex, born_on=born, phone=phone,
            account=account,
        )  # fmt: skip
    say(f"已更正（第 {'、'.join(str(one.seq) for one in made)} 条）")


@rights_app.command("explain")
def explain(household: Household, member: Member, asked_by: AskedBy, on: On = None, by: By = "") -> None:
    """解释说明：某日的处理建议怎样算出，依据哪些规定；记入操作日志。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        said = rights.explain(work, household_id, member, on or work.today, asked_by=asked_by)
    say(said)


@destroy_app.command("due")
def due(on: On = None) -> None:
    """列出保管期限届满、可以销毁的家庭，以及须由人先确定的家庭。"""
    with opened() as office, office.reading() as work:
        chosen = on or work.today
        ready, asked = destruction.due(work, chosen), destruction.waiting(work, chosen)
    rows = [(one.number, one.area, one.left_on, one.until, _why(one)) for one in ready]
    table(("户编号", "村（居）", "退出日期", "保管至", "依据"), rows, title=f"{chosen} 可以销毁：{len(ready)} 户")
    for one in asked:
        say(f"户 {one.number} 须由人确定：{'；'.join((*one.questions, *one.holds))}", style="yellow")


def _why(kept: retention.Keeping) -> str:
    return "；".join(f"{one.name}{one.why}" for one in kept.times)


@destroy_app.command("hold")
def hold(household: Household, why: Why, by: By = "") -> None:
    """暂停销毁：诉讼、检查、审计还要用的资料。"""
    with on_household(by, "鉴定档案", household) as (work, household_id):
        retention.hold(work, household_id, why)
    say("已暂停销毁")


@destroy_app.command("release")
def release(household: Household, why: Why, by: By = "") -> None:
    """解除暂停销毁。"""
    with on_household(by, "鉴定档案", household) as (work, household_id):
        retention.release(work, household_id, why)
    say("已解除暂停")


@destroy_app.command("appraise")
def appraise(household: Household, number: ListNumber, by: By = "") -> None:
    """鉴定：把一户列入销毁清册。"""
    with on_household(by, "鉴定档案", household) as (work, household_id):
        destruction.appraise(work, household_id, list_number=number)
    say(f"已列入销毁清册 {number}")


@destroy_app.command("approve")
def approve(household: Household, number: ListNumber, by: By = "") -> None:
    """批准销毁；批准人和鉴定人不能是同一人。"""
    with on_household(by, "批准销毁", household) as (work, household_id):
        destruction.approve(work, household_id, list_number=number)
    say(f"已批准按清册 {number} 销毁")


@destroy_app.command("run")
def run(
    household: Household, number: ListNumber,
    appraised_by: Annotated[str, typer.Option("--appraised-by", help="鉴定人工号")],
    approved_by: Annotated[str, typer.Option("--approved-by", help="批准人工号")], by: By = "",
) -> None:  # fmt: skip
    """销毁一户的个人资料，不能恢复；户账的哈希链保持完整。随后自动清除文件和残留。"""
    with on_household(by, "批准销毁", household) as (work, household_id):
        row = destruction.destroy(
            work, household_id, list_number=number, appraised_by=appraised_by, approved_by=approved_by
        )
    say(f"已销毁：{len(row.persons)} 人的资料，{len(row.papers)} 份文书内容，{len(row.files)} 个文书文件")
    _finish()


@destroy_app.command("finish")
def finish(by: By = "") -> None:
    """清除销毁后的残留：登记簿、文书文件、空闲页、预写日志。可以重复运行；中途断电后运行一次。"""
    with acting(by, "批准销毁"):
        pass
    _finish()


def _finish() -> None:
    with opened() as office:
        for line in destruction.finish(office, settings()):
            say(line, style="yellow")
    say(f"残留已清除；销毁登记簿 {destruction_register.beside(settings().keys)} 与密钥一同保管，恢复备份时要用")


@keys_app.command("list")
def list_keys() -> None:
    """列出各密钥还有多少条记录要用。"""
    with opened() as office:
        counts, vault = keys.used(office), office.vault
    rows = [(name, "现用" if name == vault.current else "只用于解密", counts.get(name, 0)) for name in vault.keys]
    table(("密钥", "用途", "记录数"), rows)


@keys_app.command("rotate")
def rotate(by: By = "") -> None:
    """更换密钥：生成新密钥，全部重新加密。先停止 serve；中途断电后再运行一次即可。"""
    who = actor(by)
    with opened() as office:
        may(office, who, "登记人员")
        with progress("重新加密") as told:
            done = keys.rotate(office, settings().keys, who, told)
    for fault in done.faults:
        say(fault, style="red")
    say(f"现用密钥 {done.current}，重新加密 {done.sealed} 条；请立即另存密钥文件 {settings().keys}")
    if done.faults:
        raise typer.Exit(1)


@keys_app.command("seal")
def seal(
    before: Annotated[
        Path | None, typer.Option("--old", help="原来的主密钥文件：更换主密钥或者不再封装时写明", metavar="文件")
    ] = None,
    by: By = "",
) -> None:  # fmt: skip
    """封装密钥文件：用 CHENGXIN_KEY_SECRET_FILE 的主密钥；没有设置的，改为不封装。先停止 serve 和其他进程。"""
    who, chosen = actor(by), settings()
    read_with = chosen if before is None else chosen.model_copy(update={"key_secret_file": before})
    with opened(chosen=read_with) as office:
        may(office, who, "登记人员")
        sealed = keys.seal_again(office, chosen.keys, who, before)
    after = "已由主密钥封装，主密钥和密钥文件缺一不可" if sealed else "没有封装：拿到它的人就能读出个人信息"
    say(f"密钥文件 {chosen.keys} {after}；请立即另存，以前另存的销毁")


@keys_app.command("retire")
def retire(
    key: Annotated[str, typer.Argument(help="密钥编号，见 chengxin keys list", metavar="密钥")],
    yes: Annotated[bool, typer.Option("--yes", help="确认已停止 serve 和其他进程")] = False, by: By = "",
) -> None:  # fmt: skip
    """停用旧密钥，从密钥文件中删除；还有记录或者备份要用的，不能停用。"""
    if not yes:
        raise Refused("先停止 serve 和其他进程，再加 --yes：仍在使用旧密钥的进程写入的内容将无法读出")
    who = actor(by)
    with opened() as office:
        may(office, who, "登记人员")
        keys.retire(office, settings().keys, key, who, kept=settings().backups)
        destruction.scrub(office)
    say(f"密钥 {key} 已停用；封存的旧密钥文件也应销毁")
