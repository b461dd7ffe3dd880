"""签发与核验 (sealing and verifying): a code says what was issued, nothing can be changed, and nothing more is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import keys as vault_keys
from integrity import papers as paperwork
from integrity import printing, seal_lists, seals, verifying
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.records.office import Audit
from integrity.rules import check_code
from integrity.rules.check_code import Stated
from integrity.seal_lists import SealList
from integrity.vault import create_vault, load_vault
from integrity.work import Office
from tests.codes_office import Sealed, notice, sealed, tampered
from tests.conftest import SetClock
from tests.papers_office import papers

__all__ = ["papers", "sealed"]


def listed(office: Office) -> SealList:
    """What is published now, as somebody else reads it."""
    with office.reading() as work:
        return seal_lists.read(seal_lists.published(work))


def test_a_paper_is_signed_when_it_is_issued_and_says_what_the_paper_says(sealed: Sealed) -> None:
    paper = notice(sealed.office, sealed.numbers[0])
    found = verifying.judge(sealed.codes[0], listed(sealed.office))
    assert found.answer == verifying.CODE_ONLY
    assert found.stated == Stated(
        paper.number, paper.organ, paper.kind.name, paper.happened_on, paper.data_sha256[:32],
        sealed.office.vault.signs,
    )  # fmt: skip
    assert len(sealed.codes[0]) == 293, "the usual paper has the code that is looked up"
    assert verifying.fields(found.stated)["成文日期"] == "2026年9月2日"


def test_one_changed_digit_anywhere_in_a_code_is_found(sealed: Sealed) -> None:
    known = listed(sealed.office)
    changed = tampered(sealed.codes[0])
    assert len(set(changed)) == 293
    assert [verifying.judge(one, known).answer for one in changed] == [verifying.FALSE] * 293


def test_one_changed_byte_anywhere_in_the_data_is_found(sealed: Sealed) -> None:
    found = verifying.judge(sealed.codes[0], listed(sealed.office))
    with sealed.office.reading() as work:
        data = paperwork.data_of(work, notice(sealed.office, sealed.numbers[0]))
    assert verifying.against_data(found, data).answer == verifying.CODE_ONLY
    for at in range(len(data)):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert verifying.against_data(found, other).answer == verifying.FALSE


def test_a_code_holds_nothing_that_is_not_on_the_paper(sealed: Sealed) -> None:
    stated, signed, _ = check_code.opened(sealed.codes[0])
    whole = check_code.body(stated)
    assert whole == signed
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    assert letter.addressee.encode("gb18030") not in signed
    assert letter.household.encode() not in signed
    assert len(signed) == 22 + 1 + 6 + 4 + 1 + 10, "fixed fields, 试街核, year and serial, the organ"


def test_a_copy_of_later_years_is_the_same_byte_for_byte_after_the_key_was_changed(
    sealed: Sealed, clock: SetClock
) -> None:
    paper = notice(sealed.office, sealed.numbers[0])
    with sealed.office.reading() as work:
        before = printing.reproduce(work, paper)
    clock.on(date(2029, 3, 1))
    fresh = seals.rotate(sealed.office, sealed.keys, "sp01")
    with sealed.office.reading() as work:
        after = printing.reproduce(work, paper)
    assert after.pdf == before.pdf
    assert fresh == load_vault(sealed.keys).signs
    found = verifying.judge(sealed.codes[0], listed(sealed.office))
    assert found.answer == verifying.CODE_ONLY, "the old key vouches for what it signed"
    assert list(load_vault(sealed.keys).signing) == [fresh], "the private half of the old key is gone"
    with sealed.office.reading() as work:
        assert [(one.papers, one.current) for one in seals.keys(work)] == [(2, False), (0, True)]


def test_a_paper_dated_after_its_key_was_put_away_is_false(sealed: Sealed, clock: SetClock) -> None:
    old = sealed.office.vault
    clock.on(date(2026, 9, 5))
    seals.rotate(sealed.office, sealed.keys, "sp01")
    forged = made_with(old.signing[old.signs], replace(check_code.opened(sealed.codes[0])[0], on=date(2026, 9, 6)))
    found = verifying.judge(forged, listed(sealed.office))
    assert (found.answer, found.notes) == (verifying.FALSE, ("签发密钥已于 2026-09-05 停止使用，文书日期在其后",))


def made_with(seed: bytes, stated: Stated) -> str:
    """A code that somebody who has a signing key makes."""
    signed = check_code.body(stated)
    key = seals.Ed25519PrivateKey.from_private_bytes(seed)
    return check_code.digits(signed, key.sign(seals.PURPOSE + signed))


def test_a_lost_key_vouches_for_the_papers_on_record_only(sealed: Sealed, clock: SetClock) -> None:
    stolen = sealed.office.vault
    clock.on(date(2026, 9, 20))
    fresh = seals.lose(sealed.office, sealed.keys, stolen.signs, reason="备份盘遗失", actor="sp01")
    assert fresh != stolen.signs
    known = listed(sealed.office)
    assert verifying.judge(sealed.codes[1], known).answer == verifying.CODE_ONLY
    backdated = replace(check_code.opened(sealed.codes[0])[0], number="试街核〔2026〕99号")
    found = verifying.judge(made_with(stolen.signing[stolen.signs], backdated), known)
    assert (found.answer, found.notes) == (verifying.FALSE, (verifying.LOST,))
    with pytest.raises(Conflict, match="已于 2026-09-20 宣布作废"):
        seals.lose(sealed.office, sealed.keys, stolen.signs, reason="再报", actor="sp01")
    with pytest.raises(NotFound, match="ffff"):
        seals.lose(sealed.office, sealed.keys, "ffff", reason="没有", actor="sp01")


def test_a_replaced_and_a_withdrawn_paper_are_told_by_what_and_when(sealed: Sealed) -> None:
    first, second = sealed.numbers
    with sealed.office.work("sp01") as work:
        seals.end(work, first, by_number=second, reason="更正核查日期", on=date(2026, 9, 2))
    known = listed(sealed.office)
    found = verifying.judge(sealed.codes[0], known)
    assert (found.answer, found.notes) == (verifying.ENDED, (f"2026年9月2日由 {second} 替换（更正核查日期）",))
    assert verifying.judge(sealed.codes[1], known).answer == verifying.CODE_ONLY
    with sealed.office.work("sp01") as work:
        seals.end(work, second, reason="送达前撤回")
    assert verifying.judge(sealed.codes[1], listed(sealed.office)).notes == ("2026年9月2日撤回（送达前撤回）",)
    with pytest.raises(Conflict, match="已于 2026-09-02 登记失效"), sealed.office.work("sp01") as work:
        seals.end(work, second, reason="再撤")


def test_the_list_tells_nobody_which_papers_were_withdrawn(sealed: Sealed) -> None:
    with sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[0], by_number=sealed.numbers[1], reason="更正")
    with sealed.office.reading() as work:
        content = seal_lists.published(work)
    said = json.loads(content)["text"]
    for secret in (*sealed.numbers, *sealed.codes, "更正", "F11", sealed.office.vault.signing[next(iter(
        sealed.office.vault.signing))].hex()):  # fmt: skip
        assert secret not in said
    (ended,) = json.loads(said)["ended"]
    with pytest.raises(Invalid):
        seal_lists.told(check_code.opened(sealed.codes[1])[2], ended["word"])


@pytest.mark.parametrize("change", ["text", "key", "signature", "shape"])
def test_an_altered_list_is_refused(sealed: Sealed, change: str) -> None:
    with sealed.office.reading() as work:
        whole = json.loads(seal_lists.published(work))
    other = {
        "text": whole | {"text": whole["text"].replace("2026", "2027", 1)}, "key": whole | {"key": "0000"},
        "signature": whole | {"signature": f"{int(whole['signature'], 16) ^ 16:0128x}"},
        "shape": [whole],
    }  # fmt: skip
    with pytest.raises(Invalid, match="已损坏或者被改动"):
        seal_lists.read(json.dumps(other[change]).encode())


def test_a_list_of_another_signer_is_refused(sealed: Sealed) -> None:
    with sealed.office.reading() as work:
        content = seal_lists.published(work)
    mine = seal_lists.read(content).signer
    assert seal_lists.read(content, signer=mine.upper()).signer == mine
    with pytest.raises(Invalid, match="不是所要求的"):
        seal_lists.read(content, signer="0" * 16)


def test_only_who_approves_looks_after_keys_and_codes(sealed: Sealed) -> None:
    with pytest.raises(Forbidden, match="管理核验码"):
        seals.rotate(sealed.office, sealed.keys, "jb01")
    with pytest.raises(Forbidden, match="管理核验码"):
        seals.lose(sealed.office, sealed.keys, sealed.office.vault.signs, reason="遗失", actor="fh01")
    with pytest.raises(Forbidden, match="管理核验码"), sealed.office.work("jb01") as work:
        seals.end(work, sealed.numbers[0], reason="撤回")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"number": "试街核〔2026〕77号"}, NotFound, "没有文号为 试街核〔2026〕77号"),
        ({"by_number": "试街核〔2026〕77号"}, NotFound, "没有文号为 试街核〔2026〕77号"),
        ({"reason": " "}, Refused, "请写明"), ({"reason": "长" * 61}, Refused, "不超过 60 字"),
        ({"on": date(2026, 9, 3)}, Refused, "不能晚于今天"),
    ],
)  # fmt: skip
def test_an_end_that_cannot_be_is_refused(
    sealed: Sealed, change: dict[str, object], error: type[Exception], words: str
) -> None:
    given = {"number": sealed.numbers[0], "reason": "撤回", **change}
    with pytest.raises(error, match=words), sealed.office.work("sp01") as work:
        seals.end(work, **given)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="由它自己"), sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[0], by_number=sealed.numbers[0], reason="替换")


def test_what_was_done_to_keys_and_codes_is_in_the_audit_log(sealed: Sealed) -> None:
    old = sealed.office.vault.signs
    with sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[0], reason="撤回")
    fresh = seals.lose(sealed.office, sealed.keys, old, reason="遗失", actor="sp01")
    with sealed.office.reading() as work:
        lines = [(one.actor, one.action, one.subject) for one in work.session.exec(select(Audit).order_by(Audit.id))]
    assert lines[-3:] == [
        ("sp01", "文书失效", sealed.numbers[0]), ("sp01", "更换签名密钥", fresh), ("sp01", "签名密钥作废", old),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE paper_code SET code = '1'", "DELETE FROM paper_code", "DELETE FROM seal_key", "DELETE FROM paper_end",
        "UPDATE paper_end SET reason = '另一个'", "UPDATE seal_key SET public_key = replace(public_key, '0', '1')",
        "UPDATE seal_key SET until = NULL",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_codes_keys_and_ends(sealed: Sealed, statement: str) -> None:
    with sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[0], reason="撤回")
    with pytest.raises(DBAPIError, match=r"不允许|只能追加"), sealed.office.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_old_key_file_says_what_to_do_and_the_rotation_of_the_vault_keeps_the_signing_key(
    sealed: Sealed, tmp_path: Path
) -> None:
    signs = sealed.office.vault.signs
    vault_keys.rotate(sealed.office, sealed.keys, "sp01")
    assert (sealed.office.vault.signs, sealed.office.vault.current) == (signs, "k2")
    older = tmp_path / "older.toml"
    older.write_text(create_lines(sealed.keys), encoding="utf-8")
    assert load_vault(older).signs == ""
    sealed.office.vault = load_vault(older)
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    with pytest.raises(Refused, match="chengxin code rotate"), sealed.office.work("jb01") as work:
        seals.seal(work, letter, "0" * 64)
    seals.rotate(sealed.office, older, "sp01")
    assert load_vault(older).signs != ""


def create_lines(path: Path) -> str:
    """A key file as it was before papers were signed."""
    kept = path.read_text(encoding="utf-8").split("[signing]")[0].splitlines()
    return "\n".join(line for line in kept if not line.startswith("signs")) + "\n"


def test_an_old_key_file_put_back_does_not_sign(sealed: Sealed) -> None:
    old = sealed.keys.read_bytes()
    seals.rotate(sealed.office, sealed.keys, "sp01")
    sealed.keys.write_bytes(old)
    sealed.office.vault = load_vault(sealed.keys)
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    with pytest.raises(Refused, match="请放回最新的密钥文件"), sealed.office.work("jb01") as work:
        seals.seal(work, letter, "0" * 64)


def test_a_signing_key_under_another_name_is_a_damaged_file(tmp_path: Path) -> None:
    vault = create_vault(tmp_path / "keys.toml")
    told = (tmp_path / "keys.toml").read_text().replace(vault.signs, "zz00")
    (tmp_path / "keys.toml").write_text(told)
    with pytest.raises(Invalid, match="与其编号不符"):
        load_vault(tmp_path / "keys.toml")
