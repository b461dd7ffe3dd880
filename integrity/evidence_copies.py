"""证据的备份 (evidence in a backup): the sealed files beside the database, each with its digest; the keys stay in rows.

Files are copied after the database, which only names files that are there already. What the backup before holds
unchanged is linked to, not copied again. Coming back, everything is checked beside the store before anything moves.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from integrity.destruction_register import Destroyed
from integrity.errors import Invalid, NotFound, Refused
from integrity.files import digest_of, settle
from integrity.settings import settings
from integrity.work import wall_clock

FOLDER, LIST = "evidence", "evidence.sha256"
"""The files, and the list that `sha256sum -c` reads as well."""


def keep(scratch: Path, former: Path | None) -> str:
    """Copy the store into a backup that is being made; the digest of its list, "" without any evidence."""
    store = settings().evidence
    before = _listed(former) if former is not None else {}
    lines = []
    for path in sorted(store.glob("*/*")):
        name = str(path.relative_to(store))
        if path.is_file() and not path.name.startswith("."):  # half a file is none
            with suppress(FileNotFoundError):  # lawfully destroyed meanwhile
                digest = digest_of(path)
                _put(path, scratch / FOLDER / name, digest, _twin(former, before, name, digest))
                lines.append(f"{digest}  {FOLDER}/{name}\n")
    if not lines:
        return ""
    (scratch / LIST).write_text("".join(lines), encoding="utf-8")
    settle(scratch / LIST)
    return digest_of(scratch / LIST)


def _twin(former: Path | None, before: dict[str, str], name: str, digest: str) -> Path | None:
    """The same file in the backup before."""
    return former / FOLDER / name if former is not None and before.get(name) == digest else None


def _put(source: Path, target: Path, digest: str, twin: Path | None) -> None:
    """Link to the twin if it is what it should be, else copy. Raises Refused when the copy is not the file."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if twin is not None:
        with suppress(OSError):
            os.link(twin, target)
            if digest_of(target) == digest:
                return
        target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    settle(target)
    if digest_of(target) != digest:
        raise Refused(f"证据文件 {source.name[:16]} 在备份时被改动，请再备份一次")


def check(folder: Path, digest: str) -> None:
    """Is the list of a backup the one that its manifest names? Raises NotFound, Invalid."""
    if not digest:
        return
    if not (folder / LIST).is_file():
        raise NotFound(f"{folder} 不是完整的备份：缺少 {LIST}")
    if digest_of(folder / LIST) != digest:
        raise Invalid(f"备份的证据清单 {folder / LIST} 与清单不符（被改动或损坏），不能用来恢复")


def _listed(folder: Path) -> dict[str, str]:
    """Name in the store → digest, as the list of a backup says."""
    if not (folder / LIST).is_file():
        return {}
    lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    return {line[66:].removeprefix(f"{FOLDER}/"): line[:64] for line in lines}


def stage(store: Path, folder: Path, gone: Iterable[Destroyed]) -> Path | None:
    """Copy the evidence of a backup beside the store, without what was lawfully destroyed since; None without any.

    Raises Invalid for a file that is not what the list says, and for one that is missing.
    """
    shredded = {name for row in gone for name in row.evidence}
    names = _listed(folder)
    fresh = store.with_name(f".{store.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, digest in names.items():
        target = (fresh / name).resolve()
        if name in shredded or not target.is_relative_to(fresh.resolve()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            shutil.copyfile(folder / FOLDER / name, target)
        if not target.is_file() or digest_of(target) != digest:
            shutil.rmtree(fresh, ignore_errors=True)
            raise Invalid(f"备份中的证据文件 {folder / FOLDER / name} 缺失或者被改动，不能用来恢复")
        target.chmod(0o600)
        settle(target)
    return fresh if fresh.is_dir() else None


def bring_back(store: Path, fresh: Path | None) -> None:
    """Give what was staged the place of the store; a store that is there is moved aside, never overwritten."""
    if fresh is None:
        return
    if store.is_dir() and any(store.iterdir()):
        store.rename(store.with_name(f"{store.name}.aside-{wall_clock():%Y%m%d-%H%M%S}"))
    fresh.replace(store)
    settle(store.parent)
