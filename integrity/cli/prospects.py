"""前景与测算 (prospects and what if): what would restore a score or change a recommendation; nothing is decided."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from integrity.cli.console import By, Household, On, actor, day, fen, found, on_household, one_of, opened, say
from integrity.errors import Invalid
from integrity.prospects import Supposed, prospects, what_if
from integrity.prospects_text import as_text, what_if_text
from integrity.rules import turning
from integrity.rules.turning import Fact
from integrity.terms import Ability, Cause, Presence

app = typer.Typer()


@app.command("prospects")
def show_prospects(
    household: Household,
    member: Annotated[int | None, typer.Option("--member", help="只看这名成员的积分（成员序号）")] = None,
    on: On = None, by: By = "",
) -> None:  # fmt: skip
    """前景：怎样修复、何时到期、什么变化会改变处理建议。只作说明，不作决定；查看记入操作日志。"""
    with opened() as office, office.reading() as work:
        told = as_text(prospects(work, found(work, household), on, member=member))
    _noted(household, by, "查看前景")
    say(told)


@app.command("what-if")
def suppose(
    household: Household, on: On = None, by: By = "",
    income: Annotated[int | None, typer.Option(help="假设的家庭月收入（元）", parser=fen, metavar="元")] = None,
    cause: Annotated[Cause | None, typer.Option(help="假设的收入变化原因", parser=one_of(Cause))] = None,
    self_reported: Annotated[bool | None, typer.Option("--self-reported/--not-reported", help="是否主动申报")] = None,
    stable: Annotated[bool | None, typer.Option("--stable/--unstable", help="收入是否稳定")] = None,
    property_over: Annotated[bool | None, typer.Option("--property-over/--property-within", help="财产超标")] = None,
    member: Annotated[int | None, typer.Option("--member", help="下列成员变化所指的成员序号")] = None,
    presence: Annotated[Presence | None, typer.Option(help="共同生活状态", parser=one_of(Presence))] = None,
    ability: Annotated[Ability | None, typer.Option(help="劳动能力", parser=one_of(Ability))] = None,
    schooling: Annotated[bool | None, typer.Option("--schooling/--no-schooling", help="是否在校")] = None,
    accepted: Annotated[bool, typer.Option("--job-accepted", help="该成员接受介绍的工作")] = False,
    joined: Annotated[int, typer.Option(help="增加几名共同生活成员", min=0)] = 0,
    repaired: Annotated[
        list[str] | None, typer.Option(help="修复的认定：号或者 号=日期，可重复", metavar="号=日期")
    ] = None,
) -> None:  # fmt: skip
    """测算：某些事实如果不同，规则会怎么说。不写入任何登记；查看记入操作日志。"""
    facts = [
        *_facts((turning.INCOME, income), (turning.SELF_REPORTED, self_reported), (turning.STABLE, stable),
                (turning.PROPERTY, property_over), (turning.CAUSE, cause.number if cause else None),
                (turning.JOINED, joined or None)),
        *_of_member(member, presence, ability, schooling, accepted=accepted),
    ]  # fmt: skip
    with opened() as office:
        with office.reading() as work:
            household_id, asked = found(work, household), on or work.today
        supposed = Supposed(tuple(facts), tuple(_repair(one, asked) for one in repaired or ()))
        told = what_if_text(what_if(office, household_id, supposed, asked))
    _noted(household, by, "测算")
    say(told)


def _noted(household: str, by: str, what: str) -> None:
    """Only who may look at the ledger of the household may look here; that he did is noted."""
    with on_household(actor(by), "查看户账", household) as (work, household_id):
        work.audit(what, f"household:{household_id}")


def _facts(*named: tuple[str, int | None], member: int = 0) -> list[Fact]:
    return [Fact(about, int(value), member) for about, value in named if value is not None]


def _of_member(
    member: int | None, presence: Presence | None, ability: Ability | None, schooling: bool | None, *, accepted: bool
) -> list[Fact]:
    facts = _facts(
        (turning.PRESENCE, presence.number if presence else None),
        (turning.ABILITY, ability.number if ability else None), (turning.SCHOOLING, schooling),
        (turning.REFUSALS, 0 if accepted else None), member=member or 0,
    )  # fmt: skip
    if bool(facts) != (member is not None):
        raise Invalid("成员的变化须用 --member 写明是第几号成员，并写明是什么变化")
    return facts


def _repair(text: str, today: date) -> tuple[int, date]:
    """A finding and the day of its repair as typed: 6 or 6=2027-02-22."""
    seq, _, on = text.partition("=")
    if not seq.strip().isdecimal():
        raise Invalid(f"“{text}”应写作 6 或者 6=2027-02-22，号见 chengxin explain")
    return int(seq), day(on) if on else today
