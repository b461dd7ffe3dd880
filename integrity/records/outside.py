"""库外登记簿 (register outside the database): what a database brought back from an older backup cannot know by itself.

A file beside the keys, with lines for each piece of work that took numbers or ended something: what ended is on the
disk before the database commits, the numbers right after, before anything is printed. Each line is tied to the one
before by a keyed digest; a line that a dying process left torn is no line. It names numbers, keys and entries, but
nobody by name.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import IO, Any

from integrity.errors import Invalid
from integrity.files import settle

NAME = "outside.log"
STATE_EVERY = 500
"""Lines after which the highest numbers are all written once more: who takes a number need not read from the start."""
_CHUNK = 1 << 16
_STATE = b'{"all"'


def series_key(series: str, year: int) -> str:
    """A series of a year by one name."""
    return f"{series}〔{year}〕"


def series_of(key: str) -> tuple[str, int]:
    """Series and year of a name."""
    series, _, year = key.rstrip("〕").rpartition("〔")
    return series, int(year)


class Outside:
    """库外登记簿 (register outside the database) as this process has read it; others may be adding to it."""

    def __init__(self, path: Path, key: bytes) -> None:
        """`path` is where it lies, or will lie; `key` that of the ledgers' chains."""
        self.path, self._key = path, key
        self._busy = Lock()
        self._forget()

    @classmethod
    def beside(cls, keys: Path, key: bytes) -> Outside:
        """The register that belongs to a key file."""
        return cls(keys.with_name(NAME), key)

    def _forget(self) -> None:
        self._node, self._end, self._mark, self._since_state = -1, 0, "", 0
        self._highest: dict[str, int] = {}

    @property
    def exists(self) -> bool:
        """Is there one?"""
        return self.path.exists()

    def highest(self, series: str, year: int) -> int:
        """The highest number of a series that was ever taken, 0 for none. Raises Invalid for an altered end."""
        return self.all_highest().get(series_key(series, year), 0)

    def all_highest(self) -> Mapping[str, int]:
        """The highest number of every series, by `series_key`. Raises Invalid for an altered end."""
        with self._busy:
            try:
                now = self.path.stat()
            except FileNotFoundError:
                self._forget()
                return {}
            if (now.st_ino, now.st_size) != (self._node, self._end):
                with self.path.open("rb") as file:
                    self._catch_up(file)
            return self._highest

    def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add lines; on the disk when this returns. Raises Invalid when the lines before were altered."""
        wanted = [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]
        if not wanted:
            return
        new = not self.exists
        with self._busy, os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._catch_up(file)
            file.truncate(self._end)  # what is left of a torn line
            file.seek(self._end)
            for text in wanted:
                file.write(self._written(text))
                if self._since_state >= STATE_EVERY:
                    file.write(self._written(json.dumps({"all": self._highest}, ensure_ascii=False).encode()))
            file.flush()
            os.fsync(file.fileno())
        if new:
            settle(self.path.parent)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every line from the first. Raises Invalid when one was altered, moved or taken out of the middle."""
        if not self.exists:
            return
        before = ""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.endswith(b"\n"):
                    before, row = self._read(before, line, f"第 {number} 行")
                    if "all" not in row:
                        yield row

    def _written(self, text: bytes) -> bytes:
        """A line, taken note of."""
        line = f"{self._marked(self._mark, text)} ".encode() + text + b"\n"
        self._take(line)
        return line

    def _catch_up(self, file: IO[bytes]) -> None:
        """Read what was added since, or all that is needed when the file is another one or became shorter."""
        now = os.fstat(file.fileno())
        if now.st_ino != self._node or now.st_size < self._end:
            self._forget()
            self._node = now.st_ino
        if self._end == 0:
            self._start(file, now.st_size)
        file.seek(self._end)
        for line in file:
            if line.endswith(b"\n"):
                self._take(line)

    def _start(self, file: IO[bytes], size: int) -> None:
        """Go to the last line that holds every highest number, if there is one."""
        length = _CHUNK
        while length < size:
            at = size - length
            file.seek(at)
            for line in reversed(_places(file.read(length), at)):
                if line[1].partition(b" ")[2].startswith(_STATE):
                    self._end, self._mark = line[0], line[2]
                    return
            length *= 4

    def _take(self, line: bytes) -> None:
        self._mark, row = self._read(self._mark, line, "末尾")
        self._end += len(line)
        self._since_state += 1
        if "all" in row:
            self._highest, self._since_state = dict(row["all"]), 0
        for key, last in row.get("numbers", {}).items():
            self._highest[key] = max(last, self._highest.get(key, 0))

    def _read(self, before: str, line: bytes, where: str) -> tuple[str, dict[str, Any]]:
        mark, _, text = line.rstrip(b"\n").partition(b" ")
        made = self._marked(before, text)
        if not hmac.compare_digest(mark, made.encode()):
            raise Invalid(f"库外登记簿 {self.path} {where}被改动、损坏，或者前面缺行，请找回原来的登记簿")
        row: dict[str, Any] = json.loads(text)
        return made, row

    def _marked(self, before: str, text: bytes) -> str:
        """The keyed digest of a line and of all before it."""
        return blake2b(before.encode() + b"\n" + text, key=self._key, digest_size=16, person=b"outside").hexdigest()


def _places(chunk: bytes, at: int) -> list[tuple[int, bytes, str]]:
    """Whole lines of a part of the file: where each begins, the line, the mark of the one before it."""
    first = chunk.find(b"\n") + 1
    found, before = [], ""
    at += first
    for line in chunk[first:].splitlines(keepends=True):
        if line.endswith(b"\n"):
            if before:
                found.append((at, line, before))
            before = line.partition(b" ")[0].decode("ascii", "replace")
        at += len(line)
    return found
