"""一人两户 (one person in two households): told to whoever sees both, and to nobody who sees one of them."""

from __future__ import annotations

from datetime import date

from integrity import households, persons
from integrity.rules.identity import make_id
from integrity.terms import Ability, Capacity, Presence, Relation
from integrity.work import Office
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]
HERE, ACROSS = "370811001001", "370811002001"
BORN = date(1970, 5, 1)
SAID = "同时是户"


def entered(office: Office, number: str, area: str, serial: int = 11) -> int:
    """A household of one person, entered by whoever may."""
    with office.work("补录") as work:
        household = households.register(
            work, number, area=area, address="1号", urban=True, since=date(2026, 1, 5)
        )
        person = persons.register(work, "试验戊", id_number=make_id("370811", BORN, serial))
        households.enter_member(
            work, household, person, no=1, since=date(2026, 1, 5), area=area, relation=Relation.HEAD,
            ability=Ability.UNABLE, capacity=Capacity.FULL,
        )  # fmt: skip
    return household


def test_who_lives_in_two_households_is_told_to_the_county_alone(desks: Desks, office: Office) -> None:
    entered(office, "EH000001", HERE)
    other = entered(office, "EH000002", ACROSS)
    entered(office, "EH000003", HERE, serial=13)
    county = desks("jb01")
    assert f"第 1 号 试验戊{SAID} EH000002 的共同生活家庭成员" in county.page("/households/EH000001")
    assert f"{SAID} EH000001 的共同生活家庭成员" in county.page("/households/EH000002")
    assert SAID not in county.page("/households/EH000003")
    watched = desks("jd01").page("/households/EH000001")
    assert f"第 1 号 试*戊{SAID} EH000002" in watched, "who inspects is told, and sees no whole name"
    town = desks("xz01").page("/households/EH000001")
    assert (SAID in town, "EH000002" in town) == (False, False), "nothing is told of what lies elsewhere"
    assert desks("xz01").get("/households/EH000002").status_code == 404
    with office.work("补录") as work:
        households.change_member(work, other, 1, since=date(2026, 1, 6), presence=Presence.LEFT)
    assert SAID not in county.page("/households/EH000001"), "who left is there no more"


def test_two_of_one_township_are_told_to_the_township(desks: Desks, office: Office) -> None:
    entered(office, "EH000001", HERE)
    entered(office, "EH000002", HERE)
    assert f"{SAID} EH000002" in desks("xz01").page("/households/EH000001")
