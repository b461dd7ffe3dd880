"""封装密钥文件 (sealed key file): nobody reads it without the secret that was handed over, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrity.settings import settings
from integrity.vault import load_vault
from tests.test_cli import BOSS, home, run, township

__all__ = ["home", "township"]
SECRET = "CHENGXIN_KEY_SECRET_FILE"


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the key management system hands over: a secret in a file outside the office's folder."""
    file = tmp_path / "credentials" / "master"
    file.parent.mkdir()
    file.write_text("8c1f" * 16 + "\n", encoding="ascii")
    monkeypatch.delenv(SECRET, raising=False)
    return file


def named(monkeypatch: pytest.MonkeyPatch, secret: Path | None) -> None:
    """The settings of the next process name this file, or none."""
    if secret is None:
        monkeypatch.delenv(SECRET, raising=False)
    else:
        monkeypatch.setenv(SECRET, str(secret))
    settings.cache_clear()


def hidden(keys: Path, plain: str) -> bool:
    """Does nothing of the keys stand in the file?"""
    shown = keys.read_text("ascii")
    secrets = [line.split('"')[1] for line in plain.splitlines() if len(line.split('"')) > 1 and len(line) > 60]
    assert len(secrets) == 3, "a key for numbers, the index, a key that signs"
    return not any(one in shown for one in secrets)


def test_a_new_office_seals_its_keys_from_the_first(home: Path, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, given)
    run("init")
    sealed = (home / "keys.toml").read_bytes()
    assert b"[keys]" not in sealed
    assert run("verify")
    given.write_text("another secret, long enough to be one", encoding="ascii")
    assert "主密钥打不开密钥文件" in run("verify", code=2)
    given.write_text("short", encoding="ascii")
    assert "不足 32 字节" in run("verify", code=2)
    given.unlink()
    assert "读不到主密钥文件" in run("verify", code=3)
    named(monkeypatch, None)
    assert "密钥文件已经封装" in run("verify", code=2)
    assert "密钥文件已经封装" in run("init", code=2), "no new keys beside sealed ones"
    assert (home / "keys.toml").read_bytes() == sealed


def test_keys_in_use_are_sealed_sealed_anew_and_given_back(
    township: Path, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = township / "keys.toml"
    plain = keys.read_text("ascii")
    assert "没有封装" in run("keys", "seal", "--by", BOSS)
    assert keys.read_text("ascii") == plain
    named(monkeypatch, given)
    run("verify")  # what is not sealed yet opens as before
    assert "已由主密钥封装" in run("keys", "seal", "--by", BOSS)
    assert hidden(keys, plain)
    assert load_vault(keys).keys.keys() == {"k1"}
    assert keys.stat().st_mode & 0o777 == 0o600

    assert "现用密钥 k2" in run("keys", "rotate", "--by", BOSS)
    assert hidden(keys, plain), "a new key is written sealed as well"
    assert load_vault(keys).keys.keys() == {"k1", "k2"}

    newer = tmp_path / "credentials" / "newer"
    newer.write_bytes(bytes(range(1, 49)))
    named(monkeypatch, newer)
    before = keys.read_bytes()
    assert "主密钥打不开密钥文件" in run("keys", "seal", "--by", BOSS, code=2), "the former secret is missing"
    assert keys.read_bytes() == before
    assert "已由主密钥封装" in run("keys", "seal", "--old", str(given), "--by", BOSS)
    given.unlink()
    assert run("verify")

    named(monkeypatch, None)
    assert "没有封装" in run("keys", "seal", "--old", str(newer), "--by", BOSS)
    assert "[keys]" in keys.read_text("ascii")
    assert run("verify")


def test_a_sealed_file_that_was_altered_is_refused(home: Path, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, given)
    run("init")
    keys = home / "keys.toml"
    whole = keys.read_bytes()
    head, _, body = whole.partition(b"\n")
    other = b"B" if body[9:10] == b"A" else b"A"
    for wrong in (head + b"\n" + body[:40], head + b"\n" + body[:9] + other + body[10:], head + b"\n!!!!"):
        keys.write_bytes(wrong)
        assert "主密钥打不开密钥文件" in run("verify", code=2)
    keys.write_bytes(whole)
    assert run("verify")
