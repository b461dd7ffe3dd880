"""积分与等级 (score and level): which findings count today, with what weight, until when, and what restores them?

The score is an order of priority for the office's own checks, no credit rating. It is no input of any rule on money
(个人信息保护法 24; 社会救助法 73), and where no catalogue was adopted there is no score at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, FindingFacts, day
from integrity.rules.parameters import Reading
from integrity.rules.policy import Item, Policy
from integrity.rules.workdays import add_months_day
from integrity.terms import Capacity, ConductKind, FindingState, NationalClass

_FULL = Capacity.FULL.number
_PROPOSED, _CONTESTED = FindingState.PROPOSED.number, FindingState.CONTESTED.number
_REPAIRED = FindingState.REPAIRED.number
_UNDONE = (FindingState.WITHDRAWN.number, FindingState.REVOKED.number)
_ADULT_MONTHS = 18 * 12
_FOREVER = day(date.max)


class Version(NamedTuple):
    """目录事项的一个版本 (one version of an item of the catalogue), as integers."""

    since: int
    until: int
    """Last day in force; far away when open."""
    weight: int
    """Milli-points, negative for a default."""
    months: int
    from_document: int
    """1 the months run from the decision document, 0 from the end of the act."""
    national_class: int
    """NationalClass.number."""
    default: int
    """1 失信, 0 守信."""
    item: int
    """Index in `Terms.items`."""


class Terms(NamedTuple):
    """积分目录与期限 (terms of the score) of one area and day; months, milli-points; UNKNOWN where unset."""

    adopted: int
    """1 when the area adopted a catalogue by a document."""
    base: int = 0
    lowest: int = 0
    highest: int = 0
    versions: Mapping[str, tuple[Version, ...]] = {}
    items: tuple[Item, ...] = ()
    at_least: tuple[int, ...] = ()
    """Milli-points at which each level begins, from the highest level down."""
    levels: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    disclosure_months: int = UNKNOWN
    repair_min: tuple[int, ...] = ()
    repair_max: tuple[int, ...] = ()
    """Months by NationalClass.number."""
    education_months: int = UNKNOWN
    catalogue: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    """(key/variant, row id) of every row that was used."""
    unset: tuple[str, ...] = ()
    """key/variant of every value that was asked for and is not set."""


class Contribution(NamedTuple):
    """一项认定的计分 (what one finding contributes)."""

    seq: int
    item: int
    """Index in `Terms.items` of the version that counts; -1 none."""
    weight: int
    start: int
    end: int
    """First day on which it no longer counts; UNKNOWN when no item was found."""
    reasons: int
    """Score-reason bits; it counts when COUNTED is set."""


class Score(NamedTuple):
    """积分 (score): milli-points, index of the level from the highest, and what each finding contributed."""

    points: int
    level: int
    """UNKNOWN, like `points`, where no catalogue was adopted."""
    contributions: tuple[Contribution, ...]


class Window(NamedTuple):
    """信用修复期限 (repair window): from when the person may apply, and when the record ends by itself."""

    earliest: int
    end: int


def terms(policy: Policy, area: str, adopted: Collection[str], on: date) -> Terms:
    """积分目录与期限 (terms of `score`) of `area` on the day `on`; `adopted` names the catalogues adopted there."""
    read = Reading(policy, area, on)
    years = read.number("credit.disclosure_max")
    limits = Terms(
        adopted=1 if adopted else 0,
        disclosure_months=UNKNOWN if years == UNKNOWN else years * 12,
        repair_min=_by_class(read, "repair.min"),
        repair_max=_by_class(read, "repair.max"),
        education_months=read.number("report_change.education_after"),
        rows=read.rows,
        unset=read.unset,
    )
    if not adopted:
        return limits
    catalogue = policy.catalogue(min(adopted))
    versions: dict[str, tuple[Version, ...]] = {}
    for index, item in enumerate(catalogue.items):
        versions[item.code] = (*versions.get(item.code, ()), _version(item, index))
    return limits._replace(
        base=catalogue.base, lowest=catalogue.lowest, highest=catalogue.highest, versions=versions,
        items=tuple(catalogue.items), at_least=tuple(level.at_least for level in catalogue.levels),
        levels=tuple(level.name for level in catalogue.levels),
        priorities=tuple(level.priority for level in catalogue.levels), catalogue=catalogue.name,
    )  # fmt: skip


def score(findings: tuple[FindingFacts, ...], t: Terms, on: int) -> Score:
    """积分 (score) of a household, or of one person when `findings` are that person's, on the epoch day `on`."""
    if not t.adopted:
        return Score(UNKNOWN, UNKNOWN, ())
    points, contributions = t.base, []
    for finding in findings:
        one = _contribution(finding, t, on)
        contributions.append(one)
        if one.reasons & g.COUNTED:
            points += one.weight
    points = min(max(points, t.lowest), t.highest)
    level = len(t.at_least) - 1
    for index, at_least in enumerate(t.at_least):
        if points >= at_least:
            level = index
            break
    return Score(points, level, tuple(contributions))


def repair_window(national_class: int, document_on: int, t: Terms) -> Window:
    """信用修复期限 (repair window, 国家发展改革委令第36号): counted from the document; UNKNOWN where unset."""
    least = t.repair_min[national_class] if national_class < len(t.repair_min) else UNKNOWN
    most = t.repair_max[national_class] if national_class < len(t.repair_max) else UNKNOWN
    return Window(
        UNKNOWN if least == UNKNOWN else add_months_day(document_on, least),
        UNKNOWN if most == UNKNOWN else add_months_day(document_on, most),
    )


def listed(f: FindingFacts, t: Terms) -> Item | None:
    """The item of the adopted catalogue that rules this finding; None where none was adopted or it has no such item."""
    version, _ = _version_of(f, t) if t.adopted else (None, False)
    return None if version is None else t.items[version.item]


def record_window(f: FindingFacts, national_class: int, t: Terms) -> Window:
    """失信记录期限 (how long a default is kept in use): repair from `earliest`, no longer used from `end` on.

    `end` is the least of the class's maximum, the ordinance's maximum and, where a catalogue was adopted, the item's
    months; every paper and every use of the record asks here (红线 10). UNKNOWN where nothing limits it.
    """
    end = _most(f, national_class, t)
    version, _ = _version_of(f, t) if t.adopted else (None, False)
    if version is not None:
        end = min(end, _end(f, version, t))
    earliest = repair_window(national_class, f.document_on, t).earliest if f.document_on != UNKNOWN else UNKNOWN
    return Window(min(earliest, end), UNKNOWN if end == _FOREVER else end)


def late_report(happened: int, reported: int, t: Terms) -> int:
    """迟报 (late report): late-note bits. Never a finding: education at most (2022通知 五(五)); 0 when told at once."""
    if reported <= happened:
        return 0
    if t.education_months == UNKNOWN:
        return g.LATE_NOTE | g.LATE_ASK
    return g.LATE_EDUCATION if reported > add_months_day(happened, t.education_months) else g.LATE_NOTE


def national_class(policy: Policy, area: str, level: str, on: date) -> int:
    """国家分级 (NationalClass.number) of a local default level; UNMAPPED when the region maps none: not exportable."""
    row = policy.find("credit.level_map", area, on, level)
    return (NationalClass.UNMAPPED if row is None else NationalClass[str(row.value)]).number


def _by_class(read: Reading, key: str) -> tuple[int, ...]:
    """Months by NationalClass.number; UNKNOWN for UNMAPPED."""
    return tuple(
        UNKNOWN if one is NationalClass.UNMAPPED else read.number(key, one.name) for one in NationalClass
    )  # fmt: skip


def _version(item: Item, index: int) -> Version:
    return Version(
        day(item.since), _FOREVER if item.until is None else day(item.until), item.weight, item.months,
        1 if item.counted_from == "document" else 0, item.national_class.number,
        1 if item.kind is ConductKind.DEFAULT else 0, index,
    )  # fmt: skip


def _contribution(f: FindingFacts, t: Terms, on: int) -> Contribution:
    """One finding: its version, its end, and why it counts or does not."""
    version, milder = _version_of(f, t)
    if version is None:
        return Contribution(f.seq, -1, 0, f.effective_on, UNKNOWN, g.OUT_NO_ITEM | _excluded(f, on))
    end = _end(f, version, t)
    reasons = _excluded(f, on) | (g.OUT_ENDED if end <= on else 0)
    reasons |= (g.MILDER if milder else 0) | (0 if reasons else g.COUNTED)
    return Contribution(f.seq, version.item, version.weight, f.effective_on, end, reasons)


def _excluded(f: FindingFacts, on: int) -> int:
    """Bits of the reasons for which a finding does not count, whatever its item."""
    bits = 0
    if f.born == UNKNOWN or add_months_day(f.born, _ADULT_MONTHS) > f.act_on:
        bits |= g.OUT_MINOR
    if f.capacity != _FULL:
        bits |= g.OUT_CAPACITY
    if f.effective_on == UNKNOWN or f.effective_on > on or f.state == _PROPOSED:
        bits |= g.OUT_NOT_EFFECTIVE
    if f.state_on <= on:
        if f.state == _CONTESTED:
            bits |= g.OUT_CONTESTED
        elif f.state == _REPAIRED:
            bits |= g.OUT_REPAIRED
        elif f.state in _UNDONE:
            bits |= g.OUT_UNDONE
    return bits


def _version_of(f: FindingFacts, t: Terms) -> tuple[Version | None, bool]:
    """(version, is it the milder later one?): the act's day rules, a milder one on the document's day prevails."""
    versions = t.versions.get(f.item, ())
    then = _in_force(versions, f.act_on)
    if then is None or f.document_on == UNKNOWN or not then.default:
        return then, False
    later = _in_force(versions, f.document_on)
    if later is None:  # no longer listed on the day of the decision
        return None, True
    milder = (later.weight, -later.months) > (then.weight, -then.months)  # a lighter weight, else fewer months
    return (later, True) if milder else (then, False)


def _in_force(versions: tuple[Version, ...], on: int) -> Version | None:
    found = None
    for version in versions:
        if version.since <= on <= version.until and (found is None or version.since > found.since):
            found = version
    return found


def _end(f: FindingFacts, version: Version, t: Terms) -> int:
    """The least of the item's months, the national class's maximum and the ordinance's maximum."""
    start = f.document_on if version.from_document and f.document_on != UNKNOWN else f.act_end
    end = add_months_day(start, version.months)
    return min(end, _most(f, version.national_class, t)) if version.default else end


def _most(f: FindingFacts, national_class: int, t: Terms) -> int:
    """First day on which no default may be used, whatever the item: class and ordinance; far away where unset."""
    end = _FOREVER
    most = t.repair_max[national_class] if national_class < len(t.repair_max) else UNKNOWN
    if most != UNKNOWN and f.document_on != UNKNOWN:
        end = min(end, add_months_day(f.document_on, most))
    if t.disclosure_months != UNKNOWN:
        end = min(end, add_months_day(f.act_end, t.disclosure_months))
    return end
