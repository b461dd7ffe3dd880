"""红线在文书上的检查 (what the red lines ask of papers): each reads one paper's words and says what crosses the line.

Whether a paper is complete and printable is checked by the press (`reports.forms.check`, `reports.press.check_glyphs`);
here only what it may not say, ask for, or to whom it may not go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from integrity.rules.redline_words import (
    LIST_WORDS,
    MORE_THAN_SERVICE,
    OUTSIDERS,
    PENALTIES,
    SCORE_WORDS,
    SET_OFF,
    SILENCE,
    SUPPLIED,
    UNFINISHED,
    found,
)

_OF_ONE = ("F10", "F19", "F20", "F23", "F24", "F25", "F26", "F27")
"""Papers on one person's default, penalty or repair: they go to that person."""
_HIS_WORDS = ("F14", "F28")
"""Papers that hold what the person himself said."""
_QUOTED = re.compile(r"^(?:听取意见情况|陈述申辩和听证情况|陈述和申辩内容|提交的证据|异议事项|请求|本人意见)$")
"""Fields that quote the person: whatever he said is written down, and no word of his stops a paper."""
_ASKED = re.compile(r"^(?:需要补齐的材料|携带材料|申请材料)$")
_ADDRESSES = re.compile(r"^(?:主送|记录对象)$")


class Paper(NamedTuple):
    """一份文书的文字 (words of a paper): its form and each field with its official name."""

    form: str
    texts: tuple[tuple[str, str], ...]

    def field(self, official: str) -> str:
        """The words of a field; "" when the form has none of that name."""
        return next((words for name, words in self.texts if name == official), "")

    @property
    def addressee(self) -> str:
        """To whom it goes."""
        return next((words for name, words in self.texts if _ADDRESSES.match(name)), "")


Reader = Callable[[Paper], str]
"""Says what crosses the line, or "" when nothing does."""


def _words(paper: Paper, words: Iterable[str]) -> str:
    for official, text in paper.texts:
        for word in () if _QUOTED.match(official) else words:
            if word in text:
                return f"{official}中有不得写入文书的“{word}”"
    return ""


def _pattern(paper: Paper, pattern: re.Pattern[str]) -> str:
    """What a pattern finds in what the office says; the person's own words are left as they are."""
    if paper.form in _HIS_WORDS:
        return ""
    for official, text in paper.texts:
        if not _QUOTED.match(official) and (word := found(pattern, text)):
            return f"{official}中有不得写入文书的“{word}”"
    return ""


def no_score(paper: Paper) -> str:
    """A score or level is for planning inside the office only."""
    return _words(paper, SCORE_WORDS)


def no_list(paper: Paper) -> str:
    """No list of defaulters."""
    return _words(paper, LIST_WORDS)


def to_the_person(paper: Paper) -> str:
    """A paper on one person's default goes to that person and to nobody else."""
    if paper.form not in _OF_ONE:
        return ""
    to, person = paper.addressee, paper.field("当事人")
    if outside := OUTSIDERS.search(to):
        return f"只能送达本人，主送不能写“{to}”（“{outside[0]}”）"
    return f"只能送达本人，主送应为“{person}”，不能是“{to}”" if person and person not in to else ""


def no_set_off(paper: Paper) -> str:
    """Nothing is taken back out of the assistance."""
    return _pattern(paper, SET_OFF)


def no_own_penalty(paper: Paper) -> str:
    """No penalty that the law does not know."""
    return _pattern(paper, PENALTIES)


def not_tacit(paper: Paper) -> str:
    """Silence is not consent."""
    return _pattern(paper, SILENCE)


def service_only(paper: Paper) -> str:
    """A trust record promises neither money nor entitlement."""
    return _pattern(paper, MORE_THAN_SERVICE) if paper.form == "F09" else ""


def no_supplied(paper: Paper) -> str:
    """Nothing is asked for that the check supplies."""
    for official, text in paper.texts:
        word = found(SUPPLIED, text) if _ASKED.match(official) else ""
        if word:
            return f"{official}中的“{word}”可以由核对取得，不得要求提供"
    return ""


def finished(paper: Paper) -> str:
    """No place of a template, no missing value is left in a text."""
    for official, text in paper.texts:
        if left := UNFINISHED.search(text):
            return f"{official}没有写完（“{left[0]}”）"
    return ""
