"""口令和动态码的保存 (how secrets are made and kept): compared letter by letter, out of real chance, never plain."""

from __future__ import annotations

import base64
import math

import pytest
from sqlmodel import select

from integrity import one_time, passwords
from integrity.records.accounts import Account, RecoveryCode
from integrity.work import Office
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TYPED = " Mi-Ma 口令 " + "x" * 80 + "Z "


def test_a_password_is_compared_as_it_was_typed() -> None:
    kept = passwords.hashed(TYPED)
    assert TYPED not in kept
    assert passwords.matches(kept, TYPED)
    others = (TYPED.strip(), TYPED.lower(), TYPED[:-2], TYPED[:72], TYPED + "x", TYPED.replace("口令", "口今"))
    assert not [one for one in others if passwords.matches(kept, one)]


@ONE
def test_codes_come_out_of_real_chance_and_are_kept_as_digests_only(desks: Desks, office: Office) -> None:
    desks("sp01")
    secrets, codes = set(), set()
    with office.work("sp01") as work:
        account = work.session.exec(select(Account).where(Account.officer == "sp01")).one()
        for _ in range(20):
            one_time.begin(work, account)
            plain = one_time.secret(work, account)
            secrets.add(plain)
            codes |= {one.replace("-", "") for one in one_time.renew_codes(work, account)}
            assert plain not in account.totp, "sealed"
        kept = [one.digest for one in work.session.exec(select(RecoveryCode))]
    assert len(secrets) == 20
    assert all(len(base64.b32decode(one)) * 8 >= 160 for one in secrets), "bits"
    assert len(codes) == len(kept) == 20 * one_time.RECOVERY
    letters = {letter for one in codes for letter in one}
    assert min(len(one) for one in codes) * math.log2(len(letters)) > 50, "bits of a recovery code"
    assert not {one for one in codes for digest in kept if one in digest}
    assert all(len(one) == 64 for one in kept), "a keyed digest"
