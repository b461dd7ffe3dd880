"""所在的机器 (what the machine gives): the way to the database, a list of leaked passwords, the time."""

from __future__ import annotations

import ctypes
from hashlib import sha1
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from integrity import breached, clock_sync, passwords
from integrity.errors import Invalid, Refused
from integrity.records.addresses import proven
from integrity.settings import settings
from integrity.web import health
from integrity.work import make_engine

GOOD = "Kx7!wvq-Lm2"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db", "postgresql+psycopg://u@/book", "postgresql+psycopg://u@/book?host=/run/postgresql",
        "postgresql+psycopg://u:p@127.0.0.1:5432/book", "postgresql+psycopg://u@localhost/book",
        "postgresql+psycopg://u@[::1]/book", "postgresql+psycopg://u@10.1.2.3/book?sslmode=verify-full",
        "postgresql+psycopg://u@db.example.invalid/book?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    ],
)  # fmt: skip
def test_a_database_on_this_machine_or_proven_is_spoken_to(url: str) -> None:
    assert proven(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:secret@10.1.2.3/book", "postgresql+psycopg://u:secret@db.example.invalid/book",
        "postgresql+psycopg://u:secret@10.1.2.3/book?sslmode=require",
        "postgresql+psycopg://u:secret@10.1.2.3/book?sslmode=verify-ca",
        "postgresql+psycopg://u:secret@/book?host=10.1.2.3", "postgresql+psycopg://u:secret@/book?host=/run,10.1.2.3",
        "postgresql+psycopg://u:secret@127.0.0.1/book?host=10.1.2.3",
        "postgresql+psycopg://u:secret@/book?hostaddr=10.1.2.3",
        "postgresql+psycopg://u:secret@localhost/book?service=county",
    ],
)  # fmt: skip
def test_a_database_elsewhere_in_clear_is_not(url: str) -> None:
    with pytest.raises(Refused, match="sslmode=verify-full") as told:
        make_engine(url)
    assert "secret" not in str(told.value)


def _list(place: Path, words: list[str], *, count: str = ":7", end: str = "\n") -> Path:
    digests = sorted(sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in words)
    place.write_text(end.join(f"{one}{count}" for one in digests) + end, encoding="ascii", newline="")
    return place


@pytest.mark.parametrize(("count", "end"), [(":7", "\n"), ("", "\n"), (":12345", "\r\n")])
@pytest.mark.parametrize("size", [1, 2, 3, 64, 1001])
def test_every_leaked_password_is_found_and_no_other(tmp_path: Path, size: int, count: str, end: str) -> None:
    words = [f"word {one}" for one in range(size)]
    listed = _list(tmp_path / "leaked.txt", words, count=count, end=end)
    assert all(breached.known(one, listed) for one in words)
    assert not any(breached.known(f"other {one}", listed) for one in range(200))


def test_a_leaked_password_is_refused_whatever_else_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords.check(GOOD, ())
    monkeypatch.setattr(settings(), "breached_passwords", _list(tmp_path / "leaked.txt", [GOOD, "another"]))
    with pytest.raises(Invalid, match="在别处泄露过"):
        passwords.check(GOOD, ())
    passwords.check(f"{GOOD}x", ())


@pytest.mark.parametrize("content", [None, "", "password\n", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD\n"])
def test_a_list_that_is_none_lets_no_password_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    listed = tmp_path / "leaked.txt"
    if content is not None:
        listed.write_text(content, encoding="ascii")
    monkeypatch.setattr(settings(), "breached_passwords", listed)
    with pytest.raises(Refused, match="CHENGXIN_BREACHED_PASSWORDS"):
        passwords.check(GOOD, ())
    assert [one.state for one in health._leaked(listed)] == ["故障"]


def test_a_list_that_is_one_is_told_with_its_size(tmp_path: Path) -> None:
    assert [one.state for one in health._leaked(_list(tmp_path / "leaked.txt", ["one"]))] == ["正常"]
    assert health._leaked(None) == ()


@pytest.mark.parametrize(
    ("answer", "held", "state"), [(0, True, "正常"), (1, True, "正常"), (5, False, "注意"), (-1, None, "注意")]
)
def test_a_clock_that_is_held_against_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, answer: int, held: bool | None, state: str
) -> None:
    """The kernel's answer is put in its place: whether this machine's clock is held is not the test's to say."""
    asked: list[Any] = []
    kernel = SimpleNamespace(adjtimex=lambda room: asked.append(bytes(room)) or answer)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: kernel)
    assert clock_sync.synchronised() is held
    assert health._clock().state == state
    assert set(asked) == {bytes(512)}, "it asks, and sets nothing"


def test_a_system_that_cannot_say_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    assert clock_sync.synchronised() is None
