"""政策包文本 (texts of packs) that the tests of the policy put together."""

from __future__ import annotations


def pack(body: str, region: str = "370811", level: str = "COUNTY") -> str:
    """A pack text; the body begins at line 7."""
    return f'[pack]\nregion = "{region}"\nname = "试点区"\nlevel = "{level}"\nschema = 1\n\n{body}'


def row(**fields: str) -> str:
    """A [[value]] table with each field on its own line; a field given as "" is left out."""
    known = {"key": '"recheck.lead_days"', "value": "20", "unit": '"天"', "since": "2026-01-01",
             "source": '"任城民字〔2026〕1号"', "grade": '"V2"'} | fields  # fmt: skip
    lines = [f"{name} = {value}" for name, value in known.items() if value]
    return "\n".join(["[[value]]", *lines, ""])


def proposal(extra: str = "", item: str = "", level: str = "", head: str = "") -> str:
    return (
        f'[pack]\nkind = "proposal"\nname = "试行目录"\nschema = 1\n{head}\n[score]\nbase = 100\n\n'
        f'[[level]]\nname = "A"\nat_least = 60\npriority = 4\n{level}\n'
        f'[[level]]\nname = "B"\nat_least = 0\npriority = 1\n'
        f'[[item]]\ncode = "F1"\nname = "隐瞒"\nkind = "DEFAULT"\nclass = "GENERAL"\nweight = -2.125\nmonths = 12\n'
        f'since = 2026-07-01\nsource = "本程序建议"\ngrade = "D"\n{item}\n{extra}'
    )
