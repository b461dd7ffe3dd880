"""账户 (accounts): two people open one, nobody his own; what a password must be; the first three; the demo's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from typer.testing import CliRunner

from integrity import accounts, logins, organs, passwords, sessions
from integrity.__main__ import app
from integrity.demo.logins import CODES, PASSWORD, publish
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.logins import Waits
from integrity.records.accounts import DEMO_BEGUN, Account, DemoMark, WebSession
from integrity.records.office import Audit, Officer
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import Office
from tests.conftest import SetClock

COUNTY, TOWN, ELSEWHERE = "370811000000", "370811001000", "370828000000"
HERE = "10.0.0.7"
PEOPLE = (
    ("xt01", Role.SYSTEM_ADMIN, COUNTY), ("aq01", Role.SECURITY_ADMIN, COUNTY), ("aq02", Role.SECURITY_ADMIN, COUNTY),
    ("sj01", Role.AUDIT_ADMIN, COUNTY), ("jb01", Role.HANDLER, TOWN), ("sp01", Role.APPROVER, TOWN),
    ("aq09", Role.SECURITY_ADMIN, ELSEWHERE),
)  # fmt: skip


@pytest.fixture
def staffed(office: Office) -> Office:
    """An office with its people, none of whom has an account."""
    with office.work("初始设置") as work:
        for code, role, area in PEOPLE:
            since = date(2025, 1, 1)
            organs.enter_officer(work, Officer(code=code, name="曾明远", role=role, area=area, since=since))
    return office


def opened(office: Office, code: str) -> str:
    """An account opened by one and approved by another; its first password."""
    with office.work("xt01") as work:
        accounts.open_account(work, code)
    with office.work("aq01") as work:
        return accounts.approve(work, code)


def test_two_people_open_an_account_and_nobody_his_own(staffed: Office) -> None:
    with staffed.work("xt01") as work:
        accounts.open_account(work, "jb01")
    with pytest.raises(Refused, match=logins.WRONG):
        logins.log_in(staffed, "jb01", "", address=HERE)
    refused = (
        ("jb01", accounts.approve, "jb01", Forbidden, "安全管理员"),
        ("xt01", accounts.approve, "jb01", Forbidden, "安全管理员"),
        ("aq09", accounts.approve, "jb01", NotFound, "辖区内没有"),
        ("xt01", accounts.open_account, "jb01", Conflict, "已有账户"),
        ("xt01", accounts.open_account, "xt01", Forbidden, "自己"),
        ("aq01", accounts.open_account, "sp01", Forbidden, "系统管理员"),
        ("xt01", accounts.open_account, "nobody", NotFound, "没有登记"),
        ("aq01", accounts.reset, "jb01", Conflict, "没有核准"),
        ("aq01", accounts.unlock, "jb01", Conflict, "没有锁定"),
        ("jb01", accounts.unlock, "jb01", Forbidden, "安全管理员"),
    )  # fmt: skip
    for actor, act, code, kind, said in refused:
        with pytest.raises(kind, match=said), staffed.work(actor) as work:
            act(work, code)
    with staffed.work("aq01") as work:
        once = accounts.approve(work, "jb01")
    assert logins.log_in(staffed, "jb01", once, address=HERE).waits is Waits.PASSWORD
    with pytest.raises(Conflict, match="已经核准"), staffed.work("aq02") as work:
        accounts.approve(work, "jb01")
    with staffed.reading() as work:
        acts = work.session.exec(select(Audit.action, Audit.actor, Audit.detail)).all()
        assert [(a, b) for a, b, _ in acts if "账户" in a] == [("开设账户", "xt01"), ("核准账户", "aq01")]
        assert not any(once in detail for _, _, detail in acts)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE account SET approved_at = 1, approved_by = opened_by", "ck_account_hands"),
        ("UPDATE account SET approved_at = 1, approved_by = officer", "ck_account_own_approval"),
        ("UPDATE account SET opened_by = 'zz'", "不允许"),
        ("UPDATE account SET password = 'x'", "ck_account_password"),
        ("DELETE FROM account", "不能删除"),
        ("UPDATE account SET demo = NOT demo", "不允许"),
        ("INSERT INTO demo_mark (id, marked_at) VALUES (1, 1)", "建立示范县"),
    ],
)
def test_the_database_keeps_the_hands_apart_by_itself(staffed: Office, statement: str, said: str) -> None:
    with staffed.work("xt01") as work:
        accounts.open_account(work, "jb01")
    with pytest.raises(DBAPIError, match=said), staffed.engine.begin() as connection:
        connection.execute(text(statement))
    with staffed.work("xt01") as work:
        demo = Account(officer="sp01", opened_at=work.now, opened_by="xt01", demo=True)
    with pytest.raises(DBAPIError, match="示范"), staffed.work("xt01") as work:
        work.session.add(demo)


def test_a_closed_account_stays_closed_and_another_may_be_opened(staffed: Office) -> None:
    entered = logins.log_in(staffed, "jb01", opened(staffed, "jb01"), address=HERE)
    with pytest.raises(Refused, match="理由"), staffed.work("xt01") as work:
        accounts.close(work, "jb01", " ")
    with staffed.work("aq02") as work:
        accounts.close(work, "jb01", "调离")
    with staffed.reading() as work:
        assert sessions.half_open(work, entered.secret) is None
        assert accounts.current(work, "jb01") is None
        assert work.session.exec(select(WebSession.ended_why)).all() == ["账户关闭"]
    with pytest.raises(DBAPIError, match="不允许"), staffed.engine.begin() as connection:
        connection.execute(text("UPDATE account SET closed_at = NULL"))
    assert opened(staffed, "jb01")
    with staffed.reading() as work:
        work.actor = "sj01"
        assert [(one.officer.code, one.state) for one in accounts.listed(work)] == [("jb01", "待首次登录")]
        work.actor = "jb01"
        with pytest.raises(Forbidden):
            accounts.listed(work)


def test_a_first_password_must_be_changed_and_does_not_lie_about(staffed: Office, clock: SetClock) -> None:
    once = opened(staffed, "jb01")
    clock.now += accounts.ONCE
    with pytest.raises(Refused, match="初始密码已过期"):
        logins.log_in(staffed, "jb01", once, address=HERE)
    with staffed.work("aq01") as work:
        again = accounts.reset(work, "jb01")
    with pytest.raises(Refused, match=logins.WRONG):
        logins.log_in(staffed, "jb01", once, address=HERE)
    half = logins.log_in(staffed, "jb01", again, address=HERE)
    with staffed.reading() as work:
        assert sessions.holder(work, half.secret) is None
        held = sessions.half_open(work, half.secret)
        assert held is not None
    with pytest.raises(Invalid, match="最近 5 次"):
        logins.choose_password(staffed, held, again, address=HERE)
    whole = logins.choose_password(staffed, held, "Kx7!wvq-Lm2", address=HERE)
    assert whole.waits is Waits.NOTHING
    with pytest.raises(Refused, match="已经结束"):
        logins.choose_password(staffed, held, "Other9!wvq-Lm2", address=HERE)
    with staffed.reading() as work:
        assert sessions.holder(work, whole.secret) is not None
        kept = work.session.exec(select(Account.password, Account.earlier)).one()
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in (kept[0], *kept[1].split("\n")))


def test_a_password_lasts_ninety_days_and_five_do_not_come_again(staffed: Office, clock: SetClock) -> None:
    chosen = [f"Kx7!wvq-Lm2{letter}R" for letter in "bdfhjk"]
    half = logins.log_in(staffed, "jb01", opened(staffed, "jb01"), address=HERE)
    secret, old = half.secret, ""
    for password in chosen:
        with staffed.reading() as work:
            held = sessions.half_open(work, secret) or sessions.holder(work, secret)
        assert held is not None
        if old:
            secret = logins.change_password(staffed, held, old, password, address=HERE).secret
        else:
            secret = logins.choose_password(staffed, held, password, address=HERE).secret
        old = password
    with staffed.reading() as work:
        held = sessions.holder(work, secret)
        assert held is not None
        assert len(work.session.exec(select(WebSession).where(WebSession.ended_at == None)).all()) == 1  # noqa: E711
    with pytest.raises(Invalid, match="最近 5 次"):
        logins.change_password(staffed, held, old, chosen[1], address=HERE)
    with pytest.raises(Refused, match="现用的密码不正确"):
        logins.change_password(staffed, held, "wrong", chosen[0], address=HERE)
    assert logins.change_password(staffed, held, old, chosen[0], address=HERE).waits is Waits.NOTHING
    clock.now += timedelta(days=90)
    assert logins.log_in(staffed, "jb01", chosen[0], address=HERE).waits is Waits.PASSWORD


WORDS = passwords.own_words("jb11001", "曾明远", ("任城", "观音阁"))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Kx7!wvq-L", "10 至 128"), ("Kx7!" * 33, "10 至 128"), ("kxwvqlmzpw7", "3 种"), ("Zengmingyuan#77", "姓名"),
        ("Cengmingyuan#77", "姓名"), ("Zeng-ming_yuan#77", "姓名"),
        ("曾明远Kx7!wvqLm", "姓名"), ("x!JB11001wvqK", "工号"), ("Chengxin!wvqK7", "程序"),
        ("Rencheng!wvqK7", "地名"), ("Password2026!", "猜到"), ("Woaini1314!", "猜到"), ("1qaz2WSX3edc", "猜到"),
        ("Aa123456789!", "猜到"), ("Qwerty12345!", "猜到"), ("AAAAaaaa1111", "猜到"),
    ],
)  # fmt: skip
def test_a_bad_password_is_refused_in_words(password: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        passwords.check(password, WORDS)


def test_the_profile_of_length_asks_for_no_composition_and_no_change(
    monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    passwords.check("Kx7!wvq-Lm2", WORDS)
    passwords.check("Kx7!wvq-Lm2", ("--··",))  # a word of signs alone is in no password and in every one
    djbh3 = passwords.hashed("Kx7!wvq-Lm2")
    monkeypatch.setattr(settings(), "passwords", "asvs")
    with pytest.raises(Invalid, match="15 至 128"):
        passwords.check("Kx7!wvq-Lm2", WORDS)
    passwords.check("柳树下面有一口老井水很甜不咸的", WORDS)
    passwords.check("lamp otter quiet brick", WORDS)
    assert not passwords.worn_out(clock() - timedelta(days=4000), clock())
    assert passwords.matches(djbh3, "Kx7!wvq-Lm2")
    assert passwords.outdated(djbh3)
    assert passwords.hashed("x").startswith("$argon2id$v=19$m=65536,t=2,p=2$")
    assert "种" not in "".join(passwords.rules())


def test_a_password_kept_in_an_older_way_is_kept_anew_at_login(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = opened(staffed, "jb01")
    monkeypatch.setattr(settings(), "passwords", "asvs")
    assert logins.log_in(staffed, "jb01", once, address=HERE).waits is Waits.PASSWORD
    with staffed.reading() as work:
        assert "m=65536" in work.session.exec(select(Account.password)).one()


def test_first_passwords_are_not_guessed_and_not_alike() -> None:
    made = {passwords.once() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([2-9A-Za-z]{4}-){3}[2-9A-Za-z]{4}", one) for one in made)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new installation at the command line."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output + str(result.exception)
    return result.output


def test_the_first_three_come_from_the_command_line_and_open_the_rest(home: Path) -> None:
    run("init")
    run("officer", "add", "sp01", "--name", "郑审批", "--role", "审批", "--area", "370811", "--since", "2025-01-01")
    three = ("account", "first", "--area", "370811")
    same = (*three, "--system", "xt=甲一", "--security", "xt=甲一", "--audit", "sj=丙三")
    assert "三个不同的人" in run(*same, code=2)
    assert "其他岗位" in run(*three, "--system", "sp01=甲一", "--security", "aq=乙二", "--audit", "sj=丙三", code=2)
    told = run(*three, "--system", "xt=甲一", "--security", "aq=乙二", "--audit", "sj=丙三")
    assert len(re.findall(r"初始密码：\S{19}（", told)) == 3
    assert "已经有账户" in run(*three, "--system", "x=甲", "--security", "a=乙", "--audit", "s=丙", code=2)
    run("account", "open", "sp01", "--by", "xt")
    assert "待核准" in run("account", "list", "--by", "sj")
    assert "初始密码" in run("account", "approve", "sp01", "--by", "aq")
    assert "初始密码" in run("account", "reset", "sp01", "--telephone", "--by", "aq")
    assert "没有锁定" in run("account", "unlock", "sp01", "--by", "aq", code=5)
    assert "已解锁" in run("account", "unlock", "--address", "10.0.0.1", "--by", "aq")
    run("account", "unlock", "--by", "aq", code=2)
    run("account", "close", "sp01", "--reason", "离岗", "--by", "xt")
    assert "sp01" not in run("account", "list", "--by", "aq")


def test_the_accounts_of_a_demo_exist_in_a_demo_only(office: Office) -> None:
    with pytest.raises(DBAPIError, match="示范"):
        publish(office, "示范", office.clock())
    with office.reading() as work:
        assert accounts.demo_accounts(work) == []
    with office.work("示范") as work:
        work.audit(DEMO_BEGUN, COUNTY, "{}")
        for code, role, area in (
            ("jb111111", Role.HANDLER, TOWN), ("fh11111", Role.REVIEWER, TOWN), ("sp11111", Role.APPROVER, TOWN),
            ("jb110001", Role.HANDLER, COUNTY), ("fh11000", Role.REVIEWER, COUNTY),
            ("sp11000", Role.APPROVER, COUNTY), ("jd11000", Role.INSPECTOR, COUNTY),
        ):  # fmt: skip
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=area, since=date(2025, 1, 1)))
    assert publish(office, "示范", office.clock())
    assert not publish(office, "示范", office.clock())
    with office.reading() as work:
        assert work.session.get(DemoMark, 1) is not None
        shown = accounts.demo_accounts(work)
    assert {one.role for one in shown} == set(Role) - {Role.SYSTEM, Role.LINKED}
    assert {one.code for one in shown} == set(CODES)
    for code in ("sp11000", "aq11000", "xl11111"):
        assert logins.log_in(office, code, PASSWORD, address=HERE).waits is Waits.NOTHING
    with pytest.raises(Refused, match="公布"), office.work("aq11000") as work:
        accounts.reset(work, "sp11000")
