"""推送 (notifications): told once the work is done, signed, in order, until they have arrived, and to nobody else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity import dispatches, dispatching, organs, push_wire
from integrity.dispatching import DELIVERY, SIGNATURE, Post, send_due, signed
from integrity.errors import ChengxinError, Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.office_terms import DispatchState, PushKind
from integrity.push_wire import Destination, Unsent
from integrity.records.dispatches import PATIENCE, Dispatch, Subscription
from integrity.records.ledger import Household
from integrity.records.office import Officer
from integrity.terms import Role
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import COUNTY, TOWNSHIP, furnish, granted, papers

__all__ = ["papers"]
EVERY = tuple(PushKind)
SINCE = date(2024, 1, 1)
TLS, PLAIN = "https://", "http://"
Family = Callable[..., int]


class Receiver(ThreadingHTTPServer):
    """Another system, on this machine: what it was told, and what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ear)
        self.told: list[tuple[dict[str, Any], dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.headers_sent: dict[str, str] = {}
        self.silent = threading.Event()

    @property
    def allowed(self) -> str:
        """How the settings name it."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.allowed}/heard?from=chengxin"

    def way(self) -> Post:
        """How an office that allows it sends."""
        return Post(self.allowed)


class _Ear(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Listen, and answer as the test says."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.silent.is_set():
            return
        status = self.server.answers.pop(0) if self.server.answers else 204
        if 200 <= status < 300:
            self.server.told.append((json.loads(body), dict(self.headers), body))
        self.send_response(status)
        for name, value in self.server.headers_sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"x" * 100_000 if status == 500 else b"")

    def log_message(self, *_words: object) -> None:
        """It says nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A system that listens."""
    one = Receiver()
    thread = threading.Thread(target=one.serve_forever, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()
    thread.join()


@pytest.fixture
def linked(office: Office, papers: Path) -> Office:
    """An office with linked systems, here and elsewhere, and the two administrators."""
    assert not papers.exists()
    furnish(office)
    with office.work("sp01") as work:
        for code, role, area in (
            ("dj01", Role.LINKED, COUNTY), ("dj09", Role.LINKED, "370812000000"), ("xt01", Role.SYSTEM_ADMIN, COUNTY),
            ("aq01", Role.SECURITY_ADMIN, COUNTY), ("aq09", Role.SECURITY_ADMIN, "370812000000"),
            ("xt09", Role.SYSTEM_ADMIN, "370812000000"),
        ):  # fmt: skip
            organs.enter_officer(work, Officer(code=code, name="某系统", role=role, area=area, since=SINCE))
    return office


def subscribed(office: Office, receiver: Receiver, system: str = "dj01", kinds: tuple[PushKind, ...] = EVERY) -> str:
    """Register and approve; the secret."""
    place = system[-2:]
    with office.work(f"xt{place}") as work:
        made = dispatches.register(work, system, receiver.url, kinds, receiver.allowed)
    with office.work(f"aq{place}") as work:
        dispatches.approve(work, made.subscription.id or 0)
    return made.secret


def number_of(office: Office, household: int) -> str:
    """户编号 of a household."""
    with office.reading() as work:
        return str(work.session.exec(select(Household.number).where(Household.id == household)).one())


def rows(office: Office) -> list[Dispatch]:
    """Every notification."""
    with office.reading() as work:
        return list(work.session.exec(select(Dispatch).order_by(text("id"))))


def test_a_change_is_told_after_commit_signed_and_thin(linked: Office, receiver: Receiver, family: Family) -> None:
    secret = subscribed(linked, receiver)
    number = number_of(linked, granted(linked, family)[0])
    assert [one.kind for one in rows(linked)] == [PushKind.AID]
    assert send_due(linked, receiver.way()) == 1
    assert send_due(linked, receiver.way()) == 0, "it has arrived"
    said, headers, body = receiver.told[0]
    assert said.keys() == {"id", "kind", "household", "reference", "occurred_at", "sequence"}
    assert (said["kind"], said["household"]) == ("救助变动", number)
    assert headers[DELIVERY] == said["id"]
    moment, mark = headers[SIGNATURE].split(",")
    assert mark == "v1=" + signed(secret, int(moment.removeprefix("t=")), body)
    assert mark != "v1=" + signed(secret, int(moment.removeprefix("t=")), body + b" ")


def test_what_was_not_done_is_not_told(linked: Office, receiver: Receiver) -> None:
    subscribed(linked, receiver)
    with pytest.raises(Refused, match="没有办成"):
        _broken_off(linked)
    assert not rows(linked)


def _broken_off(office: Office) -> None:
    with office.work("jb01") as work:
        dispatches.tell(work, PushKind.STANDING, TOWNSHIP)
        raise Refused("没有办成")


def test_only_who_may_know_is_told(linked: Office, receiver: Receiver, family: Family) -> None:
    subscribed(linked, receiver, "dj09")
    subscribed(linked, receiver, "dj01", (PushKind.STANDING,))
    granted(linked, family)
    assert not rows(linked), "another county; another matter"
    with linked.work("jb01") as work:
        dispatches.tell(work, PushKind.INTAKE, TOWNSHIP, to="dj09", subject="HD-1")
    assert [(one.subscription_id, one.subject) for one in rows(linked)] == [(1, "HD-1")]


def test_failures_are_tried_again_later_in_order_and_given_up_at_last(
    linked: Office, receiver: Receiver, clock: SetClock
) -> None:  # fmt: skip
    subscribed(linked, receiver)
    for _ in range(3):
        with linked.work("jb01") as work:
            dispatches.tell(work, PushKind.STANDING, TOWNSHIP)
    receiver.answers = [500, 302, 204, 204]
    receiver.headers_sent = {"location": f"{PLAIN}169.254.169.254/"}
    assert send_due(linked, receiver.way()) == 0
    assert send_due(linked, receiver.way()) == 0, "not before its time"
    assert [(one.attempts, one.answer) for one in rows(linked)] == [(1, "500"), (0, ""), (0, "")]
    clock.now += timedelta(minutes=1)
    assert send_due(linked, receiver.way()) == 0, "no redirect is followed"
    clock.now += timedelta(minutes=2)
    assert send_due(linked, receiver.way()) == 3
    assert [said["sequence"] for said, _, _ in receiver.told] == [one.id for one in rows(linked)]
    with linked.work("jb01") as work:
        dispatches.tell(work, PushKind.STANDING, TOWNSHIP)
    receiver.answers = [500, 410]
    send_due(linked, receiver.way())
    clock.now += PATIENCE
    send_due(linked, receiver.way())
    assert rows(linked)[-1].state is DispatchState.GIVEN_UP
    with linked.reading() as work:
        assert dispatching.overdue(work, work.now) == (1, 0)
    with linked.work("xt01") as work:
        assert dispatches.again(work, 1) == 1
    assert send_due(linked, receiver.way()) == 1


def test_killed_between_sending_and_writing_it_down_it_is_sent_again(
    linked: Office, receiver: Receiver, clock: SetClock, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    subscribed(linked, receiver)
    granted(linked, family)
    with monkeypatch.context() as killed:
        killed.setattr(dispatching, "_noted", _dies)
        with pytest.raises(KeyboardInterrupt):
            send_due(linked, receiver.way())
    assert len(receiver.told) == 1
    assert send_due(linked, receiver.way()) == 0, "somebody may still be at it"
    clock.now += dispatching.LEASE
    assert send_due(linked, receiver.way()) == 1
    first, second = (said["id"] for said, _, _ in receiver.told)
    assert first == second, "by which the receiver knows it again"


def _dies(*_words: object) -> None:
    raise KeyboardInterrupt


def test_ten_senders_at_once_send_each_once(linked: Office, receiver: Receiver) -> None:
    subscribed(linked, receiver)
    for _ in range(6):
        with linked.work("jb01") as work:
            dispatches.tell(work, PushKind.STANDING, TOWNSHIP)
    with ThreadPoolExecutor(10) as pool:
        arrived = list(pool.map(lambda _: send_due(linked, receiver.way()), range(10)))
    arrived.append(send_due(linked, receiver.way()))
    assert sum(arrived) == len(receiver.told) == 6
    assert [said["sequence"] for said, _, _ in receiver.told] == sorted(one.id for one in rows(linked))


def test_two_secrets_hold_while_one_follows_the_other(linked: Office, receiver: Receiver, clock: SetClock) -> None:
    old = subscribed(linked, receiver)
    with linked.work("xt01") as work:
        new = dispatches.renew_secret(work, 1)
    assert old != new
    for marks in (2, 1):
        with linked.work("jb01") as work:
            dispatches.tell(work, PushKind.STANDING, TOWNSHIP)
        send_due(linked, receiver.way())
        _, headers, body = receiver.told[-1]
        moment, *given = headers[SIGNATURE].split(",")
        at = int(moment.removeprefix("t="))
        assert given == [f"v1={signed(one, at, body)}" for one in (new, old)][:marks]
        clock.now += dispatches.BOTH_HOLD
    with linked.reading() as work:
        kept = "".join(str(one) for one in work.session.connection().execute(text("SELECT * FROM subscription")).one())
    assert new not in kept
    assert old not in kept


def test_registered_by_one_approved_by_another_ended_by_either(
    linked: Office, receiver: Receiver, family: Family
) -> None:
    with linked.work("xt01") as work:
        made = dispatches.register(work, "dj01", receiver.url, EVERY, receiver.allowed).subscription
        with pytest.raises(Forbidden):
            dispatches.approve(work, made.id or 0)
        with pytest.raises(Conflict, match="已经登记"):
            dispatches.register(work, "dj01", receiver.url, EVERY, receiver.allowed)
        with pytest.raises(Refused, match="只向对接系统"):
            dispatches.register(work, "fh01", receiver.url, EVERY, receiver.allowed)
        with pytest.raises(Invalid, match="哪些事项"):
            dispatches.register(work, "dj01", receiver.url, (), receiver.allowed)
    granted(linked, family)
    assert not rows(linked), "not approved yet"
    for stranger in ("sp01", "jb01", "dj01", "sj01"):
        with pytest.raises(Forbidden), linked.work(stranger) as work:
            dispatches.listed(work)
    with pytest.raises(NotFound), linked.work("aq09") as work:
        dispatches.approve(work, made.id or 0)
    with linked.work("aq01") as work:
        dispatches.approve(work, made.id or 0)
        assert dispatches.listed(work)[0].state == "推送中"
    granted(linked, family)
    assert [one.state for one in rows(linked)] == [DispatchState.WAITING]
    with linked.work("aq01") as work:
        dispatches.end(work, made.id or 0)
        assert dispatches.line(work, made.id or 0).state == "已停止"
    assert [one.state for one in rows(linked)] == [DispatchState.GIVEN_UP]
    assert send_due(linked, receiver.way()) == 0
    with pytest.raises(Conflict), linked.work("aq01") as work:
        dispatches.end(work, made.id or 0)


@pytest.mark.parametrize("url", [
    f"{PLAIN}10.1.2.3/x", f"{TLS}10.1.2.3:8443/x", f"{TLS}elsewhere.invalid/", f"{TLS}name:word@10.1.2.3/",
    f"{TLS}10.1.2.3/#a", f"{TLS}10.1.2.3/ b", "ftp://10.1.2.3/", "10.1.2.3", "", f"{TLS}10.1.2.3.invalid/",
    f"{TLS}10.1.2.3\\@elsewhere.invalid/", f"{TLS}10.1.2.3/" + "a" * 300, "file:///etc/passwd", f"{TLS}１0.1.2.3/",
])  # fmt: skip
def test_an_address_that_is_not_allowed_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Destination.read(url, "10.1.2.3, https://example.invalid:8443")


def test_an_allowed_address_is_read() -> None:
    assert Destination.read("https://example.invalid:8443/a?b=c", "example.invalid:8443").path == "/a?b=c"
    assert Destination.read(f"{TLS}10.1.2.3", "10.1.2.3").site == ("https", "10.1.2.3", 443)


@pytest.mark.parametrize("found", [
    "169.254.169.254", "127.0.0.1", "::1", "0.0.0.0", "224.0.0.1", "fe80::1%eth0", "::ffff:169.254.169.254",
    "::ffff:127.0.0.1", "240.0.0.1", "",
])  # fmt: skip
def test_a_name_that_points_where_nobody_may_be_sent_leads_nowhere(found: str) -> None:
    to = Destination.read("https://example.invalid/", "example.invalid")
    with pytest.raises(Unsent):
        push_wire.post(to, b"{}", {}, resolve=lambda *_: [found] if found else [])


def test_of_several_addresses_none_may_be_forbidden(receiver: Receiver) -> None:
    to = Destination.read("https://example.invalid/", "example.invalid")
    with pytest.raises(Unsent, match="不允许"):
        push_wire.post(to, b"{}", {}, resolve=lambda *_: ["10.1.2.3", "127.0.0.1"])
    assert not receiver.told


def test_who_never_answers_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_wire, "WHOLE", 0.3)
    receiver.silent.set()
    to = Destination.read(receiver.url, receiver.allowed)
    with pytest.raises(ChengxinError):
        push_wire.post(to, b"{}", {})


def test_what_has_arrived_is_neither_changed_nor_taken_away(linked: Office, receiver: Receiver, family: Family) -> None:
    subscribed(linked, receiver)
    granted(linked, family)
    send_due(linked, receiver.way())
    for statement in (
        "UPDATE dispatch SET state = 'WAITING'", "UPDATE dispatch SET kind = 'INTAKE'", "DELETE FROM dispatch",
        "DELETE FROM subscription", "UPDATE subscription SET url = 'elsewhere'",
        "UPDATE subscription SET approved_by = 'aq02'",
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"只能|不允许"), linked.engine.begin() as connection:
            connection.execute(text(statement))
    with linked.reading() as work:
        assert len(list(work.session.exec(select(Subscription)))) == 1
