"""案卷的通读 (reading the books): every table of the walk by plain SQL, and what the steps said by the key alone.

Nothing of the engine is used here: rows come as the database holds them, days as days, moments as microseconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from integrity.vault import Vault

TABLES = (
    "residence", "member", "assistance", "conduct", "finding", "decision", "notice", "printing", "service", "step",
    "verification", "change", "recheck", "commitment",
)  # fmt: skip
_DAYS = ("happened_on", "effective_on", "document_on", "found_on", "act_end", "since", "until", "born_on")
_EPOCH = date(1970, 1, 1)
Row = dict[str, Any]


def _row(found: Any) -> Row:
    row = dict(found)
    for name in _DAYS:
        if isinstance(row.get(name), int):
            row[name] = _EPOCH + timedelta(days=row[name])
    return row


class Book:
    """账 (the books) as they stand: rows by table, the steps of each case, and what each step said."""

    def __init__(self, connection: Connection, vault: Vault, said: dict[str, Row]) -> None:
        self.said, self._mine = said, dict[str, dict[int, list[Row]]]()
        self._cases: dict[tuple[int, str], list[list[Row]]] = defaultdict(list)
        self.rows = {table: self._read(connection, table) for table in TABLES}
        self.head = {row["household_id"]: row for row in self._read(connection, "ledger_head", "household_id")}
        self.officers = {row["code"]: row for row in self._read(connection, "officer", "code")}
        self.kin = self._read(connection, "kinship", "id")
        self.series = {
            (row["prefix"], row["year"]): row["last"] for row in self._read(connection, "number_series", "prefix, year")
        }
        self.postings = self._read(connection, "posting", "id")
        self.lines = self._read(connection, "posting_line", "posting_id, line_no")
        self.notes = self._read(connection, "posting_note", "id")
        self.steps: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in self.rows["step"]:
            self.steps[row["household_id"], row["case_no"]].append(row)
        self.broken = list(self._unsealed(connection, vault))
        self.notices = {(row["household_id"], row["seq"]): row for row in self.rows["notice"]}
        self.papers: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in self.rows["notice"]:
            self.papers[row["household_id"], row["subject"]].append(row)
        self.proofs = {(row["household_id"], row["notice_seq"]): row for row in self.rows["service"] if not row["void"]}
        self.prints = {(row["household_id"], row["notice_seq"]): row for row in self.rows["printing"]}
        self.seqs = self._numbers()

    @staticmethod
    def _read(connection: Connection, table: str, order: str = "household_id, seq") -> list[Row]:
        return [_row(one) for one in connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()]

    def _numbers(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for rows in self.rows.values():
            for row in rows:
                found[row["household_id"]].append(row["seq"])
        return found

    def _unsealed(self, connection: Connection, vault: Vault) -> Any:
        """Read what every step said that was not read before; yields the steps that cannot be read."""
        new = {row["data_sha256"] for row in self.rows["step"]} - {"", *self.said}
        kept = connection.execute(text("SELECT sha256, key_id, cipher FROM paper_data"))
        for digest, key, cipher in kept:
            if digest in new:
                body = vault.open_bytes(key, bytes(cipher), f"paper_data|{digest}")
                self.said[digest] = _days(json.loads(body)[3])
        for row in self.rows["step"]:
            row["data"] = self.said.get(row["data_sha256"], {})
            if row["data_sha256"] and row["data_sha256"] not in self.said:
                yield f"户{row['household_id']} 第{row['seq']}条 cannot be read"

    def of(self, table: str, household: int) -> list[Row]:
        """The rows of one household that stand."""
        if table not in self._mine:
            self._mine[table] = defaultdict(list)
            for row in self.rows[table]:
                self._mine[table][row["household_id"]].append(row)
        mine = self._mine[table][household]
        replaced = {row["corrects"] for row in mine}
        return [row for row in mine if row["seq"] not in replaced and not row["void"]]

    def of_case(self, procedure: str, household: int) -> list[list[Row]]:
        """The cases of a procedure in one household."""
        if not self._cases:
            for (home, _), steps in self.steps.items():
                self._cases[home, steps[0]["procedure"]].append(steps)
        return self._cases[household, procedure]


def _days(data: Row) -> Row:
    return {
        name: date.fromisoformat(value[1:])
        if isinstance(value, str) and value.startswith("@") and value[1:2].isdigit()
        else value
        for name, value in data.items()
    }
