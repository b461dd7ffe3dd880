"""证据材料 (evidence): kept sealed, once, checked; what is changed is named, what is destroyed opens nowhere."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import backups, bookcheck, destruction, evidence, evidence_copies, keys, kinship, rechecks
from integrity.destruction_register import NAME as REGISTER
from integrity.errors import Invalid, NotFound, Refused
from integrity.evidence_kinds import KINDS, kind_of
from integrity.records.evidence import Evidence
from integrity.records.office import Audit
from integrity.rules.identity import make_id
from integrity.settings import Settings, settings
from integrity.terms import Event
from integrity.work import Office, open_office
from tests.papers_office import furnish, granted, papers
from tests.test_backups import kept as backed
from tests.test_backups import place as elsewhere
from tests.test_destruction import destroy, left, place

__all__ = ["backed", "left", "papers"]
Family = Callable[..., int]
SCAN = b"%PDF-1.4\n" + "亓官氏签名的笔录".encode() * 40
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9
TELLING = "亓官氏的残疾证.pdf"


@pytest.fixture
def home(office: Office, family: Family, papers: Path) -> Office:
    """Two households on assistance."""
    furnish(office)
    granted(office, family, 2)
    return office


def kept(office: Office, content: bytes = SCAN, household: int = 1, name: str = TELLING) -> Evidence:
    with office.work("jb01") as work:
        return evidence.keep(work, content, name, household, taken_on=date(2026, 10, 30))


def read(office: Office, row: Evidence) -> bytes:
    with office.work("jb01") as work:
        return evidence.fetch(work, row.household_id, row.sha256).content


def files() -> list[Path]:
    return sorted(path for path in settings().evidence.rglob("*") if path.is_file())


def faults(office: Office) -> list[str]:
    with office.reading() as work:
        return list(bookcheck.faults(work))


def orphans(office: Office) -> list[Path]:
    with office.reading() as work:
        return list(evidence.orphans(work))


def rows(office: Office) -> int:
    with office.reading() as work:
        return len(work.session.exec(select(Evidence)).all())


def test_what_is_kept_comes_back_and_tells_nobody_else(home: Office) -> None:
    row = kept(home)
    with home.work("fh01") as work:
        found = evidence.fetch(work, 1, row.sha256)
    assert (found.content, found.name, found.kind.code) == (SCAN, TELLING, "pdf")
    (file,) = files()
    assert file.stat().st_mode & 0o777 == 0o600
    assert SCAN[9:30] not in file.read_bytes()
    assert row.sha256[:12] not in str(file)
    assert "亓官" not in row.name
    with home.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.subject == "household:1")).all()
        told = [(line.actor, line.action, line.detail) for line in lines if "证据" in line.action]
    assert told == [("jb01", "保存证据", row.sha256), ("fh01", "查看证据", row.sha256)]
    assert faults(home) == orphans(home) == []


def test_the_same_bytes_are_one_row_and_each_household_has_its_own(home: Office) -> None:
    first, again, other = kept(home), kept(home, name="另一个名称.pdf"), kept(home, household=2)
    assert (first.id, rows(home), len(files())) == (again.id, 2, 2)
    assert other.id != first.id
    with home.work("jb01") as work:
        assert evidence.fetch(work, 1, first.sha256).name == TELLING
        with pytest.raises(NotFound, match="没有保存指纹"):
            evidence.fetch(work, 2, "0" * 64)
    files()[0].write_bytes(files()[1].read_bytes())  # the file of one for the other's
    assert len(faults(home)) == 1


def test_many_at_once_keep_one(home: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: kept(home, PHOTO, household=1 + n % 2), range(16)))
    assert len({row.id for row in made}) == rows(home) == len(files()) == 2
    assert [read(home, row) for row in made[:2]] == [PHOTO, PHOTO]
    assert faults(home) == []


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("pdf", SCAN), ("jpeg", PHOTO), ("png", b"\x89PNG\r\n\x1a\n\x00"), ("webp", b"RIFF\x04\x00\x00\x00WEBPVP8 "),
        ("tiff", b"II*\x00\x08"), ("tiff", b"MM\x00*\x08"), ("text", "笔录：\n同意。".encode()),
        ("text", b"\xef\xbb\xbf" + "带标记".encode()),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_kind_is_known_by_its_bytes(code: str, content: bytes) -> None:
    assert kind_of(content) == KINDS[code]


OTHERS = {
    "nothing": b"", "blanks": b" \n ", "zip": b"PK\x03\x04" + bytes(40), "program": b"\x7fELF" + bytes(9),
    "windows": b"MZ\x90\x00",
    "sound": b"ID3\x04\x00", "gif": b"GIF89a\x01\x00", "wave": b"RIFF\x04\x00\x00\x00WAVEfmt ",
    "word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "gb18030": "同意".encode("gb18030"), "zero": b"a\x00b",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_kind_is_refused_and_nothing_is_left(home: Office, name: str) -> None:
    with pytest.raises(Invalid, match=r"不能保存这种文件|文件是空的"):
        kept(home, OTHERS[name], name="看似.pdf")
    assert (files(), rows(home)) == ([], 0)


def test_what_is_too_large_or_named_wrongly_or_of_tomorrow_is_refused(
    home: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_EVIDENCE_MB", "1")
    settings.cache_clear()
    assert len(read(home, kept(home, b"%PDF-" + bytes(2**20 - 5)))) == 2**20
    with pytest.raises(Invalid, match="不超过 1 MB"):
        kept(home, b"%PDF-" + bytes(2**20 - 4))
    with pytest.raises(Invalid, match="文件名"):
        kept(home, name=f"{make_id('370811', date(1960, 5, 1), 3)}.pdf")
    with pytest.raises(Invalid, match="不超过 120 字"):
        kept(home, name="长" * 121)
    with home.work("jb01") as work, pytest.raises(Invalid, match="形成日期"):
        evidence.keep(work, SCAN, "a.pdf", 1, taken_on=date(2030, 1, 1))
    with home.work("jb01") as work, pytest.raises(NotFound):
        evidence.keep(work, SCAN, "a.pdf", 99)
    assert rows(home) == 1


def test_a_relative_keeps_nothing(home: Office) -> None:
    with home.work("sp01") as work:
        kinship.declare(work, 1, "jb01", "兄弟")
    with pytest.raises(Refused, match="应当回避"):
        kept(home)
    assert files() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_byte_is_named_and_the_original_mends_it(home: Office, seed: int) -> None:
    row = kept(home)
    (file,) = files()
    whole, at = bytearray(file.read_bytes()), random.Random(seed).randrange(file.stat().st_size)
    whole[at] ^= 1
    file.write_bytes(whole if seed else whole[:at])  # or cut off there
    (fault,) = faults(home)
    assert fault.startswith(f"证据材料：户 JN000001：证据 {row.sha256[:16]}")
    assert "被改动" in fault
    with home.work("jb01") as work, pytest.raises(Invalid, match="请从备份找回，或者用原件重新保存"):
        evidence.fetch(work, 1, row.sha256)
    file.unlink()
    assert ["缺失" in one for one in faults(home)] == [True]
    kept(home)
    assert faults(home) == []
    assert read(home, row) == SCAN


_KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from integrity import evidence
from integrity.records.columns import SHANGHAI
from integrity.vault import load_vault
from integrity.work import Office, make_engine
url, keys = sys.argv[1:]
now = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
office = Office(make_engine(url), make_engine(url, read_only=True), load_vault(Path(keys)), lambda: now)
with office.work("jb01") as work:
    evidence.keep(work, sys.stdin.buffer.read(), "a.pdf", 1)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_death_between_file_and_commit_leaves_an_orphan_that_is_listed(home: Office, tmp_path: Path) -> None:
    url = home.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", _KILLED, url, str(tmp_path / "keys.toml")]
    died = subprocess.run(command, input=SCAN, check=False)
    assert died.returncode == -signal.SIGKILL
    assert rows(home) == 0
    assert orphans(home) == files() != []
    assert faults(home) == []
    with home.reading() as work:
        assert any("没有登记" in note for note in bookcheck.notes(work))
    row = kept(home)
    assert read(home, row) == SCAN
    assert orphans(home) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_file SET sha256 = 'x'", "UPDATE evidence_file SET file_key = ''", "DELETE FROM evidence_file",
        "UPDATE evidence_file SET file_key = '', name = ''", "UPDATE evidence_file SET recorded_by = 'jb02'",
        "UPDATE evidence_file SET household_id = 2, key_id = 'k9'", "UPDATE evidence_file SET taken_on = NULL",
    ],
)  # fmt: skip
def test_no_statement_changes_or_deletes_what_is_kept(home: Office, statement: str) -> None:
    row = kept(home)
    with pytest.raises(DBAPIError, match="evidence_file"), home.engine.begin() as connection:
        connection.execute(text(statement))
    assert read(home, row) == SCAN


def test_who_takes_the_guards_away_first_is_noticed(home: Office) -> None:
    kept(home)
    on = " ON evidence_file" if home.engine.dialect.name == "postgresql" else ""
    with home.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER guard_evidence_file_delete{on}"))
        connection.execute(text("DELETE FROM evidence_file"))
    assert any("登记被删除" in one for one in faults(home))
    assert any("guard_evidence_file_delete" in one for one in faults(home))


def test_the_ledger_says_what_is_kept_and_what_is_only_named(home: Office) -> None:
    row, bare, day = kept(home), "b" * 64, date(2026, 10, 30)
    with home.work("jb01") as work:
        for digest in (row.sha256, bare):
            rechecks.report(
                work, 1, Event.REPORTED_CHANGE, happened_on=day, reported_on=day, detail="患病", evidence=digest
            )
        assert list(evidence.named(work, 1)) == [row.sha256, bare]
        assert [evidence.standing(work, 1, one) for one in (row.sha256, bare)] == ["已存", "未存"]
        files()[0].unlink()
        assert evidence.standing(work, 1, row.sha256) == "已登记，文件缺失"


def test_a_backup_holds_the_evidence_and_brings_it_back(
    backed: Office, papers: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first, second = kept(backed), kept(backed, PHOTO, name="现场.jpg")
    made = backups.make(backed, tmp_path / "backups")
    again = backups.make(backed, tmp_path / "backups")
    for one in (made.folder, again.folder):
        assert len([path for path in (one / evidence_copies.FOLDER).rglob("*") if path.is_file()]) == 2
        assert not any(SCAN[9:30] in path.read_bytes() for path in one.rglob("*") if path.is_file())
    command = ["sha256sum", "--check", "--quiet", evidence_copies.LIST]
    subprocess.run(command, cwd=made.folder, check=True)
    twins = [(path.stat().st_ino, path.stat().st_nlink) for path in sorted((again.folder / "evidence").rglob("*/*"))]
    assert [links for _, links in twins] == [2, 2]
    assert not {path.stat().st_ino for path in files()} & {inode for inode, _ in twins}
    there = elsewhere(backed, tmp_path, request)
    (there.evidence / "00").mkdir(parents=True)
    (there.evidence / "00" / "other").write_bytes(b"of another time")
    backups.restore(there, again.folder)
    (aside,) = there.home.glob("evidence.aside-*")
    assert (aside / "00" / "other").read_bytes() == b"of another time"
    for path in files():
        path.unlink()  # only what was restored is left to read
    office = open_office(there)
    with office.reading() as work:
        assert list(bookcheck.faults(work, store=there.evidence)) == []
        found = {row.sha256: evidence._opened(work, row, there.evidence) for row in work.session.exec(select(Evidence))}
    office.dispose()
    assert found == {first.sha256: SCAN, second.sha256: PHOTO}


def test_damaged_evidence_in_a_backup_is_never_restored(
    backed: Office, papers: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kept(backed)
    made, there = backups.make(backed, tmp_path / "backups"), elsewhere(backed, tmp_path, request)
    (file,) = (path for path in (made.folder / "evidence").rglob("*") if path.is_file())
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Invalid, match="缺失或者被改动"):
        backups.restore(there, made.folder)
    later = backups.make(backed, tmp_path / "backups")  # does not trust the damaged twin
    file.unlink()
    with pytest.raises(Invalid, match="缺失或者被改动"):
        backups.restore(there, made.folder)
    (made.folder / evidence_copies.LIST).write_text("")
    with pytest.raises(Invalid, match="证据清单"):
        backups.restore(there, made.folder)
    (made.folder / evidence_copies.LIST).unlink()
    with pytest.raises(NotFound, match="不是完整的备份"):
        backups.restore(there, made.folder)
    assert [path.name for path in there.home.iterdir()] == ["keys.toml"]
    backups.restore(there, later.folder)


def test_destruction_shreds_the_evidence(left: Office, tmp_path: Path) -> None:
    gone, stays = kept(left), kept(left, household=3)
    copies = {path.name: path.read_bytes() for path in files()}
    row = destroy(left, 1)
    assert any("请运行 chengxin destroy finish" in one for one in faults(left))
    destruction.finish(left, place())
    assert len(row.evidence) == 1
    assert [path.name for path in files()] == [name for name in copies if not row.evidence[0].endswith(name)]
    assert faults(left) == []
    assert read(left, stays) == SCAN
    with left.work("jb01") as work:
        known = evidence.known(work, 1, gone.sha256)
        assert known is not None
        assert (known.file_key, known.name) == (b"", "")
        assert evidence.standing(work, 1, gone.sha256) == "已销毁"
        with pytest.raises(NotFound, match="已依法销毁"):
            evidence.fetch(work, 1, gone.sha256)
        with pytest.raises(Refused, match="已经依法销毁"):
            evidence.keep(work, SCAN, "a.pdf", 1)
    file = settings().evidence / row.evidence[0]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(copies[file.name])  # a copy that somebody kept
    with left.work("jb01") as work, pytest.raises(NotFound):
        evidence.fetch(work, 1, gone.sha256)
    if left.engine.dialect.name == "sqlite":  # its key is nowhere in the database file any more
        whole = b"".join(path.read_bytes() for path in tmp_path.glob("chengxin.db*"))
        assert gone.file_key not in whole
        assert stays.file_key in whole


def test_a_restored_backup_does_not_bring_destroyed_evidence_back(left: Office, tmp_path: Path) -> None:
    if left.engine.dialect.name == "postgresql":
        pytest.skip("needs a second server database; staging is the same for both")
    kept(left), kept(left, household=3)
    made = backups.make(left, tmp_path / "kept")
    row = destroy(left, 1)
    destruction.finish(left, place())
    there = Settings(home=tmp_path / "elsewhere", database="")
    there.home.mkdir()
    for name in ("keys.toml", REGISTER):
        (there.home / name).write_bytes((tmp_path / name).read_bytes())
    backups.restore(there, made.folder)
    assert not (there.evidence / row.evidence[0]).exists()
    office = open_office(there)
    with office.reading() as work:
        assert list(bookcheck.faults(work, store=there.evidence)) == []
        assert len(evidence.files_of(work, 3)) == 1
        assert evidence.files_of(work, 1) == []
    office.dispose()


def test_a_change_of_keys_leaves_the_files_and_opens_them(home: Office, tmp_path: Path) -> None:
    row, (path, before) = kept(home), (tmp_path / "keys.toml", [one.read_bytes() for one in files()])
    assert keys.rotate(home, path, "sp01").faults == ()
    with home.reading() as work:
        assert set(work.session.exec(select(Evidence.key_id))) == {"k2"}
    keys.retire(home, path, "k1", "sp01")
    assert [one.read_bytes() for one in files()] == before
    assert read(home, row) == SCAN
    assert faults(home) == []


def test_a_key_moved_to_another_row_opens_nothing(home: Office) -> None:
    row, other = kept(home), kept(home, PHOTO)
    with home.reading() as work:
        for changed in (
            {"file_key": other.file_key},
            {"file_key": row.file_key[:5]},
            {"name": other.name},
            {"name": "x"},
        ):
            assert "被改动" in evidence._fault(work, Evidence(**row.model_dump() | changed), settings().evidence)
        with pytest.raises(Invalid):
            evidence._opened(work, Evidence(**row.model_dump() | {"household_id": 2}), settings().evidence)
