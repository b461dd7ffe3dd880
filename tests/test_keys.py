"""更换密钥 (rotation of keys): everything opens under the new key, a killed one goes on, no key leaves too early."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity import backups, bookcheck, keys, notices, persons
from integrity.errors import NotFound, Refused
from integrity.records.office import Audit, PaperData, Person
from integrity.terms import PaperKind
from integrity.vault import load_vault
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import furnish, granted, papers

__all__ = ["papers"]
Family = Callable[..., int]


@pytest.fixture
def filled(office: Office, family: Family, papers: Path) -> Office:
    """Seven households, three of them with a paper."""
    furnish(office)
    households = granted(office, family, 7)
    for household in households[:3]:
        with office.work("jb01") as work:
            notices.print_now(work, household, PaperKind.F01)
    return office


def ids(office: Office) -> set[str]:
    """The ids of all keys that rows carry."""
    with office.reading() as work:
        return {*work.session.exec(select(Person.key_id)), *work.session.exec(select(PaperData.key_id))}


def plain(office: Office) -> list[tuple[str, ...]]:
    """Every number in clear, and what every paper says."""
    with office.reading() as work:
        people = work.session.exec(select(Person).order_by("id")).all()
        said = [tuple(persons.plain(work, one, column) for column in persons.SEALED) for one in people]
        return said + [
            (work.vault.open_bytes(one.key_id, one.cipher, f"paper_data|{one.sha256}").decode(),)
            for one in work.session.exec(select(PaperData).order_by("sha256"))
        ]


def faults(office: Office) -> list[str]:
    with office.reading() as work:
        return list(bookcheck.faults(work))


def test_everything_is_sealed_again_and_reads_the_same(filled: Office, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    before, marks = plain(filled), (filled.vault.index, filled.vault.chain, backups.key_mark(filled.vault))
    done = keys.rotate(filled, path, "sp01")
    assert (done.current, done.sealed, done.faults) == ("k2", 17, ())
    assert ids(filled) == {"k2"}
    assert plain(filled) == before
    assert (filled.vault.index, filled.vault.chain, backups.key_mark(filled.vault)) == marks
    assert faults(filled) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(load_vault(path).keys) == {"k1", "k2"}


def test_a_rotation_that_was_killed_goes_on_with_the_same_key(
    filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = tmp_path / "keys.toml", plain(filled)
    monkeypatch.setattr(keys, "BLOCK", 2)

    def killed(done: int, _: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.rotate(filled, path, "sp01", killed)
    assert ids(filled) == {"k1", "k2"}
    assert plain(filled) == before
    with pytest.raises(Refused, match="还有 11 条记录要用密钥 k1"):
        keys.retire(filled, path, "k1", "sp01")
    done = keys.rotate(filled, path, "sp01")
    assert (done.current, done.sealed) == ("k2", 11)
    assert ids(filled) == {"k2"}
    assert plain(filled) == before
    assert faults(filled) == []


def test_killed_between_the_key_file_and_the_first_block(filled: Office, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    keys._add_key(filled.vault, path)
    assert keys.rotate(filled, path, "sp01").current == "k2"
    assert ids(filled) == {"k2"}


def test_an_old_key_leaves_only_when_nothing_needs_it(filled: Office, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    with pytest.raises(Refused, match="现用密钥"):
        keys.retire(filled, path, "k1", "sp01")
    with pytest.raises(NotFound, match="没有密钥 k9；现有：k1"):
        keys.retire(filled, path, "k9", "sp01")
    keys.rotate(filled, path, "sp01")
    keys.retire(filled, path, "k1", "sp01")
    assert set(load_vault(path).keys) == {"k2"}
    assert faults(filled) == []
    assert keys.rotate(filled, path, "sp01").current == "k3"
    with filled.reading() as work:
        said = [line.action for line in work.session.exec(select(Audit)) if "密钥" in line.action]
    assert said == ["更换密钥", "更换密钥完成", "停用密钥", "更换密钥", "更换密钥完成"]


def test_a_backup_from_before_holds_the_old_key_back(
    filled: Office, tmp_path: Path, clock: SetClock, request: pytest.FixtureRequest
) -> None:
    if filled.engine.dialect.name == "postgresql":
        pytest.skip("which backups need a key does not hang on the kind of database")
    path, kept = tmp_path / "keys.toml", tmp_path / "backups"
    made = backups.make(filled, kept)
    clock.now += timedelta(minutes=5)
    keys.rotate(filled, path, "sp01")
    with pytest.raises(Refused, match=made.folder.name):
        keys.retire(filled, path, "k1", "sp01", kept=kept)
    later = backups.make(filled, kept)
    assert keys.needing(filled, kept) == [made.folder]
    shutil.rmtree(made.folder)
    keys.retire(filled, path, "k1", "sp01", kept=kept)
    assert backups.read(later.folder).households == 7


def test_what_cannot_be_opened_is_named_and_keeps_its_key(filled: Office, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    with filled.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER guard_person_update"))
        else:
            connection.execute(text("DROP TRIGGER guard_person_update ON person"))
        other = connection.execute(text("SELECT id_number FROM person WHERE id = 2")).scalar()
        connection.execute(text("UPDATE person SET id_number = :other WHERE id = 1"), {"other": other})
    done = keys.rotate(filled, path, "sp01")
    assert len(done.faults) == 1
    assert done.faults[0].startswith("第 1 号人员：密文与所在位置不符")
    assert done.sealed == 16
    with pytest.raises(Refused, match="还有 1 条记录"):
        keys.retire(filled, path, "k1", "sp01")


def test_what_was_destroyed_needs_no_key(filled: Office, tmp_path: Path) -> None:
    with filled.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE person SET name = '', id_number = '', id_index = '', phone = '', account = '', salt = '', "
                "sex = '', born_on = NULL, destroyed_on = 20700 WHERE id = 1"
            )
        )
    path = tmp_path / "keys.toml"
    assert keys.rotate(filled, path, "sp01").sealed == 16
    keys.retire(filled, path, "k1", "sp01")
    assert faults(filled) == []
    with filled.reading() as work:
        gone = work.session.get(Person, 1)
        assert gone is not None
        assert (gone.name, gone.destroyed_on) == ("", date(2026, 9, 4))


def test_the_key_file_is_never_half_written(filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.toml"
    whole = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.rotate(filled, path, "sp01")
    assert path.read_bytes() == whole
    assert ids(filled) == {"k1"}
