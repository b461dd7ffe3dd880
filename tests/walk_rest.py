"""验算的其余各项 (the rest of the oracle): hands, numbers, ended records, money, the chain, the clocks.

Who may take which step, and who may not after whom, is said here once more, in words of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integrity.records.chain import breaks
from integrity.vault import Vault
from tests.walk_book import Book, Row
from tests.walk_calendar import last_day
from tests.walk_oracle import HEARD, last, next_month, place
from tests.walk_town import FIRST

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_NUMBER = re.compile(r"(.+)〔(\d{4})〕(\d+)号")
_AFTER: dict[str, dict[str, tuple[str, ...]]] = {
    "APPLICATION": {
        "REVIEWED": ("RECEIVED", "ACCEPTED"), "CONFIRMED": ("RECEIVED", "ACCEPTED", "REVIEWED"),
        "NOT_CONFIRMED": ("RECEIVED", "ACCEPTED", "REVIEWED"),
    },
    "DECISION": {"REVIEW": HEARD, "DECIDE": ("OPEN", *HEARD, "REVIEW"), "APPROVE": ("OPEN",)},
    "TEKUN": {"REVIEW": HEARD, "DECIDE": ("OPEN", *HEARD, "REVIEW")},
    "REFUND": {"REVIEW": HEARD, "DECIDE": ("OPEN", *HEARD, "REVIEW")},
    "FINE": {"REVIEW": HEARD, "DECIDE": ("OPEN", *HEARD, "REVIEW"), "HEARING_HELD": ("OPEN",)},
    "DEFAULT": {"REVIEW": HEARD, "DECIDE": ("FACT", *HEARD, "REVIEW")},
    "TRUST": {"REVIEW": ("FACT",), "DECIDE": ("FACT", "REVIEW")},
    "REPAIR": {"REVIEW": ("APPLIED",), "DECIDE": ("APPLIED", "REVIEW")},
    "OBJECTION": {"CHECKED": ("FILED",), "ANSWERED": ("FILED", "CHECKED")},
    "EXPORT": {"APPROVED": ("PREPARED",)}, "TRANSFER": {"APPROVED": ("PREPARED",)}, "CHANGE": {"SETTLED": ("CHECKED",)},
    "RIGHTS": {"DECLINED": ("ASKED",)},
}  # fmt: skip
"""Who took one of these may not take that."""
_APPROVER = ("DECIDE", "APPROVE", "CONFIRMED", "NOT_CONFIRMED", "EXECUTED", "INSTALMENTS", "COURT", "NO_PENALTY")
_REVIEWER = ("REVIEW", "REVIEWED", "NOT_ACCEPTED", "TERMINATED")
_COUNTY = {
    "REFUND": ("OPEN", "NOTICE", "REVIEW", "DROP", "DECIDE", "REMIND", "COURT", "INSTALMENTS", "SETTLED", "REVOKED"),
    "FINE": ("OPEN", "NOTICE", "REVIEW", "DROP", "DECIDE", "REMIND", "COURT", "INSTALMENTS", "SETTLED", "REVOKED"),
    "DEFAULT": ("DECIDE", "REVOKED"), "REPAIR": ("DECIDE",), "OBJECTION": ("ANSWERED",),
    "EXPORT": ("PREPARED", "APPROVED", "SENT"), "TRANSFER": ("APPROVED",),
}  # fmt: skip
_BY_JOB = {("RECHECK", "DUE"), ("DECISION", "NOTICE"), ("TEKUN", "NOTICE"), ("WITHDRAWAL", "STARTED"),
           ("WITHDRAWAL", "TOLD"), ("CHANGE", "OF_AGE")}  # fmt: skip
_LONGEST, _SHORTEST = {"轻微": 3, "一般": 12, "严重": 36}, {"轻微": 0, "一般": 3, "严重": 12}


def _on(moment: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).astimezone(_SHANGHAI).date()


def hands(book: Book) -> Iterator[str]:
    """Every step: in office, of the place, of the role and the level, no relative, other hands than before."""
    kin: dict[int, list[Row]] = defaultdict(list)
    for one in book.kin:
        kin[one["household_id"]].append(one)
    for steps in book.steps.values():
        apart = _AFTER.get(steps[0]["procedure"], {})
        for n, one in enumerate(steps):
            before = {x["recorded_by"] for x in steps[:n] if x["step"] in apart.get(one["step"], ())}
            if one["recorded_by"] in before:
                yield f"{place(one)} {one['step']} by {one['recorded_by']}, who took a step before"
            if n and (one["happened_on"] < steps[n - 1]["happened_on"] or one["step_no"] != n + 1):
                yield f"{place(one)} out of order"
            yield from _officer(book, one)
            told = [x for x in kin[one["household_id"]] if x["recorded_at"] <= one["recorded_at"]]
            mine = [x for x in told if x["officer"] == one["recorded_by"]]
            if mine and not mine[-1]["ended"]:
                yield f"{place(one)} {one['step']} by a relative"


def _officer(book: Book, one: Row) -> Iterator[str]:
    officer, on, code = book.officers.get(one["recorded_by"]), _on(one["recorded_at"]), one["step"]
    if officer is None:
        if (one["procedure"], code) not in _BY_JOB or one["recorded_by"] != "系统任务":
            yield f"{place(one)} {code} by nobody: {one['recorded_by']}"
        return
    county, role = officer["area"].endswith("000000"), officer["role"]
    if on < officer["since"] or (officer["until"] is not None and on > officer["until"]):
        yield f"{place(one)} {code} by {officer['code']}, who was not in office"
    if not one["area"].startswith(officer["area"][:6] if county else officer["area"][:9]):
        yield f"{place(one)} {code} outside the area of {officer['code']}"
    wrong = (
        role == "INSPECTOR" or (code in _APPROVER and role != "APPROVER") or (code in _REVIEWER and role != "REVIEWER")
        or (code in ("SERVED", "NOTICE_SERVED", "REMIND_SERVED") and role not in ("ASSISTANT", "HANDLER"))
    )  # fmt: skip
    if wrong:
        yield f"{place(one)} {code} by a {role}"
    if code in _COUNTY.get(one["procedure"], ()) and not county:
        yield f"{place(one)} {one['procedure']}.{code} by a township"


def numbers(book: Book) -> Iterator[str]:
    """文号: each once, none left out, none before the one that went before it."""
    series: dict[tuple[str, int], dict[int, date]] = defaultdict(dict)
    for row in (*book.rows["notice"], *book.postings):
        found = _NUMBER.fullmatch(row["number"])
        on = row.get("since") or row.get("happened_on")
        if found is None or on.year != int(found[2]):
            yield f"{row['number']} of {on}"
            continue
        mine = series[found[1], int(found[2])]
        if int(found[3]) in mine:
            yield f"{row['number']} is used twice"
        mine[int(found[3])] = on
    for key, mine in series.items():
        if sorted(mine) != list(range(1, len(mine) + 1)) or book.series.get(key) != len(mine):
            yield f"{key}: {len(mine)} papers, last {max(mine)}, series {book.series.get(key)}"
        days = [mine[n] for n in sorted(mine)]
        if days != sorted(days):
            yield f"{key}: a number is dated before its predecessor"
    for row in book.rows["notice"]:
        if row["happened_on"] != _on(row["recorded_at"]):
            yield f"{row['number']} is dated back"


def ended(book: Book) -> Iterator[str]:
    """Nothing uses a record that was never in force, or after its end, repair or revocation."""
    uses = {("EXPORT", "PREPARED"), ("EXPORT", "APPROVED"), ("EXPORT", "SENT"), ("OBJECTION", "FILED"),
            ("REPAIR", "APPLIED")}  # fmt: skip
    states: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in book.rows["finding"]:
        states[row["household_id"], row["conduct_seq"]].append(row)
    levels = {
        (steps[0]["household_id"], steps[0]["subject_seq"]): decided["data"]["level"]
        for steps in book.steps.values()
        if steps[0]["procedure"] == "DEFAULT" and (decided := last(steps, "DECIDE")) is not None
    }
    for row in book.rows["step"]:
        if (row["procedure"], row["step"]) in uses:
            key = (row["household_id"], row["subject_seq"])
            before = [one for one in states[key] if one["seq"] < row["seq"]]
            yield from _used(row, before, levels.get(key))


def _used(row: Row, before: list[Row], level: str | None) -> Iterator[str]:
    if not any(one["state"] == "EFFECTIVE" for one in before):
        yield f"{place(row)} uses a record that is not in force"
        return
    mine = [one["state"] for one in before if one["case_no"] != row["case_no"]]  # its own mark is no end
    if mine[-1:] and mine[-1] in ("REPAIRED", "REVOKED", "WITHDRAWN"):
        yield f"{place(row)} uses a record that was {mine[-1]}"
    written = next(one["document_on"] for one in reversed(before) if one["document_on"])
    if level and row["happened_on"] >= _after(written, _LONGEST[level]):
        yield f"{place(row)} uses a record of {written} ({level}) on {row['happened_on']}"
    if level and row["step"] == "APPLIED" and row["happened_on"] < _after(written, _SHORTEST[level]):
        yield f"{place(row)} repairs too early"


def _after(day: date, months: int) -> date:
    """So many months later, on the same day or the last one of its month."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_month(first) - timedelta(days=1))


def amounts(book: Book, grants: dict[int, Row]) -> Iterator[str]:
    """No amount falls but by an act with a case; a new grant leaves the first one as it was."""
    homes: dict[int, list[Row]] = defaultdict(list)
    for row in book.rows["assistance"]:
        homes[row["household_id"]].append(row)
    for household, rows in homes.items():
        first = next(one for one in rows if one["act"] == "GRANT")
        if grants.setdefault(household, first) != first or any(one["corrects"] == first["seq"] for one in rows):
            yield f"户{household} the first grant is not what it was"
        yield from _path(rows)


def _path(rows: list[Row]) -> Iterator[str]:
    amount, runs = 0, False
    for row in rows:
        act = row["act"]
        if row["case_no"] is None and not (act == "GRANT" and row["happened_on"] < FIRST):
            yield f"{place(row)} {act} without a case"
        if (act == "GRANT") == runs and act != "REVIVE" and not row["void"]:
            yield f"{place(row)} {act}, running: {runs}"
        if act in ("RAISE", "AMEND", "REVIVE") and row["amount"] is not None and row["amount"] < amount:
            yield f"{place(row)} {act} to {row['amount']} from {amount}"
        if row["void"] and act in ("GRANT", "RAISE", "REVIVE"):
            yield f"{place(row)} takes back a {act}"
        runs = runs if act in ("RAISE", "AMEND", "LOWER", "WITHDRAW") else act != "STOP"
        amount = amount if row["amount"] is None else row["amount"]


def whole(book: Book, connection: Connection, vault: Vault) -> Iterator[str]:
    """The chain of every ledger, no number left out, every sealed step readable."""
    yield from map(str, breaks(connection, vault.chain))
    yield from book.broken
    for household, head in book.head.items():
        if sorted(book.seqs[household]) != list(range(1, head["seq"] + 1)):
            yield f"户{household} has not every number up to {head['seq']}"


def remedies(book: Book, fresh: Iterable[Any]) -> Iterator[str]:
    """复议、诉讼期限 as the program shows them, against those of the stored service."""
    for one in fresh:
        steps = book.steps[one.household, one.case]
        served = last(steps, "SERVED")
        still = {x["data"].get("clock") for x in steps if x["step"] == "SUSPEND"}
        for code, length, unit in (("reconsider", 60, "日"), ("litigate", 6, "月")):
            if code in one.clocks and served is not None and code not in still:
                mine = str(last_day(served["data"]["served_on"], length, unit))
                if one.clocks[code][1] != mine:
                    yield f"{place(served)} {code}: {one.clocks[code][1]}, by the books {mine}"


def record_end(book: Book, household: int, conduct: int, states: list[Row]) -> date | None:
    """The day on which a record ends by itself, by its class and document; None where no class was decided."""
    levels = [
        decided["data"]["level"] for steps in book.of_case("DEFAULT", household)
        if steps[0]["subject_seq"] == conduct and (decided := last(steps, "DECIDE")) is not None
    ]  # fmt: skip
    written = [one["document_on"] for one in states if one["document_on"]]
    return _after(written[-1], _LONGEST[levels[-1]]) if levels and written else None
