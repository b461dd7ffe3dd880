"""记录 (records): every table and constraint.

`ledger` holds the households' append-only entries, `office` all that lies outside them, `columns` the column types,
`chain` the hashes that tie a ledger together, `guards` the triggers by which the database itself refuses a change.
"""
