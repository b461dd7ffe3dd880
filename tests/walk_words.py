"""试走时填写的内容 (what is stated at each step of the walk): mostly what a careful officer would write, by field.

`stated` fills in every field that a step of the table asks for; what cannot be known from the field alone (amounts that
may not be more than was told, the number of a public notice) is taken from the case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from integrity.case_files import Case
from integrity.rules.procedure import Ask, Row
from integrity.terms import ExitReason, Procedure
from tests.walk_town import Home, Staff

PROOF = "c" * 64
BANK = "任城农商银行各网点，账户名称：任城区财政局"


class Scene(NamedTuple):
    """场景 (scene): everything that a field may be filled in from."""

    rng: Random
    home: Home
    case: Case | None
    row: Row
    today: date
    staff: list[Staff]
    procedure: Procedure
    subject_seq: int | None = None

    def told(self, name: str, other: Any = None) -> Any:
        """What an earlier step of the case stated."""
        said = None if self.case is None else self.case.said(name)
        return other if said is None else said

    def pair(self) -> tuple[str, str]:
        """Two officers who are in office."""
        here = [one.code for one in self.staff if one.there(self.today) and one.covers(self.home.area)]
        one, two = self.rng.sample(here, 2)
        return one, two

    @property
    def opened(self) -> dict[str, Any]:
        """What the case was opened with."""
        return {} if self.case is None else dict(self.case.history[0].data)


def next_month(on: date) -> date:
    """The first day of the month after."""
    return (on.replace(day=28) + timedelta(days=7)).replace(day=1)


def stated(s: Scene) -> dict[str, Any]:
    """Every field of the step; optional ones only where they make sense."""
    given: dict[str, Any] = {}
    for ask in s.row.asks:
        found = _FIELDS.get(ask.name)
        value = _any(s, ask) if found is None else found(s, ask)
        if value is not None:
            given[ask.name] = value
    if s.row.code in ("OPEN", "DECIDE", "APPROVE") and s.procedure in (Procedure.DECISION, Procedure.TEKUN):
        given |= _plan(s)
    given["evidence"] = PROOF
    return given


def _any(s: Scene, ask: Ask) -> Any:
    """A value by the kind of the field."""
    if ask.kind == "choice":
        lawful = [one for one in ask.choices if one != "失信或者承诺"]
        return s.rng.choice(lawful)
    if ask.optional:
        return None
    return {"date": s.today, "fen": 30_000, "count": 2}.get(ask.kind, f"已经核实的{ask.official[:8]}")


_CHANGES = ("减发", "退出", "增发", "渐退")
_CODES = {"退出": ("X04", "X05", "X15", "X08"), "减发": ("X04", "X14", "X09"), "增发": ("",), "渐退": ("",)}


def _plan(s: Scene) -> dict[str, Any]:
    """What is planned, or decided: mostly as told, now and then milder."""
    if s.row.code != "OPEN":
        known = ("outcome", "amount", "months", "schedule")
        given = {name: s.opened[name] for name in known if s.opened.get(name) not in (None, ())}
        soon = s.today.replace(day=1) if given.get("outcome") == "增发" else next_month(s.today)
        months = (None, soon, next_month(s.today), next_month(next_month(s.today)))
        given["effective_on"] = s.rng.choice(months[:3] if s.procedure is Procedure.TEKUN else months)
        return given | _milder(s, given)
    gone = len(s.home.dead) == len(s.home.people)
    outcome = "退出" if gone or s.procedure is Procedure.TEKUN else s.rng.choice(_CHANGES)
    code = "X01" if gone else s.rng.choice(_CODES[outcome])
    given: dict[str, Any] = {"outcome": outcome}
    if code:
        given["reason_code"] = ExitReason[code].value
    if outcome in ("减发", "增发"):
        given["amount"] = s.home.amount * 3 // 4 if outcome == "减发" else s.home.amount + 5_000
    if outcome == "渐退":
        given |= {"months": 3, "schedule": (100, 80, 50), "exception": "家庭刚刚就业，收入还不稳定"}
    return given


def _milder(s: Scene, given: dict[str, Any]) -> dict[str, Any]:
    if given.get("outcome") == "减发" and s.rng.random() < 0.3:
        return {"amount": given["amount"] + 1_000}
    return {}


def _adopted(s: Scene, ask: Ask) -> str:
    """What a review finds: mostly what lets the case go on."""
    going = {"采纳": "不采纳", "属实": "属实", "符合": "符合"}.get(ask.choices[0])
    return s.rng.choice(ask.choices) if going is None or s.rng.random() < 0.2 else going


def _level(s: Scene, ask: Ask) -> str:
    about = s.subject_seq if s.case is None else s.case.subject_seq
    fact = next((one for one in s.home.facts if one.seq == about), None)
    listed = {"F04": "严重", "F05": "严重", "F08": "严重", "F09": "轻微"}
    if not s.home.delegated:
        return str(s.told("level", s.rng.choice(("一般", "轻微", "轻微"))))
    return listed.get(fact.item if fact else "", "一般")


def _amount(s: Scene, ask: Ask) -> int | None:
    if s.row.code in ("REVIEWED", "CONFIRMED"):
        dibao = s.case is not None and s.case.said("scheme") == "最低生活保障"
        return int(s.told("amount", 50_000 * len(s.home.people))) if dibao else int(s.told("amount", 120_000))
    if s.procedure in (Procedure.REFUND, Procedure.FINE):
        return _owed(s)
    return None


def _owed(s: Scene) -> int:
    if s.row.code == "OPEN":
        return s.rng.choice((100_000, 300_000, 600_000, 900_000))
    if s.row.code == "PAID_BACK":
        return sum(int(one.data["amount"]) for one in s.case.history if one.code == "PAID") if s.case else 0
    if s.row.code == "DECIDE":
        return int(s.opened["amount"]) - s.rng.choice((0, 0, 10_000))
    decided = 0 if s.case is None else int(s.case.said("amount", "DECIDE") or 0)
    paid = 0 if s.case is None else sum(int(one.data["amount"]) for one in s.case.history if one.code == "PAID")
    return max(decided - paid, 1) if s.rng.random() < 0.5 else 20_000


def _result(s: Scene, ask: Ask) -> str:
    if not ask.choices:
        return "已经办理"
    if s.row.code == "ANSWERED" and s.procedure is Procedure.OBJECTION:
        return "维持" if s.told("adopted") == "不成立" else s.rng.choice(("更正", "撤销"))
    return s.rng.choice(ask.choices)


def _visitor(n: int) -> Callable[[Scene, Ask], str]:
    def chosen(s: Scene, ask: Ask) -> str:
        told = s.told(ask.name) if s.procedure is Procedure.RECHECK and s.row.code != "ASSIGNED" else None
        code = {one.no: one.by for one in s.case.history} if s.case else {}
        return str(told or _two(s, len(code))[n])

    return chosen


def _two(s: Scene, salt: int) -> tuple[str, str]:
    """The same two for both fields of a step."""
    here = [
        one.code for one in s.staff if one.there(s.today) and one.covers(s.home.area) and one.code not in s.home.kin
    ]
    first = (s.home.id * 7 + salt) % len(here)
    return here[first], here[(first + 1) % len(here)]


def _presider(s: Scene, ask: Ask) -> str:
    """Mostly one of the county who has not looked into the case."""
    return s.rng.choice([one.code for one in s.staff if one.there(s.today) and one.covers(s.home.area)])


def _whom(s: Scene, ask: Ask) -> str:
    return str(s.told("whom")) if s.row.code in ("SIGNED",) else s.home.people[0].name


def _signed_by(s: Scene, ask: Ask) -> str:
    who = next((one for one in s.home.people if s.case is not None and one.no == s.case.member_no), None)
    return "本人签名" if who is None or who.grown(s.today) else "监护人代签"


def _guardian(s: Scene, ask: Ask) -> int | None:
    return 1 if _signed_by(s, ask) == "监护人代签" else None


def _missing(s: Scene, ask: Ask) -> str | None:
    return None if ask.optional else "残疾人证"


_DETAILS = {
    "留置送达": "拒绝签收", "电子送达": "同意以短信送达", "公告送达": "下落不明", "委托送达": "邻县民政局",
    "直接送达": "", "邮寄送达": "",
}  # fmt: skip


def _way(s: Scene, ask: Ask) -> str:
    return s.rng.choice(("直接送达",) * 6 + tuple(_DETAILS))


def _within(s: Scene, ask: Ask) -> str | None:
    if not ask.optional:
        return "10个工作日"
    if s.home.delegated:
        return None if s.rng.random() < 0.9 else s.rng.choice(("5日", "10个工作日"))
    return s.rng.choice(("5个工作日", "7日", "5个工作日", None))


_FIELDS: dict[str, Callable[[Scene, Ask], Any]] = {
    "adopted": _adopted, "level": _level, "amount": _amount, "result": _result, "visitor_1": _visitor(0),
    "visitor_2": _visitor(1), "whom": _whom, "signed_by": _signed_by, "guardian_no": _guardian, "missing": _missing,
    "way": _way, "detail": lambda s, ask: "拒绝签收、同意短信或者下落不明", "receiver": lambda s, ask: "户主",
    "witnesses": lambda s, ask: "周明、李红", "within": _within, "applicant": lambda s, ask: s.home.people[0].name,
    "scheme": lambda s, ask: s.rng.choice(ask.choices[:1] * 2 + ask.choices[1:2] * (len(s.home.people) == 1)),
    "opinion": lambda s, ask: s.rng.choice(ask.choices[:1] * 4 + ask.choices), "measures": lambda s, ask: None,
    "object_within": lambda s, ask: None if s.home.delegated and s.rng.random() < 0.8 else "5个工作日",
    "granted": lambda s, ask: ask.choices[s.told("adopted") != "符合"],
    "basis": lambda s, ask: "任民核〔2026〕5号", "pay_way": lambda s, ask: BANK,
    "pay_by": lambda s, ask: s.rng.choice(ask.choices),
    "capacity": lambda s, ask: "本人", "speaker": lambda s, ask: "本人", "large": lambda s, ask: _large(s),
    "pay_within": lambda s, ask: "30日", "computed": lambda s, ask: "每月多领100.00元，共10个月",
    "gained": lambda s, ask: s.rng.choice((300_000, 600_000, 600_000)), "third": lambda s, ask: "否",
    "proofs": lambda s, ask: "工资证明；询问笔录", "plan_until": lambda s, ask: s.today + timedelta(days=40),
    "until": lambda s, ask: s.today + timedelta(days=90), "recheck_on": lambda s, ask: s.today + timedelta(days=60),
    "happened_on": lambda s, ask: s.today - timedelta(days=3),
    "effective_on": lambda s, ask: s.rng.choice((None, s.today.replace(day=1), next_month(s.today))),
    "within_reason": lambda s, ask: "户内多人外出务工",
    "reason_code": lambda s, ask: None, "item": lambda s, ask: "主动申报", "posting": lambda s, ask: "无",
    "finished": lambda s, ask: s.rng.choice((*ask.choices[:1] * 4, ask.choices[1], None)),
    "ground": lambda s, ask: _ground(s, ask.choices) if ask.choices else "到期核查",
    "card_1": lambda s, ask: "15080001", "card_2": lambda s, ask: "15080002", "presider": _presider,
    "changed": lambda s, ask: "原主持人请假", "time": lambda s, ask: None if ask.optional else "上午9时",
    "back_way": lambda s, ask: BANK, "back_by": lambda s, ask: s.today + timedelta(days=15),
    "held_on": lambda s, ask: s.today + timedelta(days=12),
    "received_on": lambda s, ask: None if ask.optional else s.today,
    "ends_on": lambda s, ask: s.today + timedelta(days=365), "enclosed": lambda s, ask: "询问笔录6页复印件",
    "fact_seq": lambda s, ask: s.home.facts[0].seq if s.home.facts else 1, "body": lambda s, ask: "任城区公安局",
    "outcome": lambda s, ask: None, "months": lambda s, ask: None, "schedule": lambda s, ask: None,
    "kind": lambda s, ask: s.rng.choice(ask.choices), "due_on": lambda s, ask: s.today + timedelta(days=20),
}  # fmt: skip


def _ground(s: Scene, known: tuple[str, ...]) -> str:
    """Mostly the first; never a record or an unsigned promise."""
    return s.rng.choice([*known[:1] * 3, *(one for one in known if one != "失信或者承诺")])


def _large(s: Scene) -> str:
    """By the province's figure where it has one, else as the officer thinks."""
    if not s.home.delegated:
        return s.rng.choice(("属于", "不属于"))
    return "属于" if int(s.opened.get("amount") or 0) >= 500_000 else "不属于"
