"""查找 (finding a household): one box for whatever is at hand, within one's own area and nothing beyond it.

A name or its beginning, its pinyin or initials, an ID number or its last four, a village (by its name, pinyin or
initials as well), a 户编号, a case, a 文号, or what a scanner reads from a paper. What was not found in the area is not
told to be elsewhere. Former names and members who left are found too, and said to be such.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import col, select

from integrity import places
from integrity.errors import ChengxinError, Invalid
from integrity.places import Listed, Scope
from integrity.records.ledger import Household, Member, Notice, Step
from integrity.records.office import Area, Person
from integrity.records.places import FORMER, LEFT, NOW, HouseholdName, HouseholdPlace
from integrity.records.placing_rows import tail_key
from integrity.rules import check_code
from integrity.rules.identity import check_id
from integrity.rules.pinyin import plain, readings, typed
from integrity.work import Work
from reports.barcodes import DIGITS, beginning

LONGEST = 1000
"""Characters that are looked at: a check code with blanks between its digits is shorter."""
_AREAS = 20
_SAID = {NOW: "", FORMER: "曾用名", LEFT: "已不在该户"}
_ID = re.compile(r"\d{15}|\d{17}[0-9Xx]")
_TAIL = re.compile(r"\d{3}[0-9Xx]")
_AREA = re.compile(r"\d{6}|\d{9}|\d{12}")
_CASE = re.compile(r"(.+?)\s*(?:[#/]|\s+|第)\s*(\d{1,4})\s*(?:号案件?|号)?")
_BRACKETS = str.maketrans(dict.fromkeys("[({<【〈《「（［｛", "〔") | dict.fromkeys("])}>】〉》」）］｝", "〕"))
_LETTERS = re.compile(r"[a-z]+")
_END = "\U0010ffff"
"""After every character: where a beginning ends."""


class Hit(NamedTuple):
    """找到的一户 (a household that was found): as the roll lists it, by whose name, and the case or paper, if any."""

    household: Listed
    person: str = ""
    said: str = ""
    case_no: int | None = None
    paper: str = ""


class Home(NamedTuple):
    """找到的一户及缘由 (a household and all that led to it): one line of a page, whoever of it was meant."""

    household: Listed
    hits: tuple[Hit, ...]


def by_household(hits: tuple[Hit, ...]) -> tuple[Home, ...]:
    """The households of a page of hits, each once, in the order in which they were found."""
    order = {one: n for n, one in enumerate(dict.fromkeys(hit.household.household_id for hit in hits))}
    kept = sorted(hits, key=lambda hit: order[hit.household.household_id])
    found = (tuple(some) for _, some in groupby(kept, key=lambda hit: hit.household.household_id))
    return tuple(Home(some[0].household, some) for some in found)


class Found(NamedTuple):
    """查找结果 (what was found): what the text was taken for, the households, villages of that name, where to go on."""

    kind: str
    rows: tuple[Hit, ...]
    next: str = ""
    areas: tuple[tuple[str, str], ...] = ()


def find(work: Work, said: str, *, scope: Scope, after: str = "", limit: int = 20) -> Found:
    """The households of an area that a text leads to, a page at a time; what it was taken for is told with them.

    Nothing is found in an empty scope. ID numbers are looked up by their blind index and never written down.
    """
    asked = "".join(one if one.isprintable() else " " for one in said[:LONGEST]).strip()
    if not asked or not scope[0]:
        return Found("", ())
    page = _Page(work, scope, after, limit)
    for look in (_number, _scanned, _person, _tail, _village_code, _case, _document):
        found = look(page, asked)
        if found is not None and (found.rows or found.areas):
            return found
    if any(character.isdigit() for character in asked) or not plain(asked):
        return Found(_tried(asked), ())
    return _named(page, asked)


def _tried(asked: str) -> str:
    """As what a number was looked up that led nowhere: told from the number alone, never from what is elsewhere."""
    bare = "".join(asked.split())
    if _TAIL.fullmatch(asked.upper()):
        return "身份证号后四位"
    if not _ID.fullmatch(bare):
        return "户编号、案件号、文号和核验码"
    try:
        check_id(bare)
    except Invalid:
        return "身份证号（校验码不符，可能写错一位，请核对）"
    return "身份证号"


class _Page(NamedTuple):
    """What is asked for beside the text."""

    work: Work
    scope: Scope
    after: str
    limit: int

    def hits(self, households: dict[int, dict[str, Any]]) -> tuple[Hit, ...]:
        """These households as hits, those of the area, each with what is told of it."""
        listed = places.of(self.work, list(households), self.scope)
        return tuple(Hit(listed[one], **told) for one, told in households.items() if one in listed)


def _number(page: _Page, asked: str) -> Found | None:
    """户编号, typed in any width and case."""
    query = select(Household.id).where(col(Household.number).in_(_spellings(asked)))
    found = page.work.session.exec(query).first()
    return Found("户编号", page.hits({found: {}})) if found is not None else None


def _spellings(asked: str) -> tuple[str, str]:
    """As it was typed, and in half-width capitals: an input method for Chinese types ｓｆ０００００１４ as readily."""
    return asked, unicodedata.normalize("NFKC", asked).upper()


def _scanned(page: _Page, asked: str) -> Found | None:
    """核验码、条码: what a scanner reads from a paper."""
    try:
        code = check_code.cleaned(asked)
        number = check_code.opened(code)[0].number
    except Invalid:
        return _bar_code(page, "".join(asked.split()))
    return _paper(page, "核验码", Notice.number == number)


def _bar_code(page: _Page, digits: str) -> Found | None:
    digest = beginning(digits) if digits.isascii() and digits.isdecimal() and len(digits) == DIGITS else ""
    if not digest:
        return None
    return _paper(page, "条码", (col(Notice.data_sha256) >= digest) & (col(Notice.data_sha256) < digest + "g"))


def _document(page: _Page, asked: str) -> Found | None:
    """文号."""
    try:
        number = str(check_code.number_of(asked.translate(_BRACKETS)))
    except ChengxinError:
        return None
    return _paper(page, "文号", Notice.number == number)


def _paper(page: _Page, kind: str, where: Any) -> Found:
    notice = page.work.session.exec(select(Notice).where(where).limit(1)).first()
    return Found(kind, () if notice is None else page.hits({notice.household_id: {"paper": notice.number}}))


def _case(page: _Page, asked: str) -> Found | None:
    """案件号: the 户编号 and the number of the case in it."""
    told = _CASE.fullmatch(unicodedata.normalize("NFKC", asked))
    if told is None:
        return None
    query = select(Household.id).where(col(Household.number).in_(_spellings(told[1])))
    one = page.work.session.exec(query).first()
    step = select(Step.seq).where(Step.household_id == one, Step.case_no == int(told[2])).limit(1)
    if one is None or page.work.session.exec(step).first() is None:
        return None
    return Found("案件", page.hits({one: {"case_no": int(told[2])}}))


def _person(page: _Page, asked: str) -> Found | None:
    """身份证号, of 18 characters or of 15."""
    bare = "".join(asked.split())
    if not _ID.fullmatch(bare):
        return None
    try:
        number = check_id(bare).number
    except Invalid:
        return None
    index = page.work.vault.blind("id_number", number)
    query = select(Member.household_id, Person.id).join(Person, col(Person.id) == col(Member.person_id))
    found = {(one, person) for one, person in page.work.session.exec(query.where(Person.id_index == index)) if person}
    names = _states(page, found)
    rows = [hit for household, person in sorted(found) for hit in _of(page, household, person, names)]
    return Found("身份证号", tuple(rows[: page.limit]))


def _states(page: _Page, found: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Whose name each is, of persons in households."""
    query = select(HouseholdName.household_id, HouseholdName.person_id, HouseholdName.state).where(
        col(HouseholdName.household_id).in_([household for household, _ in found])
    )
    return {(household, person): state for household, person, state in page.work.session.exec(query)}


def _of(page: _Page, household: int, person: int, states: dict[tuple[int, int], str]) -> Iterator[Hit]:
    known = page.work.session.get(Person, person)
    state = states.get((household, person))
    if known is not None and state is not None:
        yield from page.hits({household: {"person": known.name, "said": _SAID[state]}})


def _tail(page: _Page, asked: str) -> Found | None:
    """身份证号后四位."""
    if not _TAIL.fullmatch(asked):
        return None
    return _by_keys(page, "身份证号后四位", [tail_key(page.work.vault, asked.upper())], whole=True)


def _village_code(page: _Page, asked: str) -> Found | None:
    """区划代码: the households of a village, or the villages of a township."""
    if not _AREA.fullmatch(asked):
        return None
    low = asked.ljust(12, "0")
    if len(asked) == 12 and asked[9:] != "000":
        return _of_village(page, low)
    return Found("区划", (), areas=_areas(page, Area.code >= low, col(Area.code).startswith(asked)))


def _of_village(page: _Page, code: str) -> Found:
    low, high = max(code, page.scope[0]), min(str(int(code) + 1), page.scope[1])
    if low >= high:
        return Found("村（居）", ())
    found = places.roll(page.work, (low, high), after=page.after, limit=page.limit)
    return Found("村（居）", tuple(Hit(one) for one in found.rows), found.next)


def _areas(page: _Page, *where: Any) -> tuple[tuple[str, str], ...]:
    """Areas of the scope, as they are called now."""
    query = select(Area.code, Area.name).where(Area.code >= page.scope[0], Area.code < page.scope[1], *where)
    found = dict(page.work.session.exec(query.order_by(col(Area.code), col(Area.since)).limit(_AREAS)).all())
    return tuple(found.items())


def _named(page: _Page, asked: str) -> Found:
    """A name, its beginning, its pinyin; and villages of that name."""
    letters = typed(asked)
    if _LETTERS.fullmatch(letters):
        keys, kind = [f"i{letters}", f"p{letters}"][: 1 + (len(letters) > 1)], "拼音"
        named = _spelt(page, letters) if len(letters) > 1 else ()
    else:
        keys, kind = [f"n{plain(asked)}"], "姓名"
        named = _areas(page, col(Area.name).startswith(asked, autoescape=True)) if len(plain(asked)) > 1 else ()
    found = _by_keys(page, kind, keys)
    villages = [code for code, _ in named if code[9:] != "000"]
    if not found.rows and len(villages) == 1 and not page.after.count("-"):
        return _of_village(page, villages[0])._replace(areas=named)
    return found._replace(areas=named, kind=kind if found.rows or not named else "村（居）、乡镇（街道）的名称")


def _spelt(page: _Page, letters: str) -> tuple[tuple[str, str], ...]:
    """Areas whose names are read so, or begin so: beyond one county its townships, not their villages."""
    wide = () if within(page.scope, 6) else (col(Area.code).endswith("000"),)
    query = select(Area.code, Area.name).where(Area.code >= page.scope[0], Area.code < page.scope[1], *wide)
    rows = page.work.session.exec(query.order_by(col(Area.code), col(Area.since))).all()
    named = {code: name for code, name in rows if any(one.startswith(letters) for one in _read(name))}
    return tuple(named.items())[:_AREAS]


@lru_cache(maxsize=100_000)
def _read(name: str) -> tuple[str, ...]:
    """How the name of an area is read, in full and by its initials."""
    return tuple(said for one in readings(name) for said in one)


def _by_keys(page: _Page, kind: str, keys: list[str], *, whole: bool = False) -> Found:
    """Everybody whose key begins with one of these, key after key; with `whole`, is one of these."""
    start = _resumed(page)
    rows: list[Any] = []
    for key in sorted(keys):
        rows += _rows(page, (key, key + ("\x01" if whole else _END)), start, page.limit + 1 - len(rows))
        if len(rows) > page.limit:
            break
    some = rows[: page.limit]
    names = {one.id: one.name for one in page.work.session.exec(_persons([row.person_id for row in some]))}
    listed = places.of(page.work, [row.household_id for row in some], page.scope)
    hits = tuple(
        Hit(listed[row.household_id], names[row.person_id], _SAID[row.state])
        for row in some
        if row.household_id in listed and not _told_before(row, names[row.person_id], keys[0][1:])
    )
    return Found(kind, hits, _cursor(page, rows[page.limit - 1]) if len(rows) > page.limit else "")


def _rows(page: _Page, key: tuple[str, str], start: tuple[Any, ...] | None, limit: int) -> list[Any]:
    """Rows of names of the area, by key and village.

    Where the area is a township or less, along its own names; else along all of them, until a page is full. That the
    village is in the area is asked of each row, and not of another index.
    """
    low, high = page.scope
    query = (
        "SELECT key, area, household_id, person_id, state FROM household_name "
        "WHERE key >= :key AND key < :end AND (area || '') >= :low AND (area || '') < :high"
    )
    told: dict[str, Any] = {"key": key[0], "end": key[1], "low": low, "high": high, "limit": limit}
    if within(page.scope, 9):
        query += " AND town = :town"
        told["town"] = low[:9]
    if start is not None:
        query += " AND (key, area, household_id, person_id) > (:key0, :area0, :household0, :person0)"
        told |= dict(zip(("key0", "area0", "household0", "person0"), start, strict=True))
    query += " ORDER BY key, area, household_id, person_id LIMIT :limit"
    return list(page.work.session.connection().execute(text(query), told))


def within(scope: Scope, width: int) -> bool:
    """Does an area lie in one township (9 digits) or county (6)?"""
    return int(scope[1]) - int(scope[0]) <= int("1".ljust(13 - width, "0"))


def _persons(ids: list[int]) -> Any:
    return select(Person).where(col(Person.id).in_(ids))


def _told_before(row: Any, name: str, letters: str) -> bool:
    """Was this person found by the initials already? Then not again by the pinyin."""
    return str(row.key).startswith("p") and any(one.initials.startswith(letters) for one in readings(name))


def _cursor(page: _Page, row: Any) -> str:
    """Where the next page begins: it names nobody."""
    keys = _keys_of(page, row.household_id, row.person_id)
    return f"{row.household_id}-{row.person_id}-{keys.index(row.key)}"


def _resumed(page: _Page) -> tuple[Any, ...] | None:
    """The row after which to go on; None for the first page, and where that row is not there any more."""
    told = [int(one) for one in page.after.split("-") if one.isdecimal() and len(one) < 16]
    place = page.work.session.get(HouseholdPlace, told[0]) if len(told) == 3 else None
    if place is None:
        return None
    keys = _keys_of(page, told[0], told[1])
    return (keys[told[2]], place.area, told[0], told[1]) if told[2] < len(keys) else None


def _keys_of(page: _Page, household: int, person: int) -> list[str]:
    query = select(HouseholdName.key).where(HouseholdName.household_id == household, HouseholdName.person_id == person)
    return sorted(page.work.session.exec(query))
