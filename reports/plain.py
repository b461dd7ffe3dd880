"""明白话 (plain words): what a letter says to the person who opens it, before any article of law.

Each form words its own (`Letter.plain`); the first sentence opens the letter, all of it stands on the cover (明白纸).
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 3
"""Sentences on a cover: whoever has read three knows what the letter is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """明白话 (plain words): at most three sentences, the main thing first; what one can do, by when, whom to call."""

    says: tuple[str, ...]
    can_do: tuple[str, ...]
    by_when: tuple[str, ...]
    call: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.says) <= MOST:
            raise ValueError(f"says {len(self.says)} sentences, not one to {MOST}")


def bare(text: str) -> str:
    """去句号 (without the full stop), to go on in the same sentence."""
    return text.strip().rstrip("。；")


def speak(how: str, place: str) -> str:
    """怎样提意见 (how to be heard), before a decision; how a word of mouth is taken down stands in the paper itself."""
    return f"您可以说明情况、提出意见、交证据。{bare(how).partition('；')[0]}。地点：{bare(place)}。"
