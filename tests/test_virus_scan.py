"""病毒检查 (virus scan): what the unit's scanner does not call clean is not taken, by page or API; told in words."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from integrity import virus_scan
from integrity.errors import Invalid, Refused
from integrity.settings import settings
from integrity.web import health
from integrity.work import Office
from tests.api_office import Api, api, papers, rich
from tests.desk_office import Desks, desks
from tests.papers_office import granted
from tests.test_evidence import SCAN, files
from tests.test_evidence_ways import send

__all__ = ["api", "desks", "papers", "rich"]
BAD = b"%PDF-1.7 a harmful part"
LARGEST = 1 << 20
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        assert part, "the other side hung up"
        got += part
    return got


def _answer(line: socket.socket) -> None:
    """What clamd does with one connection: PING, INSTREAM, its limit of a stream."""
    said = b""
    while not said.endswith(b"\0"):
        said += _exactly(line, 1)
    if said == b"zPING\0":
        line.sendall(b"PONG\0")
        return
    assert said == b"zINSTREAM\0"
    whole = b""
    while (size := struct.unpack("!I", _exactly(line, 4))[0]) and len(whole) <= LARGEST:
        whole += _exactly(line, size)
    if len(whole) > LARGEST:
        line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
    elif b"harmful" in whole:
        line.sendall(b"stream: Test.Harmful FOUND\0")
    elif b"unreadable" in whole:
        line.sendall(b"stream: Can't open file ERROR\0")
    else:
        line.sendall(b"stream: OK\0")


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[str]:
    """A scanner that speaks clamd's protocol, on a socket of its own."""
    place = tmp_path / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(place))
        door.listen()

        def serve() -> None:
            while True:
                line, _ = door.accept()
                with line:
                    if line.recv(1, socket.MSG_PEEK) == b"!":
                        return
                    _answer(line)

        thread = Thread(target=serve)
        thread.start()
        yield f"unix:{place}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
            last.connect(str(place))
            last.sendall(b"!")
        thread.join()


@pytest.fixture
def scanned(scanner: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """The scanner in the settings; another one by calling it."""

    def chosen(named: str) -> None:
        monkeypatch.setenv("CHENGXIN_VIRUS_SCANNER", named)
        settings.cache_clear()

    chosen(scanner)
    yield chosen
    monkeypatch.undo()
    settings.cache_clear()


def test_a_scanner_is_asked_and_believed(scanner: str) -> None:
    assert virus_scan.answers(scanner)
    for clean in (b"", SCAN, bytes(3 * 2**16 + 1)):
        virus_scan.refuse_infected(scanner, "单.pdf", clean)
    with pytest.raises(Invalid, match=r"“单.pdf”没有收下：病毒检查发现问题（Test.Harmful）"):
        virus_scan.refuse_infected(scanner, "单.pdf", BAD)
    with pytest.raises(Refused, match="超过病毒检查的上限"):
        virus_scan.refuse_infected(scanner, "大.pdf", bytes(LARGEST + 1))
    with pytest.raises(Refused, match="没有得出结果"):
        virus_scan.refuse_infected(scanner, "坏.pdf", b"unreadable")


@pytest.mark.parametrize("named", ["unix:/nowhere/s", "tcp:127.0.0.1:1", "tcp:127.0.0.1", "clamd", "tcp:127.0.0.1:x"])
def test_a_scanner_that_does_not_answer_lets_nothing_through(named: str) -> None:
    assert not virus_scan.answers(named)
    with pytest.raises(Refused, match="病毒检查现在不能用"):
        virus_scan.refuse_infected(named, "单.pdf", SCAN)


def test_no_scanner_in_the_settings_asks_nobody() -> None:
    virus_scan.refuse_infected("", "单.pdf", BAD)
    assert health._scanner("") == ()


@ONE
def test_a_harmful_file_is_kept_by_no_interface(
    api: Api, rich: str, scanned: Callable[[str], None], scanner: str
) -> None:  # fmt: skip
    answer = send(api, rich, BAD, name="单.pdf")
    assert (answer.status_code, "Test.Harmful" in answer.json()["message"]) == (422, True)
    scanned("unix:/nowhere/s")
    assert send(api, rich, SCAN, name="单.pdf").status_code == 409
    assert files() == []
    scanned(scanner)
    assert send(api, rich, SCAN, name="单.pdf").status_code == 200


@ONE
def test_a_harmful_file_is_kept_by_no_page(
    desks: Desks, office: Office, family: Callable[..., int], scanned: Callable[[str], None], scanner: str
) -> None:  # fmt: skip
    granted(office, family, 1)
    assert [one.state for one in health._scanner(scanner)] == ["正常"]
    to = "/households/JN000001/evidence"
    shown = desks("jb01").post_form(to, files={"files": [("单.pdf", BAD, "application/pdf")]})
    assert (shown.status_code, "病毒检查发现问题（Test.Harmful）" in shown.text) == (422, True)
    scanned("unix:/nowhere/s")
    assert [one.state for one in health._scanner("unix:/nowhere/s")] == ["故障"]
    late = desks("jb01").post_form(to, files={"files": [("签名.txt", b"OK", "text/plain")]})
    assert (late.status_code, "病毒检查现在不能用" in late.text) == (409, True)
    assert files() == []
    scanned(scanner)
    desks("jb01").done(to, files={"files": [("签名.txt", b"OK", "text/plain")]})
    assert len(files()) == 1
