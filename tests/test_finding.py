"""查找 (finding): one box finds a household by whatever is at hand, in one's own area and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import finding, households, notices, persons, places
from integrity.finding import Found
from integrity.records.ledger import Notice
from integrity.records.office import Area, Person
from integrity.records.places import HouseholdName
from integrity.records.seals import PaperCode
from integrity.rules.areas import code_range
from integrity.rules.identity import make_id
from integrity.terms import PaperKind, Presence, Procedure, Relation
from integrity.work import Office
from reports.barcodes import digits_of
from tests.case_office import opened
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import furnish, granted, papers
from tests.test_destruction import destroy, left

__all__ = ["left", "papers"]
Family = Callable[..., int]
COUNTY, TOWN, ELSEWHERE = (code_range(code) for code in ("370811000000", "370811001000", "370829001000"))
ID = make_id("370811", date(1980, 2, 3), 314)


def enter(office: Office, household: int, name: str, no: int, id_number: str = "") -> Person:
    """One more member of a household."""
    with office.work("jb01") as work:
        person = persons.register(work, name, id_number=id_number)
        households.enter_member(
            work, household, person, no=no, since=date(2024, 2, 1), relation=Relation.OTHER, area=VILLAGE
        )
    return person


def found(office: Office, text: str, scope: tuple[str, str] = COUNTY, **more: object) -> Found:
    with office.reading() as work:
        return finding.find(work, text, scope=scope, **more)  # type: ignore[arg-type]


def people(office: Office, text: str, scope: tuple[str, str] = COUNTY) -> list[tuple[str, str]]:
    return [(one.person, one.said) for one in found(office, text, scope).rows]


@pytest.fixture
def homes(office: Office, family: Family) -> tuple[int, int]:
    """Two households with people of names that are easily misread."""
    with office.work("jb01") as work:
        one, two = family(work), family(work)
    for no, name in enumerate(("曾乐䶮", "单红", "买买提·吐逊", "查理"), start=2):
        enter(office, one, name, no)
    enter(office, two, "曾强", 2, ID)
    return one, two


@pytest.mark.parametrize("scope", [COUNTY, TOWN])
def test_people_are_found_by_name_pinyin_and_initials(
    office: Office, homes: tuple[int, int], scope: tuple[str, str]
) -> None:
    wanted = {
        "曾": ["曾乐䶮", "曾强"], "曾乐䶮": ["曾乐䶮"], "曾强 ": ["曾强"], "zengq": ["曾强"], "cengqiang": ["曾强"],
        "zengle": ["曾乐䶮"], "zengyueyan": ["曾乐䶮"], "ZLY": ["曾乐䶮"], "zyy": ["曾乐䶮"], "shanhong": ["单红"],
        "danhong": ["单红"], "zhali": ["查理"], "chali": ["查理"], "买买提吐逊": ["买买提·吐逊"],
        "买买提 吐": ["买买提·吐逊"], "mmttx": ["买买提·吐逊"], "强": [], "䶮": [], "%": [], "_": [], "z' OR 1=1": [],
        "曾\0强": ["曾强"], "\ud800": [],
    }  # fmt: skip
    told = {text: [name for name, _ in people(office, text, scope)] for text in wanted}
    assert told == wanted
    initials = [one.person for one in found(office, "z", scope).rows]
    assert sorted(set(initials)) == ["曾乐䶮", "曾强", "查理"]


def test_numbers_find_one_household(office: Office, homes: tuple[int, int]) -> None:
    old = ID[:6] + ID[8:17]
    for text in (ID, f" {ID[:6]} {ID[6:]} ", old):
        assert people(office, text) == [("曾强", "")], text
        assert found(office, text).kind == "身份证号"
    assert people(office, ID[-4:].lower()) == [("曾强", "")]
    assert found(office, ID[-4:]).kind == "身份证号后四位"
    assert people(office, ID[:-1] + "9X"[ID[-1] == "9"]) == [], "a number that cannot be right"
    by_number = found(office, "JN000002")
    assert (by_number.kind, [one.household.household_id for one in by_number.rows]) == ("户编号", [homes[1]])
    for typed in ("jn000002", "".join(chr(ord(one) + 0xFEE0) for one in "JN000002")):
        assert [one.household.household_id for one in found(office, typed).rows] == [homes[1]], typed
    with office.reading() as work:
        keys = " ".join(work.session.exec(select(HouseholdName.key)).all())
    assert ID[-4:] not in keys
    assert ID not in keys


def test_nothing_of_another_area_is_told(office: Office, homes: tuple[int, int]) -> None:
    for text in ("曾", "zq", ID, ID[-4:], "JN000002", VILLAGE, "试验村"):
        for scope in (ELSEWHERE, code_range("370829000000"), ("", "")):
            told = found(office, text, scope)
            assert (told.rows, told.next, told.areas) == ((), "", ()), text
    cursor = found(office, "z", COUNTY, limit=1).next
    assert cursor
    assert found(office, "z", ELSEWHERE, after=cursor).rows == ()


def test_former_names_and_members_who_left_are_found_and_said_so(office: Office, homes: tuple[int, int]) -> None:
    with office.work("jb01") as work:
        renamed = persons.register(work, "尉迟恭")
        households.enter_member(
            work, homes[1], renamed, no=2, since=date(2026, 1, 1), relation=Relation.OTHER, area=VILLAGE
        )
        households.change_member(work, homes[0], 3, since=date(2026, 2, 1), presence=Presence.DEAD)
    assert people(office, "曾强") == [("曾强", "曾用名")]
    assert people(office, ID) == [("曾强", "曾用名")]
    assert people(office, "yuchi") == people(office, "尉迟") == [("尉迟恭", "")]
    assert people(office, "单红") == [("单红", "已不在该户")]


def test_pages_follow_one_another_and_show_everybody_once(office: Office, homes: tuple[int, int]) -> None:
    for no in range(10, 22):
        enter(office, homes[no % 2], "张恒" if no % 3 else "赵和", no)
    for scope in (COUNTY, TOWN):
        for text, most in (("zh", 12), ("张", 8), ("z", 15)):
            seen, after = [], ""
            for _ in range(30):
                page = found(office, text, scope, after=after, limit=5)
                seen += [(one.household.household_id, one.person) for one in page.rows]
                after = page.next
                if not after:
                    break
            assert len(seen) >= most, (text, scope)
    for nonsense in ("x", "1-2", "1-2-3-4", "9" * 40, "1--1", "0-0-0"):
        assert found(office, "张", COUNTY, after=nonsense, limit=5).rows == found(office, "张", COUNTY, limit=5).rows


def test_villages_are_found_by_name_and_code(office: Office, homes: tuple[int, int]) -> None:
    with office.work("fh01") as work:
        for code, name in ((VILLAGE, "河西村"), ("370811001002", "河西庄"), ("370829001001", "河西村")):
            work.put(Area(code=code, since=date(2020, 1, 1), name=name))
    named = found(office, "河西")
    assert named.areas == ((VILLAGE, "河西村"), ("370811001002", "河西庄"))
    for text in ("河西村", VILLAGE):
        told = found(office, text)
        assert told.kind == "村（居）"
        assert [one.household.household_id for one in told.rows] == list(homes)
    assert found(office, "370811001").areas == ((VILLAGE, "河西村"), ("370811001002", "河西庄"))


def test_villages_are_found_as_they_are_read(office: Office, homes: tuple[int, int]) -> None:
    names = {VILLAGE: "朱庄村", "370811001002": "朱家庄", "370811001000": "石桥镇", "370829001001": "朱庄村"}
    with office.work("fh01") as work:
        for code, name in names.items():
            work.put(Area(code=code, since=date(2020, 1, 1), name=name))
    for text in ("zhuzhuang", "zzc", "ZhuZhuangCun", "zhuzhuang "):
        told = found(office, text)
        assert (told.kind, told.areas) == ("村（居）", ((VILLAGE, "朱庄村"),)), text
        assert [one.household.household_id for one in told.rows] == list(homes)
    assert found(office, "zhu").areas == ((VILLAGE, "朱庄村"), ("370811001002", "朱家庄"))
    wide = found(office, "zhu", code_range("370000000000"))
    assert wide.areas == (), "beyond a county its townships only: a province has too many villages to read"
    for text in ("石桥", "石桥镇", "sqz"):
        told = found(office, text)
        assert (told.kind, told.rows, told.areas) == (
            "村（居）、乡镇（街道）的名称", (), (("370811001000", "石桥镇"),)
        ), text  # fmt: skip
    assert found(office, "sqz", code_range("370000000000")).areas == (("370811001000", "石桥镇"),)
    assert found(office, "zzc", ELSEWHERE).areas == (("370829001001", "朱庄村"),)
    assert found(office, "zzc", TOWN).areas == ((VILLAGE, "朱庄村"),)
    assert found(office, "z").areas == (), "one letter begins too many"


def test_a_household_of_which_several_are_found_is_told_once(office: Office, homes: tuple[int, int]) -> None:
    one, two = homes
    told = finding.by_household(found(office, "z").rows)
    assert [(home.household.household_id, {hit.person for hit in home.hits}) for home in told] == [
        (one, {"曾乐䶮", "查理"}), (two, {"曾强"})
    ]  # fmt: skip
    assert finding.by_household(()) == ()


def test_papers_and_cases_lead_to_their_household(
    office: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    furnish(office)
    one, _ = granted(office, family, 2)
    clock.on(date(2026, 9, 2))
    opened(office, "fh01", one, Procedure.RECHECK)
    with office.work("jb01") as work:
        notices.print_now(work, one, PaperKind.F01)
    with office.reading() as work:
        notice = work.session.exec(select(Notice).where(Notice.household_id == one)).one()
        code = work.session.get_one(PaperCode, notice.number).code
    typed = notice.number.replace("〔", " [").replace("〕", "]")
    codes = {"核验码": code, "条码": digits_of(notice.data_sha256), "文号": typed}
    for kind, text in {**codes, "核验码 ": " ".join(code[at : at + 8] for at in range(0, len(code), 8))}.items():
        told = found(office, text)
        wanted = (kind.strip(), [(one, notice.number)])
        assert (told.kind, [(hit.household.household_id, hit.paper) for hit in told.rows]) == wanted
        assert found(office, text, ELSEWHERE).rows == ()
    for text in ("JN000001#1", "JN000001 1", "JN000001第1号案件", "JN000001/1"):
        told = found(office, text)
        assert [(hit.household.household_id, hit.case_no) for hit in told.rows] == [(one, 1)], text
        assert found(office, text, ELSEWHERE).rows == ()
    assert found(office, "JN000001#2").rows == found(office, "JN000002#1").rows == ()


def test_a_destroyed_household_is_found_by_no_name_any_more(left: Office) -> None:
    told = [people(left, text) for text in ("亓官毁一", "qgh")]
    assert told == [[("亓官毁一", "")]] * 2
    destroy(left, 1)
    with left.reading() as work:
        assert not work.session.exec(select(HouseholdName).where(HouseholdName.household_id == 1)).all()
        assert not list(places.faults(work))
    assert people(left, "亓官毁一") == []
    assert [one.household.head for one in found(left, "JN000001").rows] == [""]
