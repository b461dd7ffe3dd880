"""推送的通信 (the wire of notifications): time bounds under TLS, certificates, one address, one sender."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text
from sqlmodel import select

from integrity import dispatches, dispatching, organs, push_wire
from integrity.dispatching import Post, send_due
from integrity.errors import Invalid, NotFound
from integrity.office_terms import DispatchState, PushKind
from integrity.push_wire import Destination, Unsent
from integrity.records import dispatches as outbox
from integrity.records.dispatches import Dispatch
from integrity.records.ledger import Assistance, Finding
from integrity.records.office import Officer
from integrity.terms import FindingState, Role
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import COUNTY, papers

__all__ = ["papers"]
SINCE = date(2024, 1, 1)
ALLOWED = "example.invalid"
TLS, PLAIN = "https://", "http://"
GUIDE = Path(__file__).parents[1] / "docs" / "api.zh-CN.md"
NOWHERE = Post(ALLOWED, resolve=lambda *_: [])
Answer = Callable[[socket.socket], None]


def certificate(folder: Path, name: x509.GeneralName) -> Path:
    """A certificate of its own, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "receiver.pem"
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.fixture
def listening() -> Iterator[Callable[[Answer, Path | None], int]]:
    """A receiver that answers one question as the test says, under TLS where there is a certificate; its port."""
    opened: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def listen(answer: Answer, pem: Path | None) -> int:
        door = socket.create_server(("127.0.0.1", 0))
        opened.append(door)
        threads.append(threading.Thread(target=_answered, args=(door, answer, pem), daemon=True))
        threads[-1].start()
        return int(door.getsockname()[1])

    yield listen
    for door in opened:
        door.close()
    for thread in threads:
        thread.join(5)


def _answered(door: socket.socket, answer: Answer, pem: Path | None) -> None:
    with suppress(OSError):
        line, _ = door.accept()
        with line:
            if pem is None:
                answer(line)
                return
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(pem)
            with trust.wrap_socket(line, server_side=True) as secured:
                answer(secured)


def well(line: socket.socket) -> None:
    """An answer as it should be, to all that was said."""
    heard = b""
    while not heard.endswith(b"{}"):
        heard += line.recv(4096)
    line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def dripping(line: socket.socket) -> None:
    """A good beginning, and then a little at a time, without an end."""
    line.recv(4096)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(90):
        line.sendall(f"X-{number}: a\r\n".encode())
        time.sleep(0.1)


@pytest.mark.parametrize("secured", [False, True])
def test_an_answer_that_never_ends_is_cut_off_and_is_none(
    secured: bool, listening: Callable[[Answer, Path | None], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_wire, "WHOLE", 0.5)
    pem = certificate(tmp_path, x509.IPAddress(ip_address("127.0.0.1"))) if secured else None
    site = f"http{'s' if secured else ''}://127.0.0.1:{listening(dripping, pem)}"
    begun = time.monotonic()
    with pytest.raises(Unsent, match="没有及时答复"):
        push_wire.post(Destination.read(f"{site}/x", site), b"{}", {}, ca=pem)
    assert time.monotonic() - begun < 3


def test_only_a_certificate_of_that_very_host_is_believed(
    listening: Callable[[Answer, Path | None], int], tmp_path: Path
) -> None:
    pem = certificate(tmp_path, x509.IPAddress(ip_address("127.0.0.1")))
    for ca, told in ((None, "证书"), (pem, "")):
        site = f"https://127.0.0.1:{listening(well, pem)}"
        to = Destination.read(f"{site}/x", site)
        if told:
            with pytest.raises(Unsent, match=told):
                push_wire.post(to, b"{}", {}, ca=ca)
        else:
            assert push_wire.post(to, b"{}", {}, ca=ca) == 204
    other = certificate(tmp_path, x509.DNSName("elsewhere.invalid"))
    site = f"https://127.0.0.1:{listening(well, other)}"
    with pytest.raises(Unsent, match="证书"):
        push_wire.post(Destination.read(f"{site}/x", site), b"{}", {}, ca=other)


def test_a_name_is_asked_for_once_and_that_address_connected_to(
    listening: Callable[[Answer, Path | None], int],
) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    site = f"http://localhost:{listening(well, None)}"
    assert push_wire.post(Destination.read(site, site), b"{}", {}, resolve=resolve) == 204
    assert asked == ["localhost"]


@pytest.mark.parametrize("found", ["100.100.100.200", "168.63.129.16", "fd00:ec2::254", "2002:a9fe:a9fe::1"])
def test_where_a_rented_machine_asks_who_it_is_nothing_is_sent(found: str) -> None:
    with pytest.raises(Unsent, match="不允许"):
        push_wire.post(Destination.read(f"https://{ALLOWED}/", ALLOWED), b"{}", {}, resolve=lambda *_: [found])


def test_a_network_may_be_allowed_and_what_cannot_be_read_allows_nothing() -> None:
    allowed = f"10.1.0.0/16, a.invalid:word, [::1, {TLS}10.9.0.0:8443/24, {ALLOWED}"
    for url in (f"{TLS}10.1.2.3/x", f"{TLS}10.9.0.7:8443/", f"https://{ALLOWED}/"):
        assert Destination.read(url, allowed).host in url
    for url in (f"{TLS}10.2.0.1/", f"{PLAIN}10.1.2.3/", f"{TLS}10.9.0.7/", f"{TLS}a.invalid/", f"{TLS}[::1]/"):
        with pytest.raises(Invalid, match="不在允许"):
            Destination.read(url, allowed)


@pytest.fixture
def number(office: Office, papers: Path) -> int:
    """A subscription in force, to which one notification is on its way."""
    assert papers
    with office.work("sp01") as work:
        for code, role in (("dj01", Role.LINKED), ("xt01", Role.SYSTEM_ADMIN), ("aq01", Role.SECURITY_ADMIN)):
            organs.enter_officer(work, Officer(code=code, name="某系统", role=role, area=COUNTY, since=SINCE))
    with office.work("xt01") as work:
        made = dispatches.register(work, "dj01", f"https://{ALLOWED}/", tuple(PushKind), ALLOWED)
    with office.work("aq01") as work:
        dispatches.approve(work, made.subscription.id or 0)
    with office.work("jb01") as work:
        dispatches.tell(work, PushKind.STANDING, COUNTY)
    return made.subscription.id or 0


def test_a_sender_that_was_held_up_does_not_let_a_third_one_in(office: Office, number: int, clock: SetClock) -> None:
    first = dispatching._lease(office, number, None)
    assert first is not None
    clock.now += dispatching.LEASE
    second = dispatching._lease(office, number, None)
    assert second is not None, "who is not heard of any more is followed"
    dispatching._let_go(office, number, first)
    assert dispatching._lease(office, number, first) is None
    assert dispatching._lease(office, number, None) is None, "the second one still sends"
    dispatching._let_go(office, number, second)
    assert dispatching._lease(office, number, None) is not None


def test_the_receiver_of_the_guide_knows_a_genuine_notification() -> None:
    example = next(one for one in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S) if "hmac" in one)
    known: dict[str, Any] = {}
    exec(compile(example, "guide", "exec"), known)
    body, at = '{"id": "一"}'.encode(), int(time.time())
    old, new = (f"v1={dispatching.signed(one, at, body)}" for one in ("old", "new"))
    genuine = known["genuine"]
    assert genuine("new", f"t={at},{new}", body)
    assert genuine("old", f"t={at},{new},{old}", body)
    assert not genuine("new", f"t={at},{new}", body + b" ")
    assert not genuine("old", f"t={at},{new}", body)
    assert not genuine("new", f"t={at - 301},v1={dispatching.signed('new', at - 301, body)}", body), "too old"


def test_what_came_with_a_roll_or_was_only_proposed_is_no_news(office: Office, number: int) -> None:
    def row(**more: object) -> dict[str, object]:
        return {"import_id": None, "area": COUNTY, "household_id": None} | more

    with office.work("jb01") as work:
        for kind, rows in (
            (Assistance, [row(import_id=1)]), (Finding, [row(import_id=1, state=FindingState.EFFECTIVE)]),
            (Finding, [row(state=FindingState.PROPOSED), row(state=FindingState.WITHDRAWN)]),
        ):  # fmt: skip
            outbox.note_entries(work.session, {kind: rows})
    with office.reading() as work:
        assert len(list(work.session.exec(select(Dispatch)))) == number == 1, "the one that is on its way"
    for kind, more in ((Assistance, {}), (Finding, {"state": FindingState.REPAIRED})):
        with office.work("jb01") as work:
            outbox.note_entries(work.session, {kind: [row(**more)]})
    with office.reading() as work:
        told = [one.kind for one in work.session.exec(select(Dispatch).order_by(text("id")))]
    assert told[1:] == [PushKind.AID, PushKind.STANDING]


def test_told_to_stop_it_sends_nothing_more(office: Office, number: int) -> None:
    assert number
    assert send_due(office, NOWHERE, stopping=lambda: True) == 0
    with office.reading() as work:
        assert work.session.exec(select(Dispatch.attempts)).one() == 0


def test_what_has_ended_is_not_overdue(office: Office, number: int) -> None:
    with office.reading() as work:
        assert dispatching.overdue(work, work.now + timedelta(hours=2)) == (0, 1)
    with office.work("aq01") as work, pytest.raises(NotFound):
        dispatches.end(work, 10**30)
    with office.work("aq01") as work:
        dispatches.end(work, number)
    with office.reading() as work:
        assert work.session.exec(select(Dispatch.state)).one() is DispatchState.GIVEN_UP
        assert dispatching.overdue(work, work.now + timedelta(hours=2)) == (0, 0), "nobody can send it again"
