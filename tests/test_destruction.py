"""销毁 (destruction): only what is due, by two persons; nothing can be read back, and every chain stays whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import (
    assistance,
    backups,
    bookcheck,
    destruction,
    destruction_register,
    editions,
    households,
    notices,
    persons,
    rechecks,
    retention,
)
from integrity.errors import Invalid, Refused
from integrity.records.chain import breaks
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Audit, PaperData, Person
from integrity.rules.identity import make_id
from integrity.rules.policy import load_texts
from integrity.settings import Settings, settings
from integrity.terms import Event, ExitReason, PaperKind, Relation, ServiceWay
from integrity.work import Office, open_office
from tests.conftest import SetClock
from tests.papers_office import furnish, granted, papers

__all__ = ["papers"]
Family = Callable[..., int]
LEFT = date(2026, 7, 20)
LATER = date(2032, 1, 5)
NAME = "亓官毁一"
ADDRESS = "甲申里二十二号后院"
"""Of one person in the first household and of nobody else."""
LIST = "任民档销〔2032〕1号"


@pytest.fixture
def left(office: Office, family: Family, papers: Path, clock: SetClock) -> Office:
    """Three households, the first two out of assistance since July 2026; all with papers; it is January 2032."""
    furnish(office)
    everybody = granted(office, family, 3)
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        lone = persons.register(work, NAME, id_number=make_id("370811", date(1970, 3, 4), 77), phone="13800001234")
        households.enter_member(
            work, 1, lone, no=3, since=date(2026, 1, 10), relation=Relation.SIBLING, area="370811001001"
        )
        households.settle(work, 1, area="370811001001", address=ADDRESS, urban=True, since=date(2026, 1, 11))
        rechecks.report(
            work,
            1,
            Event.REPORTED_CHANGE,
            happened_on=date(2026, 1, 12),
            reported_on=date(2026, 1, 12),
            detail=f"{NAME}患病住院",
        )
    for household in everybody:
        clock.on(date(2026, 7, 6))
        with office.work("jb01") as work:
            notices.print_now(work, household, PaperKind.F01)
        clock.on(date(2026, 7, 7))
        with office.work("jb01") as work:
            notice = work.session.exec(select(Notice).where(Notice.household_id == household)).one()
            notices.serve(
                work, notice, ServiceWay.DIRECT, on=date(2026, 7, 7), receiver=NAME if household == 1 else "本人"
            )
    for household in (1, 2):
        with office.work("sp01", now=datetime(2026, 7, 8, 9, tzinfo=SHANGHAI)) as work:
            assistance.stop(
                work, household, ExitReason.X15, decided_on=date(2026, 6, 20), effective_on=LEFT, decided_by="sp01"
            )
    clock.on(LATER)
    return office


def numbers(office: Office, household: int) -> list[str]:
    """The names and ID numbers of a household, and its persons' index."""
    with office.reading() as work:
        rows = [work.session.get(Person, one) for one in destruction._own_persons(work, household)]
        return [word for row in rows if row for word in (row.name, persons.plain(work, row, "id_number"), row.id_index)]


def put_on_list(office: Office, household: int) -> None:
    with office.work("fh01") as work:
        destruction.appraise(work, household, list_number=LIST)
    with office.work("sp01") as work:
        destruction.approve(work, household, list_number=LIST)


def destroy(office: Office, household: int) -> destruction_register.Destroyed:
    """Both acts, and the destruction by a third person."""
    put_on_list(office, household)
    with office.work("jb01") as work:
        return destruction.destroy(work, household, list_number=LIST, appraised_by="fh01", approved_by="sp01")


def place() -> Settings:
    """The settings with the key file of the test's office beside its register."""
    return Settings(home=settings().home, key_file=settings().home.parent / "keys.toml")


def found_in(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Which files below a folder hold one of these words."""
    return [
        (path.name, word)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes() or word.encode("utf-16-le") in path.read_bytes()
    ]


def broken(office: Office) -> list[str]:
    with office.reading_engine.connect() as connection:
        return [str(one) for one in breaks(connection, office.vault.chain)]


def test_only_those_whose_time_is_over_are_listed(left: Office) -> None:
    with left.reading() as work:
        for on, expected in ((date(2031, 7, 19), []), (date(2031, 7, 20), []), (date(2031, 7, 21), [1, 2])):
            assert [one.household_id for one in destruction.due(work, on)] == expected, on
        kept = retention.assess(work, 1, LATER)
        assert [(one.name, one.until) for one in kept.times] == [
            ("审批类档案（家庭退出后）", date(2029, 7, 20)), ("日常管理类档案（最后一次登记后）", date(2031, 7, 20)),
        ]  # fmt: skip
        assert retention.assess(work, 3, LATER).left_on is None


def test_an_unset_keep_time_asks_and_lists_nobody(left: Office) -> None:
    with left.work("sp01") as work:
        sources = dict(editions.in_force(work).sources)
        start = sources["CN.toml"].index('key = "archive.daily"')
        sources["CN.toml"] = sources["CN.toml"][:start] + sources["CN.toml"][start:].replace(
            "value = 5\n", "unset = true\n", 1
        )
        editions.register(work, load_texts(sources))
    with left.reading() as work:
        assert destruction.due(work, LATER) == []
        asked = destruction.waiting(work, LATER)
        assert [one.household_id for one in asked] == [1, 2]
        assert "archive.daily没有设定，请人工确定" in asked[0].questions[0]
    with left.work("fh01") as work, pytest.raises(Refused, match="保管期限没有设定"):
        destruction.appraise(work, 1, list_number=LIST)


def test_a_legal_hold_keeps_the_records(left: Office) -> None:
    with left.work("fh01") as work:
        retention.hold(work, 1, "（2031）鲁0811行初7号")
        with pytest.raises(Refused, match="原因"):
            retention.hold(work, 2, " ")
    with left.reading() as work:
        assert [one.household_id for one in destruction.due(work, LATER)] == [2]
        assert destruction.waiting(work, LATER)[0].holds == ("已暂停销毁：（2031）鲁0811行初7号",)
    with left.work("fh01") as work, pytest.raises(Refused, match="鲁0811行初7号"):
        destruction.appraise(work, 1, list_number=LIST)
    with left.work("sp01") as work:
        retention.release(work, 1, "判决已生效")
        with pytest.raises(Refused, match="没有暂停"):
            retention.release(work, 1, "判决已生效")
    with left.reading() as work:
        assert [one.household_id for one in destruction.due(work, LATER)] == [1, 2]


def test_it_takes_two_persons_each_by_his_own_act(left: Office) -> None:
    def attempt(by: str, appraised_by: str, approved_by: str) -> None:
        with left.work(by) as work:
            destruction.destroy(work, 1, list_number=LIST, appraised_by=appraised_by, approved_by=approved_by)

    with pytest.raises(Refused, match="没有 fh01 对该户的“销毁鉴定”"):
        attempt("jb01", "fh01", "sp01")
    with left.work("sp01") as work, pytest.raises(Refused, match="没有列入销毁清册"):
        destruction.approve(work, 1, list_number=LIST)
    with left.work("fh01") as work:
        destruction.appraise(work, 1, list_number=LIST)
    with left.work("fh01") as work, pytest.raises(Refused, match="两人分别办理"):
        destruction.approve(work, 1, list_number=LIST)
    with pytest.raises(Refused, match="没有 sp01 对该户的“批准销毁”"):
        attempt("jb01", "fh01", "sp01")
    with pytest.raises(Refused, match="两人分别办理"):
        attempt("jb01", "fh01", "fh01")
    with left.work("sp01") as work:
        destruction.approve(work, 1, list_number=LIST)
    with pytest.raises(Refused, match="没有 jb01 对该户的“销毁鉴定”"):
        attempt("sp01", "jb01", "sp01")
    attempt("jb01", "fh01", "sp01")
    with pytest.raises(Refused, match="已经依法销毁"):
        attempt("jb01", "fh01", "sp01")
    with left.work("fh01") as work, pytest.raises(Refused, match="还在救助中"):
        destruction.appraise(work, 3, list_number=LIST)


def test_nothing_can_be_read_back(left: Office, papers: Path, tmp_path: Path) -> None:
    (papers / "2026-03-01").mkdir()
    roll = papers / "2026-03-01" / "核查名单-试验街道370811001.xlsx"
    newer = papers / "2031-12-31" / roll.name
    newer.parent.mkdir()
    gone, stays = numbers(left, 1), numbers(left, 3)
    for path in (roll, newer):
        path.write_text(NAME)
    if left.engine.dialect.name == "sqlite":
        assert any(name.startswith("chengxin.db") and word == NAME for name, word in found_in(tmp_path, gone))
    gone.append(ADDRESS)
    held = sorted(path.name for path in papers.rglob("*.pdf"))
    row = destroy(left, 1)
    assert (len(row.persons), len(row.papers), len(row.files)) == (3, 1, 1)
    assert destruction.finish(left, place()) == []
    newer.unlink()
    assert not roll.exists()
    assert sorted(path.name for path in papers.rglob("*.pdf")) == [
        name for name in held if name != Path(row.files[0]).name
    ]
    if left.engine.dialect.name == "sqlite":  # the server of PostgreSQL keeps its own files
        own = [word for word in gone if word not in stays]
        assert NAME in own
        assert found_in(tmp_path, own) == []
        assert {word for _, word in found_in(tmp_path, stays[2:3])}
    with left.reading() as work:
        people = [work.session.get(Person, one) for one in row.persons]
        assert all(one and not persons.altered(work, one) and one.destroyed_on == LATER for one in people)
        kept = work.session.get(PaperData, row.papers[0])
        assert kept is not None
        assert kept.cipher == b""
        assert persons.find(work, gone[1]) == []
        assert destruction.destroyed(work) == {1}
        assert [one.household_id for one in destruction.due(work, LATER)] == [2]


def test_the_chains_stay_whole_and_the_act_is_on_record(left: Office) -> None:
    row = destroy(left, 1)
    destruction.finish(left, place())
    assert broken(left) == []
    with left.reading() as work:
        assert list(bookcheck.faults(work)) == []
        assert destruction.recorded(work) == [row]
        told = [(line.action, line.actor) for line in work.session.exec(select(Audit)) if "销毁" in line.action]
    assert told[0] == ("销毁鉴定", "fh01")
    assert told[1] == ("批准销毁", "sp01")
    assert told[-1] == ("依法销毁", "jb01")


def test_who_lives_in_another_household_stays_there(left: Office) -> None:
    with left.work("jb01") as work:
        moved = destruction._own_persons(work, 1)[1]
        person = work.session.get(Person, moved)
        assert person is not None
        households.enter_member(
            work, 3, person, no=7, since=date(2026, 6, 1), relation=Relation.CHILD, area="370811001001"
        )
    row = destroy(left, 1)
    assert moved not in row.persons
    with left.reading() as work:
        again = work.session.get(Person, moved)
        assert again is not None
        assert again.name


def test_finishing_goes_on_after_a_crash(left: Office, papers: Path) -> None:
    row = destroy(left, 1)
    with left.reading() as work:
        key = work.vault.chain
    register = destruction_register.beside(place().keys)
    destruction_register.append(register, key, [row])
    whole = register.read_bytes()
    register.write_bytes(whole[: len(whole) // 2])  # died while writing
    for _ in range(2):
        destruction.finish(left, place())
        assert register.read_bytes() == whole
        assert not (papers / row.files[0]).exists()


def test_an_altered_register_is_refused(left: Office) -> None:
    destroy(left, 1)
    destroy(left, 2)
    destruction.finish(left, place())
    path, key = destruction_register.beside(place().keys), left.vault.chain
    assert path.stat().st_mode & 0o777 == 0o600
    first, second = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert [one.household_id for one in destruction_register.read(path, key)] == [1, 2]
    other = json.dumps(json.loads(first) | {"household_id": 3}, ensure_ascii=False, sort_keys=True) + "\n"
    for altered in (second, second + first, other + second, first + "{}\n", first + "x\n"):
        path.write_text(altered, encoding="utf-8")
        with pytest.raises(Invalid, match="销毁登记簿"):
            destruction_register.read(path, key)


def test_a_restored_backup_does_not_bring_the_destroyed_back(left: Office, tmp_path: Path) -> None:
    if left.engine.dialect.name == "postgresql":
        pytest.skip("needs a second server database; the same `replay` runs on both, see below")
    gone, stays = numbers(left, 1), numbers(left, 3)
    made = backups.make(left, tmp_path / "kept")
    destroy(left, 1)
    destruction.finish(left, place())
    home = tmp_path / "elsewhere"
    home.mkdir()
    for name in ("keys.toml", destruction_register.NAME):
        shutil.copy(tmp_path / name, home / name)
    backups.restore(Settings(home=home, database=""), made.folder)
    own = [word for word in gone if word not in stays]
    assert (made.file, NAME) in found_in(made.folder, own)
    assert found_in(home, own) == []
    again = open_office(Settings(home=home, database=""))
    assert broken(again) == []
    with again.reading() as work:
        assert destruction.destroyed(work) == {1}
    again.dispose()


def test_what_the_register_names_is_destroyed_again_once(left: Office, tmp_path: Path) -> None:
    put_on_list(left, 1)

    def undone() -> destruction_register.Destroyed:
        with left.work("jb01") as work:
            row = destruction.destroy(work, 1, list_number=LIST, appraised_by="fh01", approved_by="sp01")
            rows.append(row)
            raise KeyError
        return row

    rows: list[destruction_register.Destroyed] = []
    with pytest.raises(KeyError):
        undone()
    other = replace(rows[0], household_id=2)  # the id of another household, the root of the first
    register = destruction_register.beside(tmp_path / "keys.toml")
    destruction_register.append(register, left.vault.chain, [other])
    url = left.engine.url.render_as_string(hide_password=False)
    assert destruction.replay(url, left.vault, tmp_path / "keys.toml") == 0
    register.unlink()
    destruction_register.append(register, left.vault.chain, rows)
    assert destruction.replay(url, left.vault, tmp_path / "keys.toml") == 1
    assert destruction.replay(url, left.vault, tmp_path / "keys.toml") == 0
    assert broken(left) == []
    with left.reading() as work:
        assert destruction.destroyed(work) == {1}
        assert [one.name for one in work.session.exec(select(Person).where(Person.name == NAME))] == []
        assert destruction.recorded(work) == rows


def test_backups_from_before_are_named(left: Office) -> None:
    old = settings().backups / "chengxin-20320104-220000"
    old.mkdir(parents=True)
    (old / "manifest.json").write_text("{}")
    newer = settings().backups / "chengxin-20320106-220000"
    newer.mkdir()
    (newer / "manifest.json").write_text("{}")
    destroy(left, 1)
    said = destruction.finish(left, place())
    assert len(said) == 1
    assert old.name in said[0]
