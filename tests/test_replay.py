"""重算 (replay): for every household and past evaluation, `explain` finds what was stored, whatever came later."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import select

from integrity import areas, demo, editions, households, organs, rechecks, recommendations
from integrity.areas_file import open_source
from integrity.records.chain import breaks
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import ENTRIES, Assistance, Residence
from integrity.records.office import EmergencyOrder, EvaluationRun
from integrity.rules.policy import PACKS, load, load_texts
from integrity.terms import Cause, Event, RecheckResult
from integrity.work import Office
from tests.conftest import SetClock
from tests.test_recommendations import evaluate

MONTHS = [date(2026, month, 1) for month in (5, 7, 8, 9, 10, 11)]
HOUSEHOLDS = 40


def told(office: Office) -> dict[tuple[int, date], str]:
    """Every explanation of every household on every day of an evaluation; each agrees with what was stored."""
    found = {}
    with office.reading() as work:
        known = {run.on_day: run.known_until for run in work.session.exec(select(EvaluationRun))}
        roll = work.session.execute(text("SELECT id, opened_at FROM household ORDER BY id")).all()
        for household_id, opened_at in roll:
            for on, until in known.items():
                if opened_at > until.timestamp() * 1_000_000:
                    continue
                answer = recommendations.explain(work, household_id, on)
                assert answer.same is True, (household_id, on)
                found[household_id, on] = answer.explanation.as_text()
    return found


def meddle(office: Office, rng: random.Random) -> None:
    """What an office enters later: old facts learned late, corrections, changed weights and standards, an order."""
    with office.work("jb01") as work:
        for household_id in range(1, HOUSEHOLDS + 1):
            opened = households.standing(work, Residence, household_id, work.today)[0].happened_on
            past = max(opened, date(2026, rng.randint(1, 9), rng.randint(1, 28)))
            kind = rng.choice([one for one in ENTRIES[1:6] if one is not Assistance])  # what gives is not taken back
            rows = households.standing(work, kind, household_id, work.today)
            replaceable = [row for row in rows if row.seq > 3]
            if replaceable and rng.random() < 0.5:
                households.correct(work, household_id, rng.choice(replaceable).seq, None, kind=kind, why="事后更正")
            cause, event = rng.choice(list(Cause)), rng.choice(list(Event))
            rechecks.verify(work, household_id, on=past, source="补录", income=rng.randrange(0, 900_000), cause=cause)
            rechecks.report(work, household_id, event, happened_on=past, reported_on=past, member_no=1)
            if rng.random() < 0.4:
                rechecks.complete(work, household_id, RecheckResult.UNCHANGED, on=past, visitors=("a", "b"))
        organs.order(
            work,
            EmergencyOrder(
                number="示范〔2026〕99号", area="370800000000", signed_on=date(2026, 4, 1), signed_by="试验",
                due_from=date(2026, 1, 1), due_to=date(2027, 12, 31), months=2,
            ),
        )  # fmt: skip
        organs.adopt(work, "370811000000", "proposal", document="停用", since=date(2026, 1, 1), until=date(2026, 1, 2))
        texts = dict(load(PACKS).sources)
        city = texts["370800.toml"]
        texts["370800.toml"] = city.replace("value = 700", "value = 500").replace("value = 880", "value = 600")
        texts["proposal.toml"] = texts["proposal.toml"].replace("weight = -", "weight = -1", 2)
        assert editions.register(work, load_texts(texts))


def test_every_past_explanation_is_what_the_job_decided_then(office: Office, clock: SetClock) -> None:
    clock.on(date(2026, 11, 3))
    with office.work("系统任务", now=datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)) as work:
        areas.load(work, open_source(areas.SHIPPED / "370800.csv.xz"))
        editions.register(work, load(PACKS))
    demo.build(office, households=HOUSEHOLDS, seed=7, until=date(2026, 11, 2))
    for on in MONTHS:
        evaluate(office, on)
    before = told(office)
    assert len(before) > HOUSEHOLDS * 4
    assert len(set(before.values())) > HOUSEHOLDS
    clock.now += timedelta(days=5)
    meddle(office, random.Random(11))
    assert told(office) == before
    clock.on(date(2026, 12, 2))
    evaluate(office, date(2026, 12, 1))
    after = told(office)
    assert {key: value for key, value in after.items() if key[1] != date(2026, 12, 1)} == before
    with office.reading_engine.connect() as connection:
        assert list(breaks(connection, office.vault.chain)) == []

