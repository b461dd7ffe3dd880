"""登录会话 (sessions): one an account, its ends, lockout, one-time codes, re-authentication, equal answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import accounts, drafts, keys, logins, one_time, organs, passwords, sessions
from integrity.errors import NotFound, Refused
from integrity.logins import Entered, Waits
from integrity.records.accounts import Account, Draft, LoginTry, RecoveryCode, WebSession
from integrity.records.office import Audit, Officer
from integrity.sessions import Held
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import Office, make_engine
from tests.conftest import SetClock

COUNTY = "370811000000"
HERE, THERE = "10.0.0.7", "10.0.0.8"
RIGHT, BAD = "Kx7!wvq-Lm2", "Kx7!wvq-Lm3"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def staffed(office: Office) -> Office:
    """Three officers with accounts in use: jb01, fh01 and sp01, who needs a telephone; aq01 keeps them."""
    kept = passwords.hashed(RIGHT)
    with office.work("初始设置") as work:
        for code, role in (
            ("jb01", Role.HANDLER), ("fh01", Role.REVIEWER), ("sp01", Role.APPROVER), ("aq01", Role.SECURITY_ADMIN)
        ):  # fmt: skip
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2025, 1, 1)))
            work.flush()
            work.session.add(
                Account(
                    officer=code, opened_at=work.now, opened_by="甲", approved_at=work.now, approved_by="乙",
                    password=kept, password_at=work.now,
                )
            )  # fmt: skip
    return office


def into(office: Office, code: str = "jb01", password: str = RIGHT, address: str = HERE) -> Entered:
    return logins.log_in(office, code, password, address=address)


def held_by(office: Office, secret: str) -> Held:
    with office.reading() as work:
        held = sessions.holder(work, secret) or sessions.half_open(work, secret)
    assert held is not None
    return held


def stands(office: Office, secret: str) -> bool:
    with office.reading() as work:
        return sessions.holder(work, secret) is not None


def code_now(office: Office, clock: SetClock, code: str = "sp01", steps: int = 0) -> str:
    """What the officer's telephone shows, `steps` of half a minute from now."""
    with office.reading() as work:
        account = accounts.current(work, code)
        assert account is not None
        return pyotp.TOTP(one_time.secret(work, account)).at(clock.now, counter_offset=steps)


def with_telephone(office: Office, clock: SetClock) -> list[str]:
    """sp01 enrols his telephone; his recovery codes."""
    held = held_by(office, into(office, "sp01").secret)
    entered, codes = logins.enrol(office, held, code_now(office, clock), address=HERE)
    assert entered.waits is Waits.NOTHING
    assert stands(office, entered.secret)
    clock.now += MINUTE
    return codes


def test_a_session_is_kept_by_its_digest_and_there_is_one_of_an_account(staffed: Office) -> None:
    first, second = into(staffed).secret, into(staffed).secret
    assert len(second) >= 43
    assert first != second
    assert (stands(staffed, first), stands(staffed, second)) == (False, True)
    with staffed.reading() as work:
        kept = {row.sha256 for row in work.session.exec(select(WebSession))}
        assert kept == {sha256(one.encode()).hexdigest() for one in (first, second)}
        assert sessions.holder(work, "\ud800") is None
        assert sessions.form_token(second) not in second
    with pytest.raises(DBAPIError, match="不允许"), staffed.engine.begin() as connection:
        connection.execute(text("UPDATE web_session SET ended_at = NULL WHERE ended_at IS NOT NULL"))
    with pytest.raises(NotFound), staffed.work("x") as work:
        sessions.enter(work, "nobody", address=HERE)


def test_a_session_ends_idle_and_ends_at_the_longest(staffed: Office, clock: SetClock) -> None:
    secret, begun = into(staffed).secret, clock.now
    assert not sessions.due_for_touch(held_by(staffed, secret), clock.now + MINUTE / 2)
    while clock.now - begun < sessions.LONGEST - 25 * MINUTE:
        clock.now += 25 * MINUTE
        held = held_by(staffed, secret)
        assert sessions.due_for_touch(held, clock.now)
        with staffed.work("jb01") as work:
            sessions.touch(work, held)
    clock.now += 25 * MINUTE
    assert not stands(staffed, secret)
    idle = into(staffed).secret
    clock.now += sessions.IDLE - timedelta(seconds=5)
    assert stands(staffed, idle)
    clock.now += timedelta(seconds=5)
    assert not stands(staffed, idle)


@pytest.mark.parametrize("change", ["role = 'REVIEWER'", "area = '370811001000'", "until = since", "since = 99999"])
def test_another_role_or_area_or_none_ends_it(staffed: Office, change: str) -> None:
    secret = into(staffed).secret
    with staffed.engine.begin() as connection:
        connection.execute(text(f"UPDATE officer SET {change} WHERE code = 'jb01'"))
    assert not stands(staffed, secret)


def test_logging_out_a_reset_and_the_page_that_is_told(staffed: Office) -> None:
    secret = into(staffed).secret
    held = held_by(staffed, secret)
    with staffed.work("jb01") as work:
        sessions.tell(work, held, "已登记")
        sessions.set_large(work, held, True)
    assert sessions.told(held_by(staffed, secret)) == "已登记"
    with staffed.work("jb01") as work:
        sessions.hear(work, held)
    assert sessions.told(held_by(staffed, secret)) == ""
    logins.log_out(staffed, secret)
    logins.log_out(staffed, secret)
    assert not stands(staffed, secret)
    again = into(staffed).secret
    assert held_by(staffed, again).session.large_type
    with staffed.work("aq01") as work:
        accounts.reset(work, "jb01")
    assert not stands(staffed, again)
    with staffed.reading() as work:
        why = {row.ended_why for row in work.session.exec(select(WebSession))}
    assert why == {"退出登录", "重置密码"}


@pytest.mark.parametrize("code", ["jb01", "nobody"])
def test_five_failures_lock_an_account_in_the_same_words_whether_it_exists(
    staffed: Office, clock: SetClock, code: str
) -> None:
    for n in range(5):
        with pytest.raises(Refused, match=logins.WRONG):
            into(staffed, code, BAD, f"10.0.1.{n}")
    with pytest.raises(Refused, match="请 30 分钟后再试"):
        into(staffed, code, RIGHT, THERE)
    url = staffed.engine.url.render_as_string(hide_password=False)
    restarted = Office(make_engine(url), staffed.reading_engine, staffed.vault, clock)
    with pytest.raises(Refused, match="暂停登录"):
        into(restarted, code, RIGHT, THERE)
    restarted.engine.dispose()
    with staffed.reading() as work:
        rows = work.session.exec(select(Audit.action, Audit.subject, Audit.detail)).all()
    failed = [one for one in rows if one[0] == "登录失败"]
    assert len(failed) == 5
    assert [one[1] for one in rows if one[0] == "登录锁定"] == (["officer:jb01"] if code == "jb01" else [""])
    assert not any(BAD in detail or "nobody" in subject + detail for _, subject, detail in rows)
    assert into(staffed, "fh01", RIGHT, "10.0.1.1").secret
    clock.now += 30 * MINUTE
    if code == "jb01":
        assert into(staffed, code, RIGHT, THERE).secret
        with staffed.reading() as work:
            assert work.session.exec(select(LoginTry).where(LoginTry.subject == "")).all() == []
    else:
        with pytest.raises(Refused, match=logins.WRONG):
            into(staffed, code, RIGHT, THERE)


def test_an_address_is_locked_too_and_the_security_administrator_unlocks(staffed: Office, clock: SetClock) -> None:
    for n in range(5):
        with pytest.raises(Refused, match=logins.WRONG):
            into(staffed, f"guess{n}", BAD)
        if n == 2:
            assert into(staffed).secret, "one's own success takes nothing back for the address"
    with pytest.raises(Refused, match="暂停登录"):
        into(staffed, "fh01")
    assert into(staffed, "fh01", RIGHT, THERE).secret
    with staffed.work("aq01") as work:
        accounts.unlock_address(work, HERE)
    assert into(staffed).secret
    for _ in range(5):
        with pytest.raises(Refused):
            into(staffed, "jb01", BAD, THERE)
    assert into(staffed, "fh01", RIGHT, THERE).secret, "one's wrong password does not shut out the whole office"
    with staffed.work("aq01") as work:
        accounts.unlock(work, "jb01")
    assert into(staffed).secret
    assert into(staffed, "jb01", RIGHT, THERE).secret, "who is unlocked can log in from where he failed"
    with pytest.raises(Refused, match=logins.WRONG):
        into(staffed, "guess", BAD, THERE)
    with pytest.raises(Refused, match=r"从这个网络地址.*暂停登录.*解锁这个地址"):
        into(staffed, "aq01", RIGHT, THERE)
    clock.now += timedelta(days=2)
    with pytest.raises(Refused):
        into(staffed, "jb01", BAD)
    with staffed.reading() as work:
        assert len(work.session.exec(select(LoginTry)).all()) == 2, "a day later they are gone"


def test_old_failures_do_not_add_up(staffed: Office, clock: SetClock) -> None:
    for _ in range(12):
        with pytest.raises(Refused, match=logins.WRONG):
            into(staffed, "jb01", BAD)
        clock.now += 4 * MINUTE
    assert into(staffed).secret


def test_many_guesses_at_once_are_looked_at_five_times(staffed: Office) -> None:
    def guess(n: int) -> str:
        try:
            return into(staffed, "jb01", RIGHT if n == 11 else BAD, f"10.0.2.{n}").secret
        except Refused as refusal:
            return str(refusal)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(guess, range(12)))
    assert said.count(logins.WRONG) == 5
    assert "暂停登录" in said[11]


def test_unknown_closed_and_known_are_refused_alike_and_as_slowly(staffed: Office, clock: SetClock) -> None:
    with staffed.work("aq01") as work:
        accounts.close(work, "fh01", "离岗")
    took: dict[str, list[float]] = {"jb01": [], "fh01": [], "nobody": []}
    for n in range(12):
        for code, times in took.items():
            begun = perf_counter()
            with pytest.raises(Refused) as refusal:
                into(staffed, code, BAD, f"10.0.3.{n}")
            times.append(perf_counter() - begun)
            assert str(refusal.value) == logins.WRONG
        clock.now += 16 * MINUTE
    medians = [median(times) for times in took.values()]
    assert max(medians) < 2 * min(medians)
    assert max(medians) < 0.25


def test_a_code_of_the_telephone_is_taken_once_and_needed(staffed: Office, clock: SetClock) -> None:
    codes = with_telephone(staffed, clock)
    half = into(staffed, "sp01")
    assert half.waits is Waits.CODE
    assert not stands(staffed, half.secret)
    held, code = held_by(staffed, half.secret), code_now(staffed, clock)
    for wrong in ("000000", "", "abc", code_now(staffed, clock, steps=5), code_now(staffed, clock, steps=-5)):
        if wrong == "":
            clock.now += 31 * MINUTE  # five in a row would lock
            held = held_by(staffed, into(staffed, "sp01").secret)
        with pytest.raises(Refused, match="动态码不正确"):
            logins.give_code(staffed, held, wrong, address=THERE)
    code = code_now(staffed, clock)
    whole = logins.give_code(staffed, held, f" {code[:3]} {code[3:]}", address=HERE)
    assert stands(staffed, whole.secret)
    again = held_by(staffed, into(staffed, "sp01").secret)
    with pytest.raises(Refused, match="已经用过"):
        logins.give_code(staffed, again, code, address=HERE)
    by_paper = logins.give_code(staffed, again, codes[0].upper(), address=HERE)
    assert stands(staffed, by_paper.secret)
    third = held_by(staffed, into(staffed, "sp01").secret)
    with pytest.raises(Refused, match="动态码不正确"):
        logins.give_code(staffed, third, codes[0], address=HERE)
    with staffed.reading() as work:
        account = accounts.current(work, "sp01")
        assert account is not None
        assert one_time.codes_left(work, account) == 9
        kept = {row.digest for row in work.session.exec(select(RecoveryCode))}
        assert not kept & {sha256(one.replace("-", "").encode()).hexdigest() for one in codes}
        assert one_time.secret(work, account) not in account.totp


def test_a_password_known_does_not_buy_more_guesses_at_the_code(staffed: Office, clock: SetClock) -> None:
    with_telephone(staffed, clock)
    for _ in range(5):
        held = held_by(staffed, into(staffed, "sp01").secret)
        with pytest.raises(Refused, match="动态码不正确"):
            logins.give_code(staffed, held, "12345x", address=HERE)
    with pytest.raises(Refused, match="暂停登录"):
        into(staffed, "sp01", RIGHT, THERE)
    clock.now += timedelta(minutes=31)
    late = held_by(staffed, into(staffed, "sp01").secret)
    clock.now += sessions.HALF
    with staffed.reading() as work:
        assert sessions.half_open(work, "x") is None
        assert late.session.waits == "code"
    half = into(staffed, "sp01")
    clock.now += sessions.HALF
    with staffed.reading() as work:
        assert sessions.half_open(work, half.secret) is None


def test_everybody_needs_a_telephone_where_the_settings_say_so(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert into(staffed, "jb01").waits is Waits.NOTHING
    monkeypatch.setattr(settings(), "second_factor", "all")
    assert into(staffed, "jb01").waits is Waits.ENROL


def test_a_lost_telephone_is_reset_and_enrolled_again(staffed: Office, clock: SetClock) -> None:
    codes = with_telephone(staffed, clock)
    with staffed.work("aq01") as work:
        once = accounts.reset(work, "sp01", telephone=True)
    held = held_by(staffed, into(staffed, "sp01", once).secret)
    assert held.session.waits == Waits.PASSWORD
    entered = logins.choose_password(staffed, held, BAD, address=HERE)
    assert entered.waits is Waits.ENROL
    held = held_by(staffed, entered.secret)
    with staffed.reading() as work:
        account = accounts.current(work, "sp01")
        assert account is not None
        assert one_time.picture(work, account).startswith("data:image/svg+xml")
    with pytest.raises(Refused):
        logins.enrol(staffed, held, "12345x", address=HERE)
    whole, fresh = logins.enrol(staffed, held, code_now(staffed, clock), address=HERE)
    assert not set(fresh) & set(codes)
    with staffed.reading() as work:
        account = accounts.current(work, "sp01")
        assert account is not None
        assert one_time.codes_left(work, account) == one_time.RECOVERY
    held = held_by(staffed, whole.secret)
    clock.now += MINUTE
    renewed = logins.renew_codes(staffed, held, BAD, code_now(staffed, clock))
    assert not set(renewed) & set(fresh)


def test_who_need_not_may_enrol_a_telephone_of_his_own_will(staffed: Office, clock: SetClock) -> None:
    held = held_by(staffed, into(staffed).secret)
    with pytest.raises(Refused, match="没有等待"):
        logins.confirm_telephone(staffed, held, "123456")
    with pytest.raises(Refused, match="没有启用"):
        logins.renew_codes(staffed, held, RIGHT, "")
    logins.start_telephone(staffed, held)
    assert len(logins.confirm_telephone(staffed, held, code_now(staffed, clock, "jb01"))) == one_time.RECOVERY
    with pytest.raises(Refused, match="已启用"):
        logins.start_telephone(staffed, held)
    assert into(staffed).waits is Waits.CODE


def test_what_takes_from_people_asks_for_the_password_again(staffed: Office, clock: SetClock) -> None:
    with_telephone(staffed, clock)
    held = held_by(staffed, into(staffed, "sp01").secret)
    secret = logins.give_code(staffed, held, code_now(staffed, clock), address=HERE).secret
    assert sessions.proven(held_by(staffed, secret), clock.now)
    clock.now += sessions.PROVEN
    held = held_by(staffed, secret)
    assert not sessions.proven(held, clock.now)
    for password, code in ((BAD, code_now(staffed, clock)), (RIGHT, "12345x"), (RIGHT, "")):
        with pytest.raises(Refused, match=sessions.WRONG):
            sessions.prove(staffed, held, password, code)
    sessions.prove(staffed, held, RIGHT, code_now(staffed, clock))
    assert sessions.proven(held_by(staffed, secret), clock.now)
    for n in range(2):
        assert stands(staffed, secret), f"{n}"
        with pytest.raises(Refused, match=sessions.WRONG):
            sessions.prove(staffed, held, BAD, "")
    with pytest.raises(Refused, match="暂停登录"):
        sessions.prove(staffed, held, RIGHT, code_now(staffed, clock, steps=1))
    assert not stands(staffed, secret), "somebody else may sit there"


def test_secrets_and_drafts_are_sealed_again_when_the_key_changes(
    staffed: Office, clock: SetClock, tmp_path: Path
) -> None:
    with_telephone(staffed, clock)
    with staffed.work("sp01") as work:
        drafts.save(work, "/households/new", {"name": "试验甲"})
        broken = Draft(officer="jb01", form="/x", key_id="k1", cipher=b"0" * 40, saved_at=work.now)
        work.session.add(broken)
    assert keys.used(staffed) == {"k1": 3}
    done = keys.rotate(staffed, tmp_path / "keys.toml", "sp01")
    assert (done.current, done.faults) == ("k2", ())
    assert keys.used(staffed) == {"k2": 2}
    keys.retire(staffed, tmp_path / "keys.toml", "k1", "sp01")
    half = held_by(staffed, into(staffed, "sp01").secret)
    assert logins.give_code(staffed, half, code_now(staffed, clock), address=HERE).secret
    with staffed.work("sp01") as work:
        kept = drafts.find(work, "/households/new")
        assert kept is not None
        assert kept.values == {"name": "试验甲"}
    with staffed.work("aq01") as work:
        accounts.close(work, "sp01", "离岗")
    assert keys.used(staffed) == {"k2": 1}, "of a closed account no secret is left"


def test_failed_logins_of_others_do_not_throw_an_officer_out(staffed: Office) -> None:
    secret = into(staffed).secret
    for n in range(6):
        with pytest.raises(Refused):
            into(staffed, "jb01", BAD, f"10.0.4.{n}")
    assert stands(staffed, secret)
