"""备份与恢复 (backup and restore): a copy that proves itself, and a way back that overwrites nothing.

A backup is a folder: the database (SQLite: its online copy; PostgreSQL: `pg_dump -Fc` of one snapshot) and
`manifest.json`, written last. It is checked before it gets its name, so a folder `chengxin-…` is a whole backup. The
key file is never in it: who finds a backup can read no ID number.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Connection, inspect

from integrity import (
    bookcheck,
    catching_up,
    database,
    destruction,
    destruction_register,
    evidence_copies,
    postgres_copies,
    regional_copies,
    style_copies,
)
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.files import digest_of, settle
from integrity.records import guards
from integrity.records.chain import breaks
from integrity.records.outside import Outside
from integrity.settings import Settings, settings
from integrity.vault import Vault, load_vault
from integrity.work import Clock, Office, make_engine, open_office, wall_clock

MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]
Replay = Callable[[str], None]
_PAGES = 2000
"""Pages of SQLite copied at a time; between two steps others may write."""


@dataclass(frozen=True, slots=True)
class Backup:
    """备份 (backup): what its manifest says."""

    folder: Path
    version: str
    made_at: str
    engine: str
    file: str
    size: int
    sha256: str
    heads: str
    tables: dict[str, int]
    key_mark: str
    """Tells whether a key file belongs to this backup; nothing can be read from it."""
    evidence: str = ""
    """Digest of the list of evidence files; "" without any."""
    forms: tuple[str, ...] = ()
    """Digests of the kept regional forms; a backup of the time before they were kept has none."""
    styles: tuple[str, ...] = ()
    """Names of the kept files of built-in templates; likewise."""

    @property
    def households(self) -> int:
        """How many households it holds."""
        return self.tables.get("household", 0)


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def make(office: Office, folder: Path, progress: Progress = silent) -> Backup:
    """Back the database up into a new folder below `folder`. Raises Refused when the copy is not sound."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        engine = office.engine.dialect.name
        file = scratch / ("chengxin.db" if engine == "sqlite" else "chengxin.dump")
        if engine == "sqlite":
            _copy_sqlite(office, file, progress)
            heads, tables = _read_copy(file, office.vault.chain)
        else:
            heads, tables = postgres_copies.dump(office.engine, file)
        settle(file)
        now = office.clock()
        made = Backup(
            folder / f"chengxin-{now:%Y%m%d-%H%M%S}", version("chengxin-jiuzhu"), now.isoformat(timespec="seconds"),
            engine, file.name, file.stat().st_size, digest_of(file), heads, tables, key_mark(office.vault),
            evidence_copies.keep(scratch, newest(folder)), regional_copies.keep(settings().regional_forms, scratch),
            style_copies.keep(settings().styles, scratch),
        )  # fmt: skip
        _write_manifest(scratch, made)
        if made.folder.exists():
            raise Conflict(f"备份 {made.folder} 已存在，请稍后再试")
        scratch.rename(made.folder)
        settle(folder)
        return made
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _copy_sqlite(office: Office, file: Path, progress: Progress) -> None:
    """The online copy of a database that others may be writing to."""
    target = office.engine.dialect.loaded_dbapi.connect(str(file))
    source = office.reading_engine.raw_connection()
    try:
        source.driver_connection.backup(  # type: ignore[union-attr]
            target, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total)
        )
        target.execute("PRAGMA journal_mode=delete")
    finally:
        target.close()
        source.close()


def _read_copy(file: Path, key: bytes) -> tuple[str, dict[str, int]]:
    """Digest of heads and row counts of a SQLite copy. Raises Refused unless it is whole and tells one true story."""
    engine = make_engine(f"sqlite:///{file}", read_only=True)
    try:
        with engine.connect() as connection:
            wrong = _wrong(connection, key)
            if wrong:
                raise Refused("备份没有通过核对：" + "；".join(wrong))
            return bookcheck.heads_digest(connection), bookcheck.counts(connection)
    finally:
        engine.dispose()
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)


def _wrong(connection: Connection, key: bytes) -> list[str]:
    """The first faults of a database that was copied or brought back."""
    found = [f"护栏缺失：{name}" for name in guards.missing(connection)]
    found += list(bookcheck.file_faults(connection))
    for one in breaks(connection, key):
        found.append(str(one))
        if len(found) > 5:
            break
    return found


def key_mark(vault: Vault) -> str:
    """What tells one key file from another in a manifest."""
    return vault.blind("backup", "which key file")


def read(folder: Path) -> Backup:
    """The backup in a folder, its file checked against the manifest. Raises NotFound, Invalid."""
    folder = folder if folder.is_dir() else folder.parent
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        backup = Backup(folder=folder, **told | {one: tuple(told.get(one, ())) for one in ("forms", "styles")})
        file = folder / Path(backup.file).name
        whole = file.stat().st_size == backup.size and digest_of(file) == backup.sha256
    except FileNotFoundError as lost:
        raise NotFound(f"{folder} 不是完整的备份：缺少 {Path(str(lost.filename)).name}") from None
    except (TypeError, ValueError) as damage:
        raise Invalid(f"{folder / MANIFEST} 已损坏：{damage}") from None
    if not whole:
        raise Invalid(f"备份文件 {file} 与清单不符（被改动或损坏），不能用来恢复")
    evidence_copies.check(folder, backup.evidence)
    regional_copies.check(folder, backup.forms)
    style_copies.check(folder, backup.styles)
    return backup


def newest(folder: Path) -> Path | None:
    """The latest backup of a folder, by name; None without one. Its content is not checked here."""
    found = sorted(path.parent for path in folder.glob(f"chengxin-*/{MANIFEST}"))
    return found[-1] if found else None


def glance(folder: Path) -> Backup:
    """What the manifest of a backup says, its files not read. Raises Invalid."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = Backup(folder=folder, **told | {one: tuple(told.get(one, ())) for one in ("forms", "styles")})
        datetime.fromisoformat(found.made_at)
    except (OSError, TypeError, ValueError) as damage:
        raise Invalid(f"备份 {folder.name} 的清单读不出来，不能用来恢复") from damage
    return found


def broken_off(folder: Path, since: datetime) -> list[Path]:
    """没有做完的备份 (backups that were begun before a moment and never ended)."""
    begun = (one for one in folder.glob(".unfinished-*") if one.is_dir())
    return [one for one in begun if one.stat().st_mtime < since.timestamp()]


def unheard(_line: str) -> None:
    """What was replayed, told to nobody: it is in the audit log all the same."""


def restore(
    chosen: Settings, source: Path, *, force: bool = False, drill: bool = False, progress: Progress = silent,
    tell: Replay = unheard, clock: Clock = wall_clock,
) -> Path | None:  # fmt: skip
    """Bring a backup back to the place that the settings name; where the database that was there lies now, or None.

    Raises Refused when data are there (`force` moves a SQLite database aside first; a PostgreSQL database must be
    empty), when the key file does not belong to the backup, and when what came back is not what was kept. `tell` hears
    what the registers beside the keys had replayed and what must be entered again; a `drill` writes nothing into them.
    """
    backup = read(source)
    progress(1, 3)
    if not chosen.keys.exists():
        raise NotFound(
            f"没有找到密钥文件 {chosen.keys}。备份里没有密钥：请先把当时的密钥文件放回此处再恢复，"
            "不要运行 init 新建密钥，新的密钥打不开备份中的个人信息"
        )
    vault = load_vault(chosen.keys)
    if key_mark(vault) != backup.key_mark:
        raise Refused(f"密钥文件 {chosen.keys} 与这份备份不配套，恢复后将无法读出个人信息；请先找回当时的密钥文件")
    gone = destruction_register.read(destruction_register.beside(chosen.keys), vault.chain)  # an altered one stops us
    replay = _replaying(chosen, backup, vault, tell, clock)  # likewise
    sqlite = _same_kind(chosen, backup)
    forms = regional_copies.check(backup.folder, backup.forms)
    styles = style_copies.check(backup.folder, backup.styles)
    evidence = evidence_copies.stage(chosen.evidence, backup.folder, gone)
    if sqlite:
        target = Path(chosen.database_url.removeprefix("sqlite:///"))
        aside = _restore_sqlite(target, backup, vault.chain, replay, force=force)
    else:
        aside = None
        _restore_postgres(chosen.database_url, backup, vault.chain)
        replay(chosen.database_url)
    if not drill:
        _complete(chosen)
    evidence_copies.bring_back(chosen.evidence, evidence)
    regional_copies.bring_back(chosen.regional_forms, forms)
    style_copies.bring_back(chosen.styles, styles)
    progress(3, 3)
    return aside


def _same_kind(chosen: Settings, backup: Backup) -> bool:
    """Is it SQLite here and in the backup? Raises Refused when they differ."""
    sqlite = chosen.database_url.startswith("sqlite:///")
    if sqlite != (backup.engine == "sqlite"):
        raise Refused(f"这是 {backup.engine} 的备份，与所设的数据库不是一种")
    return sqlite


def _replaying(chosen: Settings, backup: Backup, vault: Vault, tell: Replay, clock: Clock) -> Replay:
    """What does again in a restored database what the registers beside the keys say. Raises Invalid."""
    outside = Outside.beside(chosen.keys, vault.chain)
    rows, since = list(outside.rows()), date.fromisoformat(backup.made_at[:10])

    def replay(url: str) -> None:
        destruction.replay(url, vault, chosen.keys)
        if not outside.exists:
            tell(
                f"没有找到库外登记簿 {outside.path}：文号只能按文书目录续编；"
                "备份之后撤回的文书、作废的密钥、修复和更正，须照纸质存档逐件补登"
            )
        for line in catching_up.replay(url, vault, rows, chosen.papers, since, clock=clock):
            tell(line)

    return replay


def _complete(chosen: Settings) -> None:
    """The register outside the database goes on from here, also where there was none."""
    office = open_office(chosen)
    try:
        catching_up.complete(office)
    finally:
        office.dispose()


def _restore_sqlite(target: Path, backup: Backup, key: bytes, replay: Replay, *, force: bool) -> Path | None:
    """Check a second copy beside the target, do in it again what the registers say, then give it the name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(backup.folder / Path(backup.file).name, fresh)
    try:
        _compare(backup, *_read_copy(fresh, key))
        replay(f"sqlite:///{fresh}")
        settle(fresh)
        aside = _clear(target, force) if target.exists() else None
        fresh.replace(target)
        settle(target.parent)
        return aside
    finally:
        fresh.unlink(missing_ok=True)


def _clear(target: Path, force: bool) -> Path | None:
    """Make the place empty: move a database aside, unless it holds households and nobody insisted."""
    engine = make_engine(f"sqlite:///{target}")
    try:
        with engine.connect() as connection:
            held = _households(connection)
        if held and not force:
            raise Refused(f"{target} 中已有 {held} 户，不会覆盖；确要恢复请加 --force（原数据库会移到一旁）")
    finally:
        engine.dispose()
    _nobody_else(target, engine.dialect.loaded_dbapi)
    aside = target.with_name(f"{target.name}.aside-{wall_clock():%Y%m%d-%H%M%S}")
    target.rename(aside)
    return aside


def _nobody_else(target: Path, sqlite: Any) -> None:
    """Leaving WAL mode succeeds only for the one connection there is, and folds the log into the file."""
    connection = sqlite.connect(str(target), timeout=1)
    try:
        mode = connection.execute("PRAGMA journal_mode=delete").fetchone()[0]
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite.OperationalError as locked:
        raise Conflict(f"{target} 正在使用，请先停止服务再恢复（{locked}）") from None
    finally:
        connection.close()
    if mode != "delete":
        raise Conflict(f"{target} 正在使用，请先停止服务再恢复")


def _restore_postgres(url: str, backup: Backup, key: bytes) -> None:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise Refused("目标数据库不是空的；请新建一个空数据库再恢复")
        postgres_copies.load(engine, backup.folder / Path(backup.file).name)
        with engine.connect() as connection:
            wrong = _wrong(connection, key)
            if wrong:
                raise Refused("恢复的数据库没有通过核对：" + "；".join(wrong))
            _compare(backup, bookcheck.heads_digest(connection), bookcheck.counts(connection))
        database.check_guards(engine)
    finally:
        engine.dispose()


def _compare(backup: Backup, heads: str, tables: dict[str, int]) -> None:
    """Refuse what is not what the manifest says."""
    if heads != backup.heads or tables != backup.tables:
        raise Refused("恢复出的数据与备份清单不符，已停止")


def _households(connection: Connection) -> int:
    """How many households a database holds; 0 when it has no tables yet."""
    if not inspect(connection).has_table("household"):
        return 0
    return bookcheck.counts(connection)["household"]


def _write_manifest(folder: Path, backup: Backup) -> None:
    told = {name: value for name, value in asdict(backup).items() if name != "folder"}
    path = folder / MANIFEST
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    settle(path)
    settle(folder)
