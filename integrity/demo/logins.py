"""示范账户 (accounts of the demo): one for each role, in the county and in one township, with a published password.

They exist in a database only that is marked as a demo, and the mark can be set only where the demo was built.
"""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from integrity import accounts, organs, passwords
from integrity.demo.names import full_name, surname
from integrity.demo.places import COUNTY
from integrity.records.accounts import Account, DemoMark
from integrity.records.office import Officer
from integrity.terms import Role, Sex
from integrity.work import Office, Work

PASSWORD = "shifan-2026"
TOWNSHIP = "370811111000"
OPENED_BY, APPROVED_BY = "示范", "示范（核准）"
_STEM, _TOWN = COUNTY[4:9], TOWNSHIP[4:9]
FURTHER: tuple[tuple[str, Role, str], ...] = (
    (f"xl{_TOWN}", Role.ASSISTANT, TOWNSHIP),
    (f"xt{_STEM}", Role.SYSTEM_ADMIN, COUNTY),
    (f"aq{_STEM}", Role.SECURITY_ADMIN, COUNTY),
    (f"sj{_STEM}", Role.AUDIT_ADMIN, COUNTY),
)
"""Officers whom only the pages need: 工号, role, area."""
EXPLAINED = {
    Role.ASSISTANT: "收承诺书，登记家庭变化，登记送达",
    Role.HANDLER: "登记家庭和事实，导入，打印，办理案件",
    Role.REVIEWER: "提出复核意见，安排核查，更正",
    Role.APPROVER: "作出决定；不利的决定前再输入一次密码",
    Role.INSPECTOR: "只查看，不登记",
    Role.SYSTEM_ADMIN: "开设账户，看运行状况；没有业务数据",
    Role.SECURITY_ADMIN: "核准、重置、解锁账户；没有业务数据",
    Role.AUDIT_ADMIN: "查看操作日志；没有业务数据",
}
"""What each of them does, for the login page."""
CODES: tuple[str, ...] = (
    *(f"{role}{_TOWN}" for role in ("xl", "fh", "sp")), f"jb{_TOWN}1",
    f"jb{_STEM}1", *(f"{role}{_STEM}" for role in ("fh", "sp", "jd", "xt", "aq", "sj")),
)  # fmt: skip
"""工号 of those who can log in."""


def publish(office: Office, actor: str, moment: datetime) -> bool:
    """Mark the database as a demo and open its accounts; False when that was done before."""
    with office.work(actor, now=moment) as work:
        if accounts.is_demo(work):
            return False
        _enrol(work)
        work.session.add(DemoMark(marked_at=work.now))
        work.session.flush()
        kept = passwords.hashed(PASSWORD)
        for code in CODES:
            work.session.add(_account(work, code, kept))
        work.audit("公布示范账户", "", f"{len(CODES)} 个")
    return True


def _account(work: Work, code: str, kept: str) -> Account:
    return Account(
        officer=code, demo=True, opened_at=work.now, opened_by=OPENED_BY, approved_at=work.now,
        approved_by=APPROVED_BY, password=kept, password_at=work.now,
    )  # fmt: skip


def _enrol(work: Work) -> None:
    """Register the officers whom only the pages need, as long in office as the others of the county."""
    approver = work.session.get(Officer, f"sp{_STEM}")
    since = approver.since if approver is not None else work.today
    for code, role, area in FURTHER:
        if work.session.get(Officer, code) is None:
            organs.enter_officer(work, _officer(code, role, area, since))
    work.flush()


def _officer(code: str, role: Role, area: str, since: date) -> Officer:
    rng = Random(f"{code}:account")
    name = full_name(rng, surname(rng), rng.choice((Sex.MALE, Sex.FEMALE)), rng.randint(1966, 1998))
    return Officer(code=code, name=name, role=role, area=area, since=since)
