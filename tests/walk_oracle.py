"""验算 (the oracle of the walk): reads the books by plain SQL and says again what the law asks of an adverse act.

An act stands only on its whole chain: opinion, notice with proof of service, statement, waiver or silence after the
period, review by another, decision by a third who may decide, service, and only then the effect. Each function yields
what it found wrong. 社会救助法 47、48、73; 国办发〔2020〕49号; 行政处罚法 44、45、57、63.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tests.walk_book import Book, Row
from tests.walk_calendar import known, last_day

HEARD = ("STATEMENT", "WAIVED", "SILENT")
_PERIOD = re.compile(r"(\d+)个?(工作日|日|天|月|年)")
_WEIGHT = {"增发": 0, "渐退": 2, "减发": 3, "退出": 4}
_CLASS = {"轻微": 1, "一般": 2, "严重": 3}
LAW_SINCE = date(2026, 7, 1)
_LARGE = 500_000
"""Fen from which a fine is large in the province that says so."""


class Chain(NamedTuple):
    """应有的环节 (what a chain must have): the paper that tells, those that decide, whether only the county may."""

    procedure: str
    told: str
    decided: frozenset[str]
    opening: str
    county: bool


CHAINS = {
    one.procedure: one
    for one in (
        Chain("DECISION", "F13", frozenset({"F15", "F16"}), "OPEN", False),
        Chain("TEKUN", "F13", frozenset({"F29"}), "OPEN", False),
        Chain("DEFAULT", "F23", frozenset({"F24", "F25"}), "FACT", True),
        Chain("REFUND", "F21", frozenset({"F21"}), "OPEN", True),
        Chain("FINE", "F19", frozenset({"F20"}), "OPEN", True),
    )
}


def last(steps: list[Row], *codes: str, before: int = 10_000) -> Row | None:
    """The last step of one of these codes, before a number."""
    return next((one for one in reversed(steps) if one["step"] in codes and one["step_no"] < before), None)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=7)).replace(day=1)


def place(row: Row) -> str:
    """Where in the books."""
    return f"户{row['household_id']} 案{row.get('case_no')} 第{row['seq']}条"


def papers(book: Book, step: Row) -> list[Row]:
    """The papers that a step made."""
    return book.papers[step["household_id"], f"case:{step['case_no']}:{step['step_no']}"]


def delivered(book: Book, notice: Row) -> date | None:
    """The day on which a printed paper counts as delivered; None without proof."""
    key = (notice["household_id"], notice["seq"])
    proof, printed = book.proofs.get(key), book.prints.get(key)
    if proof is None or printed is None or not notice["seq"] < printed["seq"] < proof["seq"]:
        return None
    days = 30 if proof["way"] == "ANNOUNCEMENT" else 0
    return proof["happened_on"] + timedelta(days=days)


def until(book: Book, steps: list[Row], served: Row, told: Row, clock: str = "hear") -> date | None:
    """The last day of the time that a notice gave; None when it cannot be told for certain."""
    found = _PERIOD.fullmatch(str(told["data"].get("within")))
    if found is None:
        return None
    still = [
        (one["data"]["since"], one["data"]["until"]) for one in steps
        if one["step"] == "SUSPEND" and one["data"].get("clock") == clock and one["step_no"] > served["step_no"]
    ]  # fmt: skip
    return last_day(served["data"]["served_on"], int(found[1]), found[2], still)


def heard(book: Book, steps: list[Row], rule: Chain, decided: Row) -> Iterator[str]:
    """告知、送达、听取、复核 before a decision, each after the one before and by the right hands."""
    at = decided["step_no"]
    review = last(steps, "REVIEW", before=at)
    said = last(steps, *HEARD, before=review["step_no"]) if review else None
    served = last(steps, "NOTICE_SERVED", before=said["step_no"]) if said else None
    told = last(steps, "NOTICE", before=served["step_no"]) if served else None
    if review is None or said is None or served is None or told is None:
        yield f"{place(decided)} decided unheard"
        return
    yield from _told(book, told, served, rule)
    if last(steps, *HEARD, before=at) is not said:
        yield f"{place(decided)} the last statement was not reviewed"
    yield from _heard_out(book, steps, said, served, told, decided)
    if review["data"].get("adopted") == "采纳":
        yield f"{place(decided)} decided against what the review found right"
    if said["step"] == "WAIVED" and not said["evidence"]:
        yield f"{place(said)} waived without proof"
    if said["step"] == "SILENT":
        end = until(book, steps, served, told)
        if end is None or not known(end) or said["happened_on"] <= end:
            yield f"{place(said)} silence on {said['happened_on']}, the time ends on {end}"


def _heard_out(
    book: Book, steps: list[Row], said: Row, served: Row, told: Row, decided: Row
) -> Iterator[str]:  # fmt: skip
    """Nothing is decided before the time that was told is over, unless the person has ended it in writing."""
    finished = said["step"] == "WAIVED" or said["data"].get("finished") == "是"
    end = until(book, steps, served, told)
    if not (finished and said["evidence"]) and (end is None or decided["happened_on"] <= end):
        yield f"{place(decided)} decided on {decided['happened_on']}, the time to speak ends on {end}"


def _told(book: Book, told: Row, served: Row, rule: Chain) -> Iterator[str]:
    made = papers(book, told)
    if [one["kind"] for one in made] != [rule.told]:
        yield f"{place(told)} told by {[one['kind'] for one in made]}"
    for one in made:
        on = delivered(book, one)
        if on is None or on != served["data"].get("served_on"):
            yield f"{place(served)} service of {one['number']}: {on}, said {served['data'].get('served_on')}"


def decided_by(book: Book, steps: list[Row], rule: Chain, decided: Row) -> Iterator[str]:
    """作出决定: an approver of the level that may, who proposed, heard and reviewed nothing; a paper for it."""
    before = [one for one in steps if one["step_no"] < decided["step_no"]]
    hands = {one["recorded_by"] for one in before if one["step"] in (rule.opening, "REVIEW", *HEARD)}
    if decided["recorded_by"] in hands:
        yield f"{place(decided)} decided by one who had a hand in it"
    for n, one in enumerate(before):
        if one["step"] == "REVIEW" and one["recorded_by"] in {
            x["recorded_by"] for x in before[:n] if x["step"] in HEARD
        }:
            yield f"{place(one)} reviewed by one who heard"
    officer = book.officers[decided["recorded_by"]]
    county = officer["area"].endswith("000000")
    if officer["role"] != "APPROVER" or not (county or (not rule.county and decided["area"].startswith("37"))):
        yield f"{place(decided)} decided by {officer['code']}, {officer['role']} of {officer['area']}"
    kinds = {one["kind"] for one in papers(book, decided)}
    if not kinds or not kinds <= rule.decided or (rule.procedure == "DEFAULT" and kinds != rule.decided):
        yield f"{place(decided)} decided by papers {kinds}"
    if steps[0]["step"] != rule.opening or steps[0]["recorded_by"] not in book.officers:
        yield f"{place(decided)} nobody has proposed it"


def served_whole(book: Book, decided: Row) -> date | None:
    """When every paper of a decision was delivered."""
    days = [delivered(book, one) for one in papers(book, decided)]
    return None if not days or None in days else max(one for one in days if one is not None)


def acts(book: Book) -> Iterator[str]:
    """减发、渐退、停发 since the law: each on the chain of its own case."""
    for row in book.rows["assistance"]:
        adverse = row["act"] in ("LOWER", "WITHDRAW", "STOP") and not row["void"] and row["happened_on"] >= LAW_SINCE
        if adverse and row["import_id"] is None:
            yield from _act(book, row)


def _act(book: Book, row: Row) -> Iterator[str]:
    steps = book.steps.get((row["household_id"], row["case_no"] or 0), [])
    decided = last(steps, "DECIDE", "APPROVE")
    rule = CHAINS.get(steps[0]["procedure"]) if steps else None
    if decided is None or rule is None or rule.procedure not in ("DECISION", "TEKUN"):
        yield f"{place(row)} {row['act']} without a decision"
        return
    if not (row["act"] == "STOP" and _all_dead(book, row)):
        yield from heard(book, steps, rule, decided)
        yield from _not_heavier(steps, decided)
    yield from decided_by(book, steps, rule, decided)
    on = served_whole(book, decided)
    if on is None or row["effective_on"] < next_month(on) or on < decided["happened_on"]:
        yield f"{place(row)} takes effect on {row['effective_on']}, served on {on}"
    if row["reason"] in ("X09", "X13"):
        yield from _own_share(book, row | {"member_no": steps[0]["member_no"]})
    if row["decided_by"] != decided["recorded_by"]:
        yield f"{place(row)} names {row['decided_by']}, decided by {decided['recorded_by']}"
    if row["document"] not in [one["number"] for one in papers(book, decided)]:
        yield f"{place(row)} names another paper"


def _all_dead(book: Book, row: Row) -> bool:
    """Is nobody left of the household, by the entries made before this one?"""
    state = {one["no"]: one["presence"] for one in book.of("member", row["household_id"]) if one["seq"] < row["seq"]}
    return bool(state) and all(one in ("DEAD", "LEFT") for one in state.values())


def _own_share(book: Book, row: Row) -> Iterator[str]:
    """拒绝就业: one person's own act takes his share and nothing of the others'."""
    before = [one for one in book.of("assistance", row["household_id"]) if one["seq"] < row["seq"]]
    amount = next(one["amount"] for one in reversed(before) if one["amount"] is not None)
    persons = next(one["persons"] for one in reversed(before) if one["act"] == "GRANT") or 1
    if row["act"] != "LOWER" or row["member_no"] is None or row["amount"] < amount * (persons - 1) // persons:
        yield f"{place(row)} {row['act']} to {row['amount']} from {amount} of {persons} persons, for one's own act"


def _not_heavier(steps: list[Row], decided: Row) -> Iterator[str]:
    told, now = steps[0]["data"], decided["data"]
    heavier = _WEIGHT.get(now.get("outcome"), 9) > _WEIGHT.get(told.get("outcome"), 0)
    if now.get("outcome") == told.get("outcome"):
        heavier |= (now.get("amount") or 0) < (told.get("amount") or 0)
        heavier |= (now.get("months") or 0) < (told.get("months") or 0)
        heavier |= any(b < a for a, b in zip(told.get("schedule") or (), now.get("schedule") or (), strict=False))
    if heavier:
        yield f"{place(decided)} heavier than what was told: {now} after {told}"


def findings(book: Book) -> Iterator[str]:
    """认定生效: each default stands on the chain of its case, or stands again as it stood."""
    facts = {(one["household_id"], one["seq"]): one for one in book.rows["conduct"]}
    before: dict[tuple[int, int], Row] = {}
    for row in book.rows["finding"]:
        key = (row["household_id"], row["conduct_seq"])
        if row["state"] != "EFFECTIVE" or row["void"] or facts[key]["kind"] != "DEFAULT":
            continue
        if key in before:
            same = ("document", "document_on", "effective_on")
            if [row[one] for one in same] != [before[key][one] for one in same]:
                yield f"{place(row)} stands again otherwise than before"
        else:
            yield from _finding(book, row, facts[key])
        before[key] = row


def _finding(book: Book, row: Row, fact: Row) -> Iterator[str]:
    steps = book.steps.get((row["household_id"], row["case_no"] or 0), [])
    decided = last(steps, "DECIDE")
    if decided is None or steps[0]["procedure"] != "DEFAULT" or last(steps, "SERVED") is None:
        yield f"{place(row)} found without a decision"
        return
    yield from heard(book, steps, CHAINS["DEFAULT"], decided)
    yield from decided_by(book, steps, CHAINS["DEFAULT"], decided)
    on, review = served_whole(book, decided), last(steps, "REVIEW", before=decided["step_no"])
    if on is None or row["effective_on"] < on:
        yield f"{place(row)} effective on {row['effective_on']}, served on {on}"
    if review is None or len({fact["recorded_by"], review["recorded_by"], decided["recorded_by"]}) < 3:
        yield f"{place(row)} recorded, reviewed and decided by fewer than three"
    if (row["reviewed_by"], row["decided_by"]) != (review and review["recorded_by"], decided["recorded_by"]):
        yield f"{place(row)} names {row['reviewed_by']} and {row['decided_by']}"
    if _CLASS[decided["data"]["level"]] > _CLASS[steps[0]["data"]["level"]]:
        yield f"{place(decided)} heavier than what was told"
    if row["document"] not in [one["number"] for one in papers(book, decided) if one["kind"] == "F24"]:
        yield f"{place(row)} names another paper"


def money(book: Book) -> Iterator[str]:
    """罚款、责令退回: by the county, heard, not more than was told; a large fine only after the time for a hearing."""
    for steps in list(book.steps.values()):
        rule = CHAINS.get(steps[0]["procedure"])
        decided = last(steps, "DECIDE")
        if rule is None or rule.procedure not in ("REFUND", "FINE") or decided is None:
            continue
        yield from heard(book, steps, rule, decided)
        yield from decided_by(book, steps, rule, decided)
        served = last(steps, "SERVED")
        if served is not None and served_whole(book, decided) is None:
            yield f"{place(served)} served without proof"
        if decided["data"]["amount"] > steps[0]["data"]["amount"]:
            yield f"{place(decided)} more than was told"
        if rule.procedure == "FINE":
            yield from _fine(steps, decided)
        yield from _court(steps)


def _fine(steps: list[Row], decided: Row) -> Iterator[str]:
    told, opened = last(steps, "NOTICE"), steps[0]["data"]
    served = last(steps, "NOTICE_SERVED")
    if decided["data"]["amount"] > 2 * opened["gained"]:
        yield f"{place(decided)} above the ceiling"
    large = decided["data"]["amount"] >= _LARGE if decided["area"].startswith("37") else (
        told is None or told["data"].get("large") != "不属于"
    )  # fmt: skip
    asked, held = last(steps, "HEARING_ASKED"), last(steps, "HEARING_HELD")
    if asked is not None and held is None:
        yield f"{place(decided)} a hearing was asked for and not held"
    if large and asked is None and served is not None:
        end = last_day(served["data"]["served_on"], 5, "工作日", _still(steps, "hearing_request"))
        if decided["happened_on"] <= end:
            yield f"{place(decided)} a large fine before {end}"


def _still(steps: list[Row], clock: str) -> list[tuple[date, date]]:
    return [
        (one["data"]["since"], one["data"]["until"]) for one in steps
        if one["step"] == "SUSPEND" and one["data"].get("clock") == clock
    ]  # fmt: skip


def _court(steps: list[Row]) -> Iterator[str]:
    """申请强制执行: after both remedies and the reminder, within three months."""
    court, served, reminded = last(steps, "COURT"), last(steps, "SERVED"), last(steps, "REMIND_SERVED")
    if court is None:
        return
    if served is None or reminded is None:
        yield f"{place(court)} to the court without service or reminder"
        return
    ends = [
        last_day(served["data"]["served_on"], 60, "日", _still(steps, "reconsider")),
        last_day(served["data"]["served_on"], 6, "月", _still(steps, "litigate")),
        last_day(reminded["data"]["served_on"], 10, "工作日", _still(steps, "remind")),
    ]
    if court["happened_on"] <= max(ends):
        yield f"{place(court)} to the court before {max(ends)}"
