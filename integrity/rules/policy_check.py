"""审查政策包 (checking packs): what single rows cannot show: overlaps, gaps, legal grounds, levels and red lines.

Pure checks in one named list (`CHECKS`); each gives problems with file, line and reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from integrity.rules import areas
from integrity.rules.policy_keys import KEYS, LAW_SINCE, Effect, Key, Kind
from integrity.rules.policy_rows import Item, Pack, Problem, Row, in_force
from integrity.rules.redline_words import MORE_THAN_SERVICE, TITLES

_STATUTE = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:(?<![办方依守合司执说看做书])法|条例)(?:》|\([^)]*\)|（[^）]*）|\s)*第[\d零一二三四五六七八九十百]+条"
    r"|(?:国令|国务院令)第?\d+号"
)
_RULE = re.compile(r"(?<![\u4e00-\u9fff])(?:民发|民办发|国发|国办发|中办发)〔\d{4}〕\d+号|部令第?\d+号"
    r"|民政部等[^；]*[\u4e00-\u9fff]{4,}(?:通知|意见|办法)[^；]*(?:第[\d零一二三四五六七八九十百]+条|[一二三四五六七八九十]+（[一二三四五六七八九十]+）)"
)
_REPAIR_MONTHS = {
    ("repair.min", "MINOR"): 0, ("repair.min", "GENERAL"): 3, ("repair.min", "SERIOUS"): 12,
    ("repair.max", "MINOR"): 3, ("repair.max", "GENERAL"): 12, ("repair.max", "SERIOUS"): 36,
}  # fmt: skip
"""国家发展改革委令第36号: a place may shorten the periods of repair, not lengthen them."""

_LONGEST = {
    ("apply.total", ""): 30, ("apply.total", "special"): 45,
    ("apply.total_delegated", ""): 20, ("apply.total_delegated", "special"): 45,
}  # fmt: skip
"""民发〔2021〕57号 22; 2022年10月20日通知 四（一）: working days in which an application must be decided."""

_QUOTED = frozenset({"standard.dibao", "lowincome.edge_multiplier", "jiantui.band", "refuse_job.count"})
"""Parameters whose value and source stand among the grounds of a decision (社会救助法 48)."""
_DOCUMENT = re.compile(r"〔\d{4}〕\d+号|第[\d零一二三四五六七八九十百]+[条号]")
_DAY = timedelta(days=1)
_Dated = TypeVar("_Dated", Row, Item)
_Check = Callable[[Row, Key, date | None], str]


def check_packs(packs: Sequence[Pack]) -> list[Problem]:
    """审查 all packs and proposals together; [] when nothing is wrong."""
    found = [problem for check in ACROSS for problem in check(packs)]
    for pack in packs:
        ends, problems = _timeline(pack, pack.rows, lambda row: (row.key, row.variant))
        found += problems
        for row in pack.rows:
            found += _row_problems(pack, row, ends[row.line])
        if pack.catalogue is not None:
            found += _timeline(pack, pack.catalogue.items, lambda item: (item.code, ""))[1]
            found += _catalogue_problems(pack)
    return found


def undocumented(rows: Iterable[Row]) -> list[Row]:
    """出处不是文件的 (rows that papers quote and that rest on no document): a press conference is no ground."""
    return [row for row in rows if row.key in _QUOTED and row.is_set and not _DOCUMENT.search(row.source)]


def effective(packs: Iterable[Pack]) -> list[Pack]:
    """The packs that count: a pack with `replaces = true` takes the place of the other of its region."""
    all_packs = list(packs)
    replaced = {pack.region for pack in all_packs if pack.replaces}
    return [pack for pack in all_packs if pack.replaces or pack.is_proposal or pack.region not in replaced]


def _duplicates(packs: Sequence[Pack]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for pack in packs:
        first = seen.setdefault(pack.region, pack.file)
        if first != pack.file:
            hint = "要取代它，请在[pack]写 replaces = true"
            yield Problem(pack.file, pack.line, f"地区{pack.region}重复：{first}已有（{hint}）")


def _timeline(
    pack: Pack, dated: Iterable[_Dated], name: Callable[[_Dated], tuple[str, str]]
) -> tuple[dict[int, date | None], list[Problem]]:
    """Last day in force of each row by its line, and overlaps and gaps. The next row ends one that has no `until`."""
    groups: dict[tuple[str, str], list[_Dated]] = defaultdict(list)
    for one in dated:
        groups[name(one)].append(one)
    ends: dict[int, date | None] = {}
    found: list[Problem] = []
    for group in groups.values():
        group.sort(key=lambda one: one.since)
        ends[group[-1].line] = group[-1].until
        for former, later in pairwise(group):
            ends[former.line] = former.until or later.since - _DAY
            if reason := _seam(former, later):
                found.append(Problem(pack.file, later.line, f"{later.id}：{reason}"))
    return ends, found


def _seam(former: Row | Item, later: Row | Item) -> str:
    """What is wrong between two consecutive rows; "" when the later one follows without overlap or gap."""
    if former.since == later.since:
        return f"与第{former.line}行同一天生效，重复"
    if former.until is not None and former.until >= later.since:
        return f"与第{former.line}行的生效期间重叠（到{former.until}）"
    if former.until is not None and former.until + _DAY < later.since:
        gap = f"{former.until + _DAY}至{later.since - _DAY}"
        return f"与第{former.line}行之间有空档（{gap}），须加一行 unset = true 说明"
    return ""


def _row_problems(pack: Pack, row: Row, end: date | None) -> Iterator[Problem]:
    key = KEYS[row.key]
    if pack.level is not None and pack.level not in key.levels:
        allowed = "、".join(level.value for level in key.levels)
        reason = f"{row.key}只能由{allowed}政策包设定，不能由{pack.level.value}设定"
        yield Problem(pack.file, pack.place(row, "key"), reason)
    if not row.is_set:
        return
    for place, check in CHECKS:
        if reason := check(row, key, end):
            yield Problem(pack.file, pack.place(row, place), reason)


def _bounds(row: Row, key: Key, end: date | None) -> str:
    if (key.low is None and key.high is None) or (end is not None and end < key.bound_since):
        return ""
    low, high = key.low or 0, key.high
    values: tuple[Any, ...] = row.value if isinstance(row.value, tuple) else (row.value,)
    numbers = [int(one) for one in values]
    if key.kind is Kind.MONTHS:
        numbers = numbers[1:]  # a range may begin at 0: only its highest number is bound
    if all(low <= number and (high is None or number <= high) for number in numbers):
        return ""
    if key.kind is Kind.BOOL:
        return _line(key.redline, f"{row.key}不能是{str(row.value).lower()}")
    bound = f"不小于{_written(key, low)}" + ("" if high is None else f"、不大于{_written(key, high)}")
    since = "" if key.bound_since == date.min else f"{key.bound_since}起"
    return _line(key.redline, f"{row.key}{since}应{bound}")


def _written(key: Key, number: int) -> str:
    factor = {Kind.MONEY: 100, Kind.RATIO: 10000}.get(key.kind, 1)
    return f"{number / factor:g}{key.units.split('|')[0]}"


def _line(number: int, reason: str) -> str:
    return f"红线第{number}条（{TITLES[number].name}）：{reason}" if number else reason


def _legal_ground(row: Row, key: Key, end: date | None) -> str:
    """红线第6、9、18条: an adverse effect or longer payment needs a cited law, a penalty 法 or 条例 and article."""
    if key.effect in (Effect.NONE, Effect.SERVICE) or not row.value or row.value in key.harmless:
        return ""
    if _STATUTE.search(row.law) or (key.effect is not Effect.STATUTE and _RULE.search(row.law)):
        return ""
    wanted = "法律或条例的名称和条款" if key.effect is Effect.STATUTE else "法律、条例的名称和条款，或部门文件的文号"
    cited = f"，“{row.law}”不能作为依据" if row.law else ""
    effect = "使救助继续发放" if key.effect is Effect.PROLONG else "产生不利后果"
    return _line(key.redline if key.redline in (6, 18) else 9, f"{row.key}{effect}，law须写明{wanted}{cited}")


def _fraud_is_may(row: Row, key: Key, end: date | None) -> str:
    """红线第3条: since 2026-07-01 fraud may, not must, stop the assistance (社会救助法 第73条)."""
    must = (row.key, row.value) == ("fraud.benefit_effect", "must_stop") or (
        (row.key, row.variant, row.value) == ("exit.ground", "X08", "stop")
    )
    if must and (end is None or end >= LAW_SINCE):
        return _line(3, f"社会救助法第73条自{LAW_SINCE}起为“可以”调减、停止，{row.key}不能写作应当停止（须有until）")
    return ""


def _own_share_only(row: Row, key: Key, end: date | None) -> str:
    """红线第4条: refusing work costs only the person's own share (民发〔2021〕57号 第34条)."""
    if (row.key, row.variant) == ("exit.ground", "X09") and row.value != "own_share":
        return _line(4, "拒绝就业只能减发或停发本人份额，exit.ground/X09应为own_share")
    return ""


def _repair_months(row: Row, key: Key, end: date | None) -> str:
    """红线第10条: a place may shorten the national periods of repair, not lengthen them."""
    most = _REPAIR_MONTHS.get((row.key, row.variant))
    if most is not None and isinstance(row.value, int) and row.value > most:
        return _line(10, f"{row.key}/{row.variant}不得超过国家规定的{most}个月")
    return ""


def _in_time(row: Row, key: Key, end: date | None) -> str:
    """An application is decided within the national number of working days."""
    most = _LONGEST.get((row.key, row.variant))
    return f"{row.key}不得超过国家规定的{most}个工作日" if most is not None and int(row.value or 0) > most else ""


def _never_rising(row: Row, key: Key, end: date | None) -> str:
    """渐退: what is paid month by month never grows."""
    if row.key == "jiantui.pay_schedule" and any(later > former for former, later in pairwise(row.value or ())):
        return "jiantui.pay_schedule的百分比只能持平或者逐月降低"
    return ""


def _service_only(row: Row, key: Key, end: date | None) -> str:
    """红线第18条: what a region writes as a reward is a service, neither money nor entitlement."""
    if key.effect is not Effect.SERVICE or not isinstance(row.value, str):
        return ""
    found = MORE_THAN_SERVICE.search(row.value)
    return _line(18, f"{row.key}不能写“{found[0]}”") if found else ""


CHECKS: tuple[tuple[str, _Check], ...] = (
    ("value", _bounds),
    ("law", _legal_ground),
    ("value", _fraud_is_may),
    ("value", _own_share_only),
    ("value", _repair_months),
    ("value", _in_time),
    ("value", _never_rising),
    ("value", _service_only),
)
"""Checks of one set row: (field to point at, check that returns the reason or "")."""


def _published_against_ancestors(packs: Sequence[Pack]) -> Iterator[Problem]:
    """红线第6条: no place may publish what its province forbids to publish."""
    key = "credit.publication_natural_person"
    rows = [(pack, row) for pack in packs for row in pack.rows if row.key == key and not pack.is_proposal]
    forbidden = [row for _, row in rows if row.value == "forbidden"]
    for pack, row in rows:
        above = areas.policy_regions(pack.region)[1:]
        against = [one for one in forbidden if one.region in above and _overlap(one, row)]
        if row.value == "allowed" and against:
            yield Problem(pack.file, pack.place(row, "value"), _line(6, f"上级规定禁止公开（{against[0].source}）"))


def _overlap(one: Row, other: Row) -> bool:
    return one.since <= (other.until or date.max) and other.since <= (one.until or date.max)


_Standing = Callable[[str, str, str, date], Row | None]


def _standing(packs: Sequence[Pack]) -> _Standing:
    """A look-up by (region, key, variant, day): the row of the nearest region, as `Policy.row` finds it."""
    rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for pack in packs:
        for row in pack.rows:
            rows[pack.region, row.key, row.variant].append(row)

    def nearest(region: str, key: str, variant: str, on: date) -> Row | None:
        for above in areas.policy_regions(region):
            found = [row for row in rows.get((above, key, variant), ()) if in_force(row, on)]
            if found:
                return max(found, key=lambda row: row.since)
        return None

    return nearest


def _days(packs: Sequence[Pack], key: str, row: Row) -> Iterator[date]:
    """The days within a row's time on which a value of `key` may change: its first, and those on which others turn."""
    last = row.until or date.max
    turns = {row.since}
    for one in (one for pack in packs for one in pack.rows if one.key == key):
        turns |= {one.since} | ({one.until + _DAY} if one.until is not None else set())
    return iter(sorted(on for on in turns if row.since <= on <= last))


def _own(packs: Sequence[Pack], key: str) -> Iterator[tuple[Pack, Row]]:
    """The set rows of a key in packs that are in force."""
    regional = (pack for pack in packs if not pack.is_proposal)
    return ((pack, row) for pack in regional for row in pack.rows if row.key == key and row.is_set)


def _exported_without_entry(packs: Sequence[Pack]) -> Iterator[Problem]:
    """红线第8条: nothing is exported without an entry of the directory, on any day of the export."""
    nearest = _standing(packs)
    for pack, row in _own(packs, "credit.export"):
        for on in _days(packs, "credit.directory_entry", row) if row.value else ():
            entry = nearest(pack.region, "credit.directory_entry", "", on)
            if (entry is None or not entry.is_set) and nearest(pack.region, row.key, "", on) is row:
                yield Problem(pack.file, pack.place(row, "value"),
                              _line(8, f"credit.export为true，但{on}没有生效的credit.directory_entry"))  # fmt: skip
                break


def _repair_out_of_order(packs: Sequence[Pack]) -> Iterator[Problem]:
    """红线第10条: the least months before a repair never exceed the most, as both stand on the same day."""
    nearest = _standing(packs)
    for key, other in (("repair.min", "repair.max"), ("repair.max", "repair.min")):
        for pack, row in _own(packs, key):
            for on in _days(packs, other, row):
                against = nearest(pack.region, other, row.variant, on)
                if against is None or not against.is_set or nearest(pack.region, key, row.variant, on) is not row:
                    continue
                least, most = (row, against) if key == "repair.min" else (against, row)
                if int(least.value or 0) > int(most.value or 0):
                    reason = f"{on}的repair.min/{row.variant}（{least.value}个月）大于repair.max（{most.value}个月）"
                    yield Problem(pack.file, pack.place(row, "value"), _line(10, reason))
                    break


def _short_schedule(packs: Sequence[Pack]) -> Iterator[Problem]:
    """渐退: a region's payments must reach to the end of the months that it gives itself."""
    for pack, row in _own(packs, "jiantui.pay_schedule"):
        given = len(row.value or ())
        causes = [one for one in pack.rows if one.key == "jiantui.cause" and one.is_set and _overlap(row, one)]
        longest = max((one.value or (0, 0) for one in causes), key=lambda months: int(months[1]), default=(0, 0))[1]
        if given < longest:
            reason = f"jiantui.pay_schedule只有{given}个月，短于本地jiantui.cause的{longest}个月"
            yield Problem(pack.file, pack.place(row, "value"), reason)


def _longer_for_the_trusted(packs: Sequence[Pack]) -> Iterator[Problem]:
    """红线第18条: the trusted are not paid longer than the 渐退 that holds for everybody there on the same day."""
    nearest = _standing(packs)
    for key in ("jiantui.incentive_trustworthy", "incentive.delayed_exit"):
        for pack, row in _own(packs, key):
            for on in _days(packs, "jiantui.max", row):
                most = nearest(pack.region, "jiantui.max", "", on)
                if most is not None and most.is_set and int(row.value or 0) > int(most.value or 0):
                    reason = f"{on}的{key}（{row.value}个月）长于渐退期上限（{most.value}个月，{most.source}）"
                    yield Problem(pack.file, pack.place(row, "value"), _line(18, reason))
                    break


ACROSS: tuple[Callable[[Sequence[Pack]], Iterator[Problem]], ...] = (
    _duplicates, _published_against_ancestors, _exported_without_entry, _repair_out_of_order, _short_schedule,
    _longer_for_the_trusted,
)  # fmt: skip
"""Checks over all packs together."""


def _catalogue_problems(pack: Pack) -> Iterator[Problem]:
    catalogue = pack.catalogue
    if catalogue is None:
        return
    for higher, lower in pairwise(catalogue.levels):
        if higher.at_least == lower.at_least or higher.name == lower.name:
            yield Problem(pack.file, lower.line, f"等级“{higher.name}”与“{lower.name}”的名称或at_least相同")
    if catalogue.levels[-1].at_least > catalogue.lowest:
        yield Problem(pack.file, catalogue.levels[-1].line, "最低等级的at_least应不大于最低分")
    for row in pack.rows:
        effect = KEYS[row.key].effect
        if effect in (Effect.SERVICE, Effect.PROLONG):
            yield Problem(pack.file, pack.place(row, "key"), _line(18, f"参考方案不得设定守信激励{row.key}"))
        elif effect is not Effect.NONE:
            yield Problem(pack.file, pack.place(row, "key"), _line(9, f"参考方案不得设定有不利后果的{row.key}"))
