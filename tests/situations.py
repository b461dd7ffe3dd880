"""试验用情形 (situations for tests): one ordinary household and small policy packs, changed field by field."""

from __future__ import annotations

from datetime import date
from typing import Any

from integrity.rules.facts import UNKNOWN, FindingFacts, Member, Situation, day
from integrity.rules.policy import Policy, load_texts
from integrity.terms import Ability, Capacity, Cause, FindingState, Presence, Scheme

ON = date(2026, 9, 7)
COUNTY = "370811"

NATION = (
    ("adverse.hear_before", "true", "2026-07-01", "社会救助法 第48条"),
    ("refuse_job.count", "3", "2021-07-01", "民发〔2021〕57号 第34条"),
    ("gangxing.validity", "12", "2025-01-01", ""),
    ("jiantui.max", "6", "2022-10-20", ""),
    ("jiantui.cause/EMPLOYMENT", '"0-6"', "2022-10-20", ""),
    ("lowincome.edge_multiplier", "1.5", "2021-07-01", ""),
    ("recheck.cycle.stable", "12", "2021-07-01", ""),
    ("recheck.cycle.unstable_or_able", "6", "2021-07-01", ""),
    ("recheck.cycle.tekun", "12", "2020-08-25", ""),
    ("recheck.extend_emergency", "true", "2021-07-01", ""),
    ("death.check_and_adjust", "3", "2022-10-20", ""),
    ("report_change.education_after", "3", "2022-10-20", ""),
    ("repair.min/MINOR", "0", "2026-04-01", ""),
    ("repair.max/MINOR", "3", "2026-04-01", ""),
    ("repair.min/GENERAL", "3", "2026-04-01", ""),
    ("repair.max/GENERAL", "12", "2026-04-01", ""),
    ("repair.min/SERIOUS", "12", "2026-04-01", ""),
    ("repair.max/SERIOUS", "36", "2026-04-01", ""),
)
_UNITS = {
    "refuse_job.count": "次", "lowincome.edge_multiplier": "倍", "jiantui.band": "倍", "recheck.clear_change": "比例",
    "standard.dibao": "元/人/月", "recheck.lead_days": "天", "credit.disclosure_max": "年",
    "jiantui.pay_schedule": "%", "recheck.event_within": "天",
}  # fmt: skip
_WITHOUT_UNIT = ("adverse.hear_before", "recheck.extend_emergency", "exit.ground", "jiantui.repeat", "jiantui.cap",
                 "jiantui.condition.self_report", "credit.level_map")  # fmt: skip


def pack(region: str, level: str, *rows: tuple[str, str, str, str]) -> str:
    """The text of a pack; a row is (key/variant, TOML value, since, law)."""
    parts = [f'[pack]\nregion = "{region}"\nname = "试验地区"\nlevel = "{level}"\nschema = 1\n']
    for name, value, since, law in rows:
        key, _, variant = name.partition("/")
        unit = "" if key in _WITHOUT_UNIT else _UNITS.get(key, "月")
        parts.append(f'[[value]]\nkey = "{key}"\nvariant = "{variant}"\nvalue = {value}\nunit = "{unit}"\n'
                     f'since = {since}\nsource = "试验文件 第1条"\ngrade = "V1"\nlaw = "{law}"\n')  # fmt: skip
    return "\n".join(parts)


def policy(*rows: tuple[str, str, str, str], extra: dict[str, str] | None = None) -> Policy:
    """The national rows, a county pack 370811 with the standard 880 / 700 and `rows`, and other texts."""
    county = (("standard.dibao/urban", "880", "2022-01-01", ""), ("standard.dibao/rural", "700", "2022-01-01", ""))
    replaced = {name for name, *_ in rows}
    own = [row for row in county if row[0] not in replaced]
    texts = {"CN.toml": pack("CN", "NATION", *NATION), "370811.toml": pack(COUNTY, "COUNTY", *own, *rows)}
    return load_texts(texts | (extra or {}))


def member(no: int = 1, **changes: Any) -> Member:
    """An adult who cannot work and lives in the household."""
    ordinary = Member(
        no=no, born=day(date(1980, 1, 1)), presence=Presence.PRESENT.number, presence_on=day(date(2020, 1, 1)),
        capacity=Capacity.FULL.number, ability=Ability.UNABLE.number, schooling=0, refusals=0,
    )  # fmt: skip
    return ordinary._replace(**changes)


def situation(**changes: Any) -> Situation:
    """Three adults on 低保 since 2026, income 1500 yuan, paid the exact difference to 3 × 880 yuan."""
    ordinary = Situation(
        on=day(ON), scheme=Scheme.DIBAO.number, urban=1, granted_on=day(date(2026, 1, 1)),
        confirmed_on=day(date(2025, 12, 20)), stopped_on=UNKNOWN, amount=1140_00, income=1500_00, income_then=1500_00,
        income_on=day(date(2026, 8, 1)), persons_then=3, cause=Cause.NONE.number, cause_member=0, self_reported=1,
        stable=1, property_over=0, withdrawal_on=UNKNOWN, withdrawal_months=UNKNOWN, withdrawal_amount=UNKNOWN,
        withdrawals_before=0, last_withdrawal_end=UNKNOWN, checked_on=day(date(2026, 1, 15)), label="",
        members=(member(1), member(2), member(3)), events=(),
    )  # fmt: skip
    return ordinary._replace(**changes)


def finding(**changes: Any) -> FindingFacts:
    """An effective finding of 2026 on an adult of full capacity."""
    ordinary = FindingFacts(
        seq=1, member_no=1, born=day(date(1980, 1, 1)), capacity=Capacity.FULL.number, item="S1",
        act_on=day(date(2026, 3, 1)), act_end=day(date(2026, 3, 1)), document_on=day(date(2026, 5, 10)),
        effective_on=day(date(2026, 5, 15)), state=FindingState.EFFECTIVE.number, state_on=day(date(2026, 5, 15)),
    )  # fmt: skip
    return ordinary._replace(**changes)
