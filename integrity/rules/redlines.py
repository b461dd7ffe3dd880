"""红线 (red lines): what no parameter file, no job and no officer can make the program do, twenty of them.

`RED_LINES` joins each to the checks that hold it, in four places: when a policy is loaded, when a step is taken, when a
paper is made out, and in the database itself. A check that stands elsewhere is named, not written again. `page` tells
them to a reader who knows the law; `docs/red-lines.zh-CN.md` is what it says.
Words and titles: `redline_words`; conditions of steps: `redline_steps`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from integrity.rules import procedure_heard as h
from integrity.rules import procedure_needs as n
from integrity.rules import procedure_tekun as t
from integrity.rules import redline_paper as p
from integrity.rules import redline_steps as s
from integrity.rules.policy import PolicyErrors, load_texts
from integrity.rules.policy_keys import KEYS
from integrity.rules.procedure import Facts, Need, Obstacle, Row, Table
from integrity.rules.redline_words import TITLES, WISHES
from integrity.terms import PaperKind, Procedure

Place = Literal["载入政策", "办理步骤", "打印文书", "数据库"]
_KEY = "参数 "
PLACES: tuple[Place, ...] = ("载入政策", "办理步骤", "打印文书", "数据库")


class Check(NamedTuple):
    """红线的一项检查 (check): where it stands, what it refuses, and what carries it out."""

    place: Place
    says: str
    by: str
    """Dotted name of what checks, or the name of the trigger or constraint; a parameter of a policy as `参数 x`."""
    need: Need | None = None
    at: s.At | None = None
    print: p.Reader | None = None


class RedLine(NamedTuple):
    """一条红线 (red line): its number, official short title, law, and the checks that hold it."""

    no: int
    name: str
    law: str
    checks: tuple[Check, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is checked."""
        return tuple(place for place in PLACES if place in {check.place for check in self.checks})

    def obstacle(self, text: str, law: str = "") -> Obstacle:
        """What is answered to whoever would cross it."""
        return Obstacle(f"R{self.no}", text, law or self.law)


def _step(need: Need, at: s.At, by: str) -> Check:
    return Check("办理步骤", need.missing, f"integrity.rules.{by}", need, at)


def _need(name: str, at: s.At) -> Check:
    """A condition that the tables of the procedures name too."""
    return _step(getattr(n, name), at, f"procedure_needs.{name}")


def _heard(name: str, at: s.At) -> Check:
    """A condition of being heard."""
    return _step(getattr(h, name), at, f"procedure_heard.{name}")


def _tekun(name: str, at: s.At) -> Check:
    """A condition of ending one person's 特困供养."""
    return _step(getattr(t, name), at, f"procedure_tekun.{name}")


def _own(name: str, at: s.At) -> Check:
    """A condition of the red lines' own."""
    return _step(getattr(s, name), at, f"redline_steps.{name}")


def _held(says: str, by: str) -> Check:
    """Something that stands in the way of every step, elsewhere in the program."""
    return Check("办理步骤", says, by)


def _load(says: str, by: str) -> Check:
    return Check("载入政策", says, f"integrity.rules.policy_check.{by}")


def _keys(no: int) -> tuple[Check, ...]:
    """The parameters whose bounds are this red line."""
    return tuple(Check("载入政策", key.question, f"{_KEY}{key.name}") for key in KEYS.values() if key.redline == no)


def _paper(says: str, name: str) -> Check:
    return Check("打印文书", says, f"integrity.rules.redline_paper.{name}", print=getattr(p, name))


def _press(says: str, by: str) -> Check:
    return Check("打印文书", says, by)


def _base(says: str, by: str) -> Check:
    return Check("数据库", says, by)


_CHECKS: dict[int, tuple[Check, ...]] = {
    1: (
        *_keys(1),
        _own("NAMED", s.by_person), _need("HEARD", s.adverse), _need("REVIEWED", s.adverse),
        _need("LEVEL_NOT_MORE", s.finds), _heard("ADOPTED", s.adverse),
        _heard("ADOPTED_FINDING", s.finds),
        _own("NOBODY_LOSES", s.waved_through), _own("WRITTEN", s.reasoned), _own("DECIDED", s.acts),
        _base("没有听取意见的记录而减发、渐退、停发", "ck_assistance_hearing"),
        _base("户内还有人而按全户死亡停发", "guard_assistance_heard"),
        _base("没有走完告知、听取意见、决定、送达而减发、渐退、停发", "guard_assistance_case"),
        _base("一个案件两次减发、渐退、停发", "guard_assistance_once"),
        _base("没有告知、听取陈述、决定、送达的失信认定", "guard_finding_case"),
        _base("没有事实的认定", "guard_finding_fact"),
        _base("救助决定没有具名的人", "guard_assistance_named"), _base("审核意见没有具名的人", "guard_decision_named"),
    ),
    2: (
        *_keys(2),
        _need("NOT_BY_RECORD", s.refuses), _own("NOT_BY_WORDS", s.on_grounds),
        _held("步骤的条件读取积分、等级", "integrity.rules.redlines.in_tables"),
        _paper("文书中有积分、等级", "no_score"),
        _base("信用程序产生救助决定", "guard_assistance_procedure"),
    ),
    3: (
        *_keys(3), _load("骗取救助写成“应当”停止", "_fraud_is_may"),
        _held("要求办理“抵扣”“扣减”等", "integrity.rules.redlines.forbidden_request"),
        _own("NO_SET_OFF", s.about_money),
        _paper("文书中写从救助金中抵扣", "no_set_off"),
        _base("增发、变更、恢复的金额低于现在的金额", "guard_assistance_setoff"),
        _base("正在享受时另行确认", "guard_assistance_regrant"),
        _base("以更正减少救助", "guard_assistance_corrected"),
    ),
    4: (
        *_keys(4), _load("拒绝就业停发全户", "_own_share_only"),
        _need("OWN_SHARE", s.shares), _own("ONE_NAMED", s.shares),
        _tekun("ONE_TEKUN", s.ends_support), _tekun("OTHERS_AMOUNT", s.ends_support),
        _base("因一人拒绝就业停发有其他成员的户", "guard_assistance_others"),
    ),
    5: (
        *_keys(5), _need("GROWN", s.records), _need("ALIVE", s.records),
        _held("对未成年人、非完全民事行为能力人登记失信事实", "integrity.conduct.record"),
        _base("未成年人、非完全民事行为能力人的失信事实", "guard_conduct_grown"),
        _base("对已经死亡的人认定", "guard_finding_alive"),
    ),
    6: (
        *_keys(6), _load("上级禁止公开而下级准许", "_published_against_ancestors"),
        _held("要求公开、曝光、列入黑名单等", "integrity.rules.redlines.forbidden_request"),
        _held("信用程序设公示的步骤", "integrity.rules.redlines.in_tables"),
        _paper("文书中有失信名单、黑名单", "no_list"), _paper("失信文书发给本人以外的人", "to_the_person"),
        _base("公示种类以外的公示", "guard_posting_kind"), _base("为信用程序张贴公示", "guard_posting_line_credit"),
    ),
    7: (_need("NO_ECONOMY", s.prepares),),
    8: (
        *_keys(8), _load("准许报送而没有目录条目", "_exported_without_entry"),
        _need("EFFECTIVE", s.exports), _need("EXPORTABLE", s.exports), _need("LISTED", s.prepares),
        _need("MAPPED", s.prepares), _own("UNCONTESTED", s.exports), _need("LIVING", s.exports),
        _base("没有生效的认定文书、没有批准的报送", "guard_step_export"),
    ),
    9: (
        *_keys(9), _load("不利后果没有法律依据", "_legal_ground"),
        _held("要求通报批评、禁止申请等", "integrity.rules.redlines.forbidden_request"),
        _need("FINE_KNOWN", s.fines), _need("FINE_BAND", s.fines), _need("IN_LIMITATION", s.fines),
        _own("NO_OWN_PENALTY", s.orders), _paper("文书中写法律没有规定的处理", "no_own_penalty"),
    ),
    10: (
        *_keys(10), _load("修复期长于国家规定", "_repair_months"),
        _load("修复的最短期长于最长期", "_repair_out_of_order"),
        _need("NOT_ENDED", s.uses), _held("不予认定、撤销、修复之后再认定", "integrity.conduct.find"),
        _held("到期、修复、撤销的认定计分", "integrity.rules.credit.score"),
        _held("恢复旧备份时带回已销毁的个人信息", "integrity.backups.restore"),
        _base("不予认定、撤销、修复之后再认定", "guard_finding_ended"),
    ),
    11: (
        _held("要求删除、覆盖记录", "integrity.rules.redlines.forbidden_request"),
        _base("修改已登记的条目", "guard_assistance_update"), _base("删除已登记的条目", "guard_assistance_delete"),
        _base("作废、更正案件的步骤", "guard_step_stands"), _base("不是代码的步骤", "guard_step_code"),
        _base("修改操作日志", "guard_audit_update"), _base("删除文书内容", "guard_paper_data_delete"),
    ),
    12: (
        _need("OWN_CONSENT", s.signs), _need("CONSENTED", s.queries),
        _own("CONSENT_RUNS", s.queries), _own("WITHIN_PURPOSE", s.queries),
        _base("没有签署授权或者授权已撤回的查询", "guard_step_consent"), _base("删除查询记录", "guard_step_delete"),
    ),
    13: (
        _own("NO_SUPPLIED", s.asks_papers), _paper("文书要求提供核对可以取得的材料", "no_supplied"),
    ),
    14: (
        *_keys(14), _need("FIRM", s.adverse), _heard("HEARD_OUT", s.adverse), _need("POSTED_OVER", s.posts_over),
        _need("HEAR_OVER", s.silent),
        _need("REMEDIES_OVER", s.to_court), _need("REMIND_OVER", s.to_court),
        _base("公示没有写明期限如何计算", "guard_posting_computed"),
    ),
    15: (
        _press("必填项为空、相互矛盾、缺少救济途径", "reports.forms.check"),
        _press("字库中没有的字", "reports.press.check_glyphs"),
        _paper("没有写完的文字", "finished"), _base("没有文号、机关或者内容的文书", "guard_notice_complete"),
    ),
    16: (
        _held("要求倒签、重号", "integrity.rules.redlines.forbidden_request"),
        _held("步骤的日期早于上一步，文书的日期不是当天", "integrity.cases.take"),
        _held("发生日期晚于登记日期", "integrity.work.Work.append"),
        _press("自行指定文号", "integrity.papers.next_number"),
        _base("日期早于登记日的文书", "guard_notice_back"), _base("重复的文号", "uq_notice_number"),
        _base("文号倒退", "guard_number_series_update"),
    ),
    17: (
        _need("HEAR_OVER", s.silent), _own("PROVEN", s.silent), _own("NOT_TACIT", s.orders),
        _held("要求“视为同意”", "integrity.rules.redlines.forbidden_request"), _paper("文书中写视为同意", "not_tacit"),
        _base("没有送达就登记逾期", "guard_step_silent"),
    ),
    18: (
        *_keys(18), _load("激励写成金额、资格", "_service_only"),
        _load("守信的渐退长于一般上限", "_longer_for_the_trusted"),
        _need("REGION_GRANTS", s.rewards), _own("SERVICE_ONLY", s.rewards),
        _paper("守信记录写金额、资格", "service_only"), _base("信用程序产生救助决定", "guard_assistance_procedure"),
    ),
    19: (
        *_keys(19), _held("办理过前面步骤的人、近亲属再办理", "integrity.rules.procedure.obstacles"),
        _need("OTHER_HANDS", s.reviewed_again),
        _held("决定的人办理过告知、听取意见或复核", "integrity.rules.redlines.in_tables"),
        _held("记录、复核、决定不是三个人", "integrity.conduct.find"),
        _base("复核与决定是同一人", "ck_finding_four_eyes"), _base("记录、复核的人作出决定", "guard_step_hands"),
        _base("办理过前面步骤的人再办理后面的步骤", "guard_step_apart"), _base("近亲属办理", "guard_step_kin"),
        _base("近亲属认定", "guard_finding_kin"), _base("近亲属决定救助", "guard_assistance_kin"),
    ),
    20: (
        _held("要求上传、发送到外部", "integrity.rules.redlines.forbidden_request"),
        _held("网页引用本机以外的内容", "integrity.web.guard.HEADERS"),
        _press("印制时取用本机以外的内容", "reports.engine.Bundled"),
    ),
}  # fmt: skip
RED_LINES: tuple[RedLine, ...] = tuple(RedLine(no, title.name, title.law, _CHECKS[no]) for no, title in TITLES.items())
"""The twenty."""
_BY_NO = {line.no: line for line in RED_LINES}
_NAMED = re.compile(r"红线第(\d+)条")


def at_load(sources: Mapping[str, str]) -> tuple[Obstacle, ...]:
    """The red lines that packs would cross, by file name and text: what their examination finds, by red line."""
    try:
        load_texts(sources)
    except PolicyErrors as refused:
        problems = [(problem, _NAMED.search(problem.reason)) for problem in refused.problems]
        return tuple(_BY_NO[int(named[1])].obstacle(str(problem)) for problem, named in problems if named)
    return ()


def at_step(table: Table, row: Row, facts: Facts) -> tuple[Obstacle, ...]:
    """The red lines that a step would cross, whatever its table asks for."""
    return tuple(
        Obstacle(f"R{line.no}", check.need.said(facts), check.need.law)
        for line in RED_LINES
        for check in line.checks
        if check.need and check.at and check.at(table, row) and not check.need.holds(facts)
    )


def at_print(kind: PaperKind | str, texts: Iterable[tuple[str, str]]) -> tuple[Obstacle, ...]:
    """The red lines that a paper would cross: its form (F05 or a PaperKind) and its fields by official name."""
    paper = p.Paper(kind.name if isinstance(kind, PaperKind) else kind, tuple(texts))
    said = ((line, check.print(paper)) for line in RED_LINES for check in line.checks if check.print)
    return tuple(line.obstacle(text) for line, text in said if text)


def forbidden_request(step: str) -> Obstacle | None:
    """红线的回答: when somebody asks for a step by a name that no procedure may have; None for any other name."""
    for wish in WISHES:
        if wish.words.search(step):
            line = _BY_NO[wish.no]
            return line.obstacle(f"不能办理“{step}”：{line.name}。{wish.instead}", f"{line.law}；红线第{line.no}条")
    return None


_SCORED = frozenset({"points", "score", "level", "scores", "积分", "等级"})
_HEARD = ("OPEN", "FACT", "STATEMENT", "WAIVED", "SILENT", "REVIEW")
"""Who took one of these does not decide."""


def in_tables(tables: Iterable[Table]) -> tuple[Obstacle, ...]:
    """Red lines that the tables of the procedures themselves would cross, whatever the case."""
    return tuple(one for table in tables for one in (*_about_reading(table), *_about_shape(table)))


def _about_reading(table: Table) -> Iterator[Obstacle]:
    """No condition of a step reads a score or a level; the class of a default is what a finding is about."""
    scored = _SCORED - {"level"} if table.procedure is Procedure.DEFAULT else _SCORED
    for row in table.rows:
        asked = [need.holds for need in row.needs] + ([row.when] if row.when else [])
        for read in (scored & reads(one) for one in asked):
            if read:
                yield _BY_NO[2].obstacle(f"“{table.procedure.value}”的“{row.name}”读取{'、'.join(sorted(read))}")


def reads(rule: Callable[..., Any]) -> frozenset[str]:
    """Every name and text that a condition holds, and those of the functions that it calls or closes over."""
    found: set[str] = set()
    waiting, seen = [rule], set()
    while waiting:
        one = waiting.pop()
        code = getattr(one, "__code__", None)
        if code is None or code in seen:
            continue
        seen.add(code)
        inner = [code, *(const for const in code.co_consts if hasattr(const, "co_consts"))]
        names = {name for part in inner for name in part.co_names}
        found |= names | {const for part in inner for const in part.co_consts if isinstance(const, str)}
        closed = [cell.cell_contents for cell in getattr(one, "__closure__", None) or ()]
        found |= {value for value in closed if isinstance(value, str)}
        waiting += [value for value in (*closed, *map(one.__globals__.get, names)) if callable(value)]
    return frozenset(found)


def _about_shape(table: Table) -> Iterator[Obstacle]:
    """Credit is never posted, nothing forbidden is a step, and who was at work on a case does not decide it."""
    about = f"“{table.procedure.value}”的"
    for row in table.rows:
        crossed = forbidden_request(row.code) or forbidden_request(row.name)
        if crossed is not None:
            yield crossed
        if row.code == "POSTED" and table.procedure not in (Procedure.APPLICATION, Procedure.TEKUN):
            yield _BY_NO[6].obstacle(f"{about}“{row.name}”张贴公示")
        before = {one.code for one in table.rows if one.code in _HEARD} - set(row.apart)
        if s.adverse(table, row) and before:
            yield _BY_NO[19].obstacle(f"{about}“{row.name}”没有与{'、'.join(sorted(before))}分开")


def page() -> str:
    """红线一览 (the red lines on one page), in Chinese, for a reader who knows the law."""
    head = [
        "# 红线",
        "",
        "任何政策文件、定时任务和工作人员都不能让程序做的二十件事。每条写明法律依据、在哪里把关、拒绝什么。",
        "本页由 `integrity/rules/redlines.py` 中的表生成（`page`），测试核对两者一致。",
    ]
    return "\n".join([*head, *(text for line in RED_LINES for text in _told(line))]) + "\n"


def _told(line: RedLine) -> Iterator[str]:
    yield from ("", f"## {line.no}. {line.name}", "", f"依据：{line.law}。", "")
    for place in line.places:
        checks = [check for check in line.checks if check.place == place]
        refused = [check.says for check in checks if not check.need and not check.by.startswith(_KEY)]
        bounds = [f"{one.says.rstrip('？')}（`{one.by.removeprefix(_KEY)}`）" for one in checks if _KEY in one.by]
        answers = [f"“{check.says}”" for check in checks if check.need]
        said = [
            f"{head}{'；'.join(dict.fromkeys(told))}。"
            for head, told in (("不接受：", refused), ("参数越过限度：", bounds), ("答复：", answers)) if told
        ]  # fmt: skip
        yield f"- **{place}**　" + "".join(said)
