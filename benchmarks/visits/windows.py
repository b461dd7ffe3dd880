"""What row-level security costs: the very queries of the pages, asked as the owner and through the window, in turn."""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from integrity.records import row_security
from integrity.rules.areas import code_range
from integrity.sessions import COOKIE
from integrity.web.app import create_app
from integrity.work import Office

from . import furnishing, walks

_TOLD = 8
"""The dearest queries are named."""
_OURS = re.compile(r"set_config|SET LOCAL", re.IGNORECASE)
Asked = tuple[str, Any]


def compare(office: Office, rounds: int) -> None:
    """Print what each page's queries take as the owner and through the window, and the ratio of all of them."""
    if not row_security.second_line(office.engine):
        print("  no row-level security here")
        return
    office.engine.dispose()
    chosen: dict[str, furnishing.Visitor] = {}
    for one in furnishing.visitors(office, 20):
        chosen.setdefault(one.reach, one)
    whole: dict[str, list[float]] = {"owner": [], "window": []}
    each: dict[str, dict[str, float]] = defaultdict(lambda: {"owner": 0.0, "window": 0.0})
    for reach, visitor in sorted(chosen.items()):
        for page, queries in _pages(office, visitor):
            told = _taken(office, visitor.area, queries, rounds)
            for role, seconds in told.items():
                whole[role].append(sum(seconds))
                for (said, _), one in zip(queries, seconds, strict=True):
                    each[said][role] += one
            owner, window = (sum(told[role]) for role in ("owner", "window"))
            print(f"  {reach:<9} {page:<22} {len(queries):3} queries   owner {owner * 1000:7.2f} ms   "
                  f"window {window * 1000:7.2f} ms   ratio {window / owner:5.2f}", flush=True)  # fmt: skip
    owner, window = (sum(whole[role]) for role in ("owner", "window"))
    print(f"  all: owner {owner * 1000:.1f} ms, window {window * 1000:.1f} ms, ratio {window / owner:.2f}")
    dearest = sorted(each.items(), key=lambda one: one[1]["owner"] - one[1]["window"])[:_TOLD]
    for said, one in dearest:
        print(f"  +{(one['window'] - one['owner']) * 1000:6.2f} ms  {' '.join(said.split())[:200]}")


def _pages(office: Office, visitor: furnishing.Visitor) -> Iterator[tuple[str, list[Asked]]]:
    """Each page once, with the queries that its look asked."""
    browser = TestClient(create_app(office), base_url="https://localhost", follow_redirects=False)
    chance, number = random.Random(11), visitor.numbers[0]
    paths = {"home": "/", **walks.LISTS, "household": f"/households/{number}"}
    paths |= {name: f"/households/{number}/{to}" for name, to in walks.OF_HOUSEHOLD.items()}
    headers = {"cookie": f"{COOKIE}={visitor.secret}"}
    for kind in ("name", "surname", "pinyin"):
        found = browser.get("/search", params={"q": visitor.asked(kind, chance)}, headers=headers)
        paths[f"search: {kind}"] = found.headers.get("location", "/search")
    for page, path in paths.items():
        with _listened(office) as queries:
            answer = browser.get(path, headers=headers)
        if answer.status_code == 200 and queries:
            yield page, queries


@contextmanager
def _listened(office: Office) -> Iterator[list[Asked]]:
    found: list[Asked] = []

    def note(_conn: Any, _cursor: Any, said: str, given: Any, _context: Any, many: bool) -> None:
        if said.lstrip().upper().startswith(("SELECT", "WITH")) and not many and not _OURS.search(said):
            found.append((said, given))

    event.listen(office.reading_engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(office.reading_engine, "before_cursor_execute", note)


def _taken(office: Office, area: str, queries: list[Asked], rounds: int) -> dict[str, list[float]]:
    """The best seconds of each query, as the owner and through the window; a connection for each, in turn."""
    seconds: dict[str, list[list[float]]] = {"owner": [], "window": []}
    with office.engine.connect() as owner, office.engine.connect() as window:
        for n in range(rounds + 1):
            for role in ("owner", "window") if n % 2 else ("window", "owner"):
                connection = window if role == "window" else owner
                with connection.begin() as done:
                    if role == "window":
                        row_security.narrow(connection, *code_range(area))
                    taken = [_asked(connection, one) for one in queries]
                    done.rollback()
                if n:  # the first round warms the plans
                    seconds[role].append(taken)
    return {role: [min(one) for one in zip(*many, strict=True)] for role, many in seconds.items()}


def _asked(connection: Connection, one: Asked) -> float:
    started = time.perf_counter()
    connection.exec_driver_sql(*one).fetchall()
    return time.perf_counter() - started
