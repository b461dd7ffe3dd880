"""案例中程序以外的登记 (acts of a case file outside procedures): facts, checks, members, public notices, templates.

Each is a word under `步骤`, with the fields that stand beside it; an unknown field fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrity import calendars, conduct, households, kinship, organs, postings, printing, rechecks, rights
from integrity.records.office import EmergencyOrder
from integrity.settings import settings
from integrity.terms import (
    Ability,
    Capacity,
    Cause,
    ConductKind,
    Event,
    Outcome,
    PostingKind,
    Presence,
    Verdict,
)
from integrity.work import Work
from reports import forms
from reports.every import EVERY
from tests.case_walk import Walk, papers
from tests.credit_office import NEXT_YEAR
from tests.papers_office import evaluate
from tests.regional_templates import everything

Words = Mapping[str, Any]
Act = Callable[[Walk, Work, Words], int | None]
TERMS: Mapping[str, Any] = {
    "状态": Presence, "劳动能力": Ability, "行为能力": Capacity, "原因": Cause, "事项": Event, "种类": PostingKind,
    "处理": Outcome, "意见": Verdict,
}  # fmt: skip


def _term(words: Words, name: str) -> Any:
    """The term under a word; None when it is not said."""
    return TERMS[name].named(words[name]) if name in words else None


def _fact(walk: Walk, work: Work, words: Words, kind: ConductKind = ConductKind.DEFAULT) -> int:
    """登记失信事实."""
    return conduct.record(
        work, walk.household, member_no=words.get("成员", 1), kind=kind, item=words["对应事项"],
        act_on=words["行为日期"], act_end=words.get("行为终止"), found_on=words.get("发现日期", work.today),
        source=words.get("来源", "定期核查"), detail=words.get("内容", "隐瞒务工收入"),
    ).seq  # fmt: skip


def _trust(walk: Walk, work: Work, words: Words) -> int:
    """登记守信事实."""
    return _fact(walk, work, words, ConductKind.TRUST)


def _verified(walk: Walk, work: Work, words: Words) -> int:
    """登记核对结果."""
    income = words.get("家庭月收入")
    return rechecks.verify(
        work, walk.household, on=work.today, source=words.get("来源", "核对平台"), cause_member=words.get("成员"),
        income=None if income is None else round(income * 100), cause=_term(words, "原因") or Cause.UNKNOWN,
        self_reported=words.get("主动申报"), stable=words.get("收入稳定"), property_over=words.get("财产超标"),
    ).seq  # fmt: skip


def _reported(walk: Walk, work: Work, words: Words) -> int:
    """登记变化."""
    return rechecks.report(
        work, walk.household, _term(words, "事项"), happened_on=words["发生日期"],
        reported_on=words.get("得知日期", work.today), member_no=words.get("成员"),
    ).seq  # fmt: skip


def _member(walk: Walk, work: Work, words: Words) -> int:
    """登记成员变化."""
    return households.change_member(
        work, walk.household, words["成员"], since=words.get("自", work.today), presence=_term(words, "状态"),
        ability=_term(words, "劳动能力"), capacity=_term(words, "行为能力"), schooling=words.get("在校"),
        guardian_no=words.get("监护人"),
    ).seq  # fmt: skip


def _kin(walk: Walk, work: Work, words: Words) -> None:
    """登记近亲属."""
    kinship.declare(work, walk.household, words["工号"], words["关系"])


def _calendar(walk: Walk, work: Work, words: Words) -> None:
    """登记放假安排: an invented one of 2027."""
    assert words["年"] == 2027
    calendars.load(work, NEXT_YEAR)


def _order(walk: Walk, work: Work, words: Words) -> None:
    """登记延期令."""
    organs.order(work, EmergencyOrder(
        number=words["文号"], area=f"{walk.file['area']}000000", signed_on=words["签发日期"], signed_by=words["签发人"],
        due_from=words["自"], due_to=words["至"], months=words["月数"],
    ))  # fmt: skip


def _post(walk: Walk, work: Work, words: Words) -> None:
    """张贴公示."""
    kind = _term(words, "种类")
    about = None if kind is PostingKind.RESULT else walk.case_no
    made = postings.post(
        work, kind, words.get("地点代码", walk.village), [postings.Line(walk.household, about)], on=work.today,
        place="村务公开栏", months=words.get("月数"), masked=words.get("隐名", False),
    )  # fmt: skip
    walk.posting = made.number
    walk.answer = "；".join(map(str, _lines(walk, work)))


def _lines(walk: Walk, work: Work) -> list[str]:
    """All that stands on the sheet, field by field."""
    sheet = postings.sheet(work, postings.by_number(work, walk.posting))
    rows = [f"{one.name}，{one.persons}人，{one.fen / 100:.2f}元" for one in getattr(sheet, "rows", ())]
    return [*(text for _, text in forms.texts(sheet)), *rows]


def _look(walk: Walk, work: Work, words: Words) -> None:
    """查看公示单."""
    walk.answer = "；".join(_lines(walk, work))


def _objected(walk: Walk, work: Work, words: Words) -> None:
    """登记公示异议."""
    postings.object_to(work, postings.by_number(work, walk.posting), walk.household, words["异议内容"])


def _down(walk: Walk, work: Work, words: Words) -> None:
    """撤下公示."""
    postings.taken_down(work, postings.by_number(work, walk.posting), reason=words.get("理由", ""))


def _print(walk: Walk, work: Work, words: Words) -> None:
    """打印文书: the last one, as it comes out of the press."""
    notice = papers(walk, work)[-1]
    walk.answer = f"{notice.number}，{printing.original(work, notice).name}"


def _template(walk: Walk, work: Work, words: Words) -> None:
    """放入地方样式: a form of the region's own, without one of its fields."""
    (form,) = [one for one in EVERY if one.form == words["表号"]]
    whole, name = everything(form), words["缺少"]
    head, _, rest = whole.partition(f"{{{{#{name}}}}}")
    assert rest, f"{form.__name__} 没有{name}"
    path = settings().regional_forms / walk.file["area"] / f"{words['表号']}-{words['起用日期']}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<h1>地方样式</h1>{head}{rest.partition(f'{{{{/{name}}}}}')[2]}", encoding="utf-8")


def _explain(walk: Walk, work: Work, words: Words) -> None:
    """解释说明."""
    walk.answer = rights.explain(
        work, walk.household, words.get("成员", 1), work.today, asked_by=words.get("申请人", "本人")
    )


def _review(walk: Walk, work: Work, words: Words) -> int:
    """人工复核."""
    return rights.review(
        work, walk.household, _term(words, "意见"), reason=words["理由"], outcome=_term(words, "处理")
    ).seq


ACTS: Mapping[str, tuple[Act, frozenset[str]]] = {
    "登记失信事实": (_fact, frozenset(("成员", "对应事项", "行为日期", "行为终止", "发现日期", "来源", "内容"))),
    "登记守信事实": (_trust, frozenset(("成员", "对应事项", "行为日期", "发现日期", "来源", "内容"))),
    "登记核对结果": (_verified, frozenset(("成员", "家庭月收入", "原因", "来源", "主动申报", "收入稳定", "财产超标"))),
    "登记变化": (_reported, frozenset(("成员", "事项", "发生日期", "得知日期"))),
    "登记成员变化": (_member, frozenset(("成员", "自", "状态", "劳动能力", "行为能力", "在校", "监护人"))),
    "登记近亲属": (_kin, frozenset(("工号", "关系"))),
    "登记放假安排": (_calendar, frozenset(("年",))),
    "登记延期令": (_order, frozenset(("文号", "签发日期", "签发人", "自", "至", "月数"))),
    "张贴公示": (_post, frozenset(("种类", "月数", "地点代码", "隐名"))),
    "查看公示单": (_look, frozenset()),
    "登记公示异议": (_objected, frozenset(("异议内容",))),
    "撤下公示": (_down, frozenset(("理由",))),
    "打印文书": (_print, frozenset()),
    "放入地方样式": (_template, frozenset(("表号", "缺少", "起用日期"))),
    "解释说明": (_explain, frozenset(("成员", "申请人"))),
    "人工复核": (_review, frozenset(("意见", "理由", "处理"))),
}  # fmt: skip
"""步骤 outside procedures → what is done, and the fields that it knows."""
EVALUATE = "生成处理建议"


def act(walk: Walk, words: Words) -> None:
    """Do what a step outside procedures says."""
    name, given = words["步骤"], words.get("填写", {})
    if name == EVALUATE:
        evaluate(walk.office, words["日期"])
        return
    do, known = ACTS[name]
    assert set(given) <= known, f"{name} 不认识的词：{set(given) - known}"
    with walk.office.work(walk.actor) as work:
        made = do(walk, work, given)
    if "名为" in words:
        assert made is not None
        walk.named[words["名为"]] = made
