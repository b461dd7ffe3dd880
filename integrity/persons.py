"""自然人 (persons): register, find by number, reveal with a reason. Personal numbers are opened only here."""

from __future__ import annotations

import json
import os
from datetime import date
from hashlib import sha256

from sqlmodel import col, select

from .errors import NotFound, Refused
from .records.office import Person
from .rules.identity import check_id
from .rules.stated import check_line
from .work import Work

SEALED = ("id_number", "phone", "account")


def register(
    work: Work, name: str, *, id_number: str = "", sex: str = "", born_on: date | None = None, phone: str = "",
    account: str = "",
) -> Person:  # fmt: skip
    """Write down a person; numbers are encrypted. Sex and birth come from the ID number where there is one.

    Raises Invalid for an ID number that cannot be right.
    """
    check_line("姓名", name)
    if id_number:
        known = check_id(id_number)
        id_number, sex, born_on = known.number, known.sex.value, known.born
    salt = os.urandom(16).hex()
    person = Person(
        id=work.new_id(Person), salt=salt, name=name, sex=sex, born_on=born_on, key_id=work.vault.current,
        id_number=work.vault.seal(id_number, context("id_number", salt)),
        id_index=work.vault.blind("id_number", id_number),
        phone=work.vault.seal(phone, context("phone", salt)),
        account=work.vault.seal(account, context("account", salt)),
        digest=digest(salt, name, sex, born_on, id_number, phone, account),
    )  # fmt: skip
    work.put(person)
    return person


def context(column: str, salt: str) -> str:
    """What a ciphertext is bound to: the table, the column and the row."""
    return f"person|{column}|{salt}"


def digest(salt: str, *content: object) -> str:
    """The salted digest that the ledger holds: shows a change, reveals nothing, means nothing without the salt."""
    return sha256((salt + json.dumps(content, ensure_ascii=False, default=str)).encode()).hexdigest()


def find(work: Work, id_number: str) -> list[Person]:
    """Every version of the person with this ID number, by blind index; audited."""
    number = check_id(id_number).number
    index = work.vault.blind("id_number", number)
    found = list(work.session.exec(select(Person).where(Person.id_index == index).order_by(col(Person.id))))
    work.audit("查询身份证号", f"person_index:{index[:12]}", f"命中 {len(found)} 条")
    return found


def reveal(work: Work, person_id: int, column: str, reason: str) -> str:
    """The plain number of a person (`id_number`, `phone` or `account`), with a reason that goes into the audit log."""
    if column not in SEALED or not reason.strip():
        raise Refused("查看完整号码必须说明理由")
    person = work.session.get(Person, person_id)
    if person is None or person.destroyed_on is not None:
        raise NotFound("没有找到此人，或资料已依法销毁")
    work.audit("查看完整号码", f"person:{person_id}", f"{column}：{reason}")
    return plain(work, person, column)


def plain(work: Work, person: Person, column: str) -> str:
    """A number for a paper that the program makes up; callers mask it where the paper does not need all of it."""
    return work.vault.open(person.key_id, getattr(person, column), context(column, person.salt))


def altered(work: Work, person: Person) -> bool:
    """Does the stored person differ from what the ledger was told?"""
    if person.destroyed_on is not None:  # emptied by the lawful destruction: nothing may be left
        return any((person.name, person.id_number, person.id_index, person.phone, person.account, person.born_on))
    numbers = [plain(work, person, column) for column in SEALED]
    if work.vault.blind("id_number", numbers[0]) != person.id_index:
        return True
    return digest(person.salt, person.name, person.sex, person.born_on, *numbers) != person.digest
