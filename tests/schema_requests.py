"""接口说明的请求 (requests out of the description): every operation as the interface describes it, by every role.

`Asker.questions` makes requests out of the description, valid ones and ones with a fault; `ask` sends one for a role
and holds the answer against the description. A request about a household of another county has a twin about none:
both are answered in the same words. The random numbers come from a seed: what was wrong can be asked again.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.python.asgi import ASGIClient
from schemathesis.specs.openapi import checks
from schemathesis.transport.serialization import Binary, serialize_binary

from integrity import tokens
from integrity.permissions import RIGHTS
from integrity.rules.stated import unfit
from integrity.terms import Cause, PaperKind, PostingKind, Procedure, ServiceWay
from integrity.web.api_access import KEYS
from integrity.web.api_requests import DAYS, FIT
from integrity.web.declared import doors
from integrity.work import Office
from tests.area_requests import fake
from tests.desk_office import ADDRESS
from tests.two_counties import HERE, OFFICERS, Marks

BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
CHECKS = [
    checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance, checks.negative_data_rejection,
    checks.missing_required_header, checks.unsupported_method, checks.allow_header_conformance,
]  # fmt: skip
_KNOWN_ONLY = (checks.unsupported_method, checks.missing_required_header)
"""Who has nothing to show is told that, whatever else is wrong."""
CALLERS = {
    "协理员": "xl1", "经办": "jb1", "复核": "fh1", "审批": "sp1", "监督": "jd1", "系统管理员": "ga1",
    "安全管理员": "aq1", "审计管理员": "sj1", "对接系统": "dj1", "没有凭据": "", "已作废的凭据": "",
}  # fmt: skip
"""Who asks: an officer of every role in one township, another system, and who has nothing to show."""
PLAN = {"outcome": "退出", "reason": "养老金", "effective_on": "2026-11-01"}
STRANGERS = ("没有凭据", "已作废的凭据")
_WORDS: dict[str, tuple[Any, ...]] = {
    "procedure": tuple(one.value for one in Procedure), "kinds": ([], *([one.value] for one in PaperKind)),
    "step": ("告知", "陈述申辩", "复核意见", "作出决定", "送达决定", "撤回", "中止期限", ""),
    "way": tuple(one.value for one in ServiceWay), "cause": tuple(one.value for one in Cause),
    "kind": ("公示台账", "承诺台账", "核对台账"), "capacity": ("本人", "监护人"), "no": (1, 2), "member": (1, None),
    "area": (HERE, f"{HERE[:9]}001", "370811000000", "370812001000"), "on": ("2026-09-01", "2026-08-20", None),
    "since": ("2026-01-01",), "until": ("2026-09-01",), "month": ("2026-08",), "quarter": ("2026Q2",),
    "form": ("xlsx",), "as_of": (None,), "values": ({}, PLAN, {"adopted": "不采纳", "reason": "银行流水"}),
}  # fmt: skip
"""What is said in practice: by chance alone hardly any request would come as far as the books."""
_ID = "11011119800501001X"
_BODIES: dict[str, dict[str, Any]] = {
    "/cases": {"procedure": "调整与终止", "values": PLAN}, "/steps": {"step": "复核意见", "values": {"reason": "无"}},
    "/rights": {"member_no": 1, "kind": "查阅复制", "speaker": "本人", "said": "请提供副本"},
    "/reading-needs": {"large": True, "asked_by": "本人"}, "/what-if": {"income": 90_000, "cause": "就业"},
    "/service": {"way": "直接送达", "receiver": "户主", "on": "2026-09-01"}, "/preview": {}, "/print-runs": {},
    "/receipts": {"code": "", "way": "直接送达", "receiver": "本人", "on": "2026-09-01"}, "/count": {"sheets": 1},
    "/handover": {"to": "王某", "on": "2026-09-01"}, "/cancel": {"reason": "卡纸"},
    "/spoil": {"page": 1, "reason": "弄污了"},
    "/returned": {"on": "2026-09-01", "reason": "查无此人"}, "/objections": {"household": "", "text": "不同意"},
    "/comparisons": {"items": [{"reference": "HD-1", "id_number": _ID, "on": "2026-09-01", "income": 90_000}]},
    "/changes": {"items": [{"reference": "HD-2", "id_number": _ID, "on": "2026-09-01", "kind": "死亡"}]},
    "/integrity-state": {"household": "", "purpose": "办理教育救助审核", "basis": "任民字〔2026〕5号"}, "/recall": {},
    "/postings": {
        "kind": PostingKind.RESULT.value, "area": f"{HERE[:9]}001", "place": "公开栏", "lines": [], "months": 12
    },
}  # fmt: skip
"""Whole requests as they are made in practice, by the end of their address."""
_SLOW = ("/pdf/", "/start/", "/spoil/", "/print/", "/registers/", "/reports/")
"""Ends in a paper or a workbook: seconds each."""


_BEGINNINGS = {"application/pdf": b"%PDF-1.7\n", "image/tiff": b"II*\x00", "image/webp": b"RIFF\x04\x00\x00\x00WEBP"}


@schemathesis.serializer(*_BEGINNINGS)
def _file(ctx: SerializationContext, value: Any) -> bytes:
    """What is drawn for a file, with the beginning of one that may be kept."""
    return _BEGINNINGS[str(ctx.case.media_type)] + serialize_binary(value)


OURS = (FIT, DAYS, KEYS)
"""Our own patterns: to draw from such large ones takes seconds; `_mended` puts it right."""


class Question(NamedTuple):
    """一次提问 (a question): the request, and the household it is about when it is about a known one."""

    case: Case[Any]
    about: Marks | None


class Answered(NamedTuple):
    """答复 (what came back)."""

    status: int
    text: str
    wrong: list[str]


def callers(office: Office) -> dict[str, str]:
    """A token of each caller; "" for none."""
    issued: dict[str, str] = {}
    with office.work("spa") as work:
        for who, code in CALLERS.items():
            made = tokens.issue(work, code or "jb1")
            issued[who] = "" if who == STRANGERS[0] else made.secret
            if who == STRANGERS[1]:
                tokens.revoke(work, made.token.id or 0)
    return issued


class Asker:
    """Makes the questions, sends them and judges the answers."""

    def __init__(self, office: Office, app: FastAPI, marks: list[Marks], number: int, press: float = 0.02) -> None:
        load_all_checks()
        self.tokens, self.marks, self.press, self.number = callers(office), marks, press, number
        self.dice = random.Random(number)
        self.own_run = next(one for one in marks if one.area.startswith(HERE[:9])).more["run"]
        self.schema = schemathesis.openapi.from_dict(_plainer(app.openapi()))
        self.schema.config.update(base_url=ADDRESS)
        self.operations = [found.ok() for found in self.schema.get_all_operations()]
        self.client = ASGIClient(app, ADDRESS)
        self.matters = {(door.verb, door.path): door.matter for door in doors(app)}
        self.tally: Counter[tuple[str, str, int]] = Counter()

    def questions(self, examples: int, most: int = 1_000_000) -> Iterator[Question]:
        """Of each operation: what the description calls for (at most `most` of it), and `examples` by chance."""
        for operation in self.operations:
            config = self.schema.config.generation
            found = list(self.schema.iter_coverage_cases(operation, generation_modes=BOTH, generation_config=config))
            found = found if len(found) <= most else self.dice.sample(found, most)
            for case in chain(found, *(self._drawn(operation, mode, examples) for mode in BOTH)):
                if case.body is not None or "null" not in str(operation.definition.raw.get("requestBody")):
                    yield self._filled(case)  # nothing at all is sound where nothing may be sent

    def _drawn(self, operation: Any, mode: GenerationMode, examples: int) -> list[Case[Any]]:
        """Cases by chance; none of a kind that this operation cannot have."""
        found: list[Case[Any]] = []
        if mode is GenerationMode.NEGATIVE and not any((*operation.iter_parameters(), *operation.body)):
            return found

        def kept(case: Case[Any]) -> None:
            found.append(case)

        chosen = settings(
            max_examples=examples, database=None, phases=[Phase.generate], deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        seed(self.number)(chosen(given(case=operation.as_strategy(generation_mode=mode))(kept)))()
        return [one for one in found if mode is GenerationMode.POSITIVE or _unsound(one)]

    def _filled(self, case: Case[Any]) -> Question:
        """The request with what is known in the places that ask for it, as often as not."""
        about = self.dice.choice(self.marks) if self.dice.random() < 0.9 else None
        if about and self.dice.random() < 0.4:
            about = self.dice.choice([one for one in self.marks if one.area.startswith(HERE[:9])])
        own = re.fullmatch(KEYS, str(case.headers.get("Idempotency-Key", "k")))
        if self._sound(case, ParameterLocation.HEADER) and (not own or self.dice.random() < 0.9):
            case.headers = {**case.headers, "Idempotency-Key": f"k{self.dice.random()}"}
        often = not any(one in f"{case.operation.path}/" for one in _SLOW) or self.dice.random() < self.press
        known = _known(case, about) if about and often else {}
        if known and case.operation.path.startswith("/api/print-runs") and self.dice.random() < 0.5:
            known["number"] = self.own_run  # with somebody else's papers
        return Question(self._with(case, known, often), about)

    def _with(self, case: Case[Any], known: Mapping[str, Any], often: bool) -> Case[Any]:
        """A case whose sound parts hold, as often as not, what is known or said in practice."""
        for place in (ParameterLocation.PATH, ParameterLocation.QUERY, ParameterLocation.BODY):
            held = getattr(case, place.container_name)
            if not isinstance(held, dict) or not self._sound(case, place):
                continue
            whole = _BODIES.get("/" + case.operation.path.rpartition("/")[2])
            if place is ParameterLocation.BODY and whole is not None and self.dice.random() < 0.5:
                setattr(case, place.container_name, {key: known.get(key, value) for key, value in whole.items()})
                continue
            mend = _mended_part if place is ParameterLocation.PATH else _mended
            found = {_mended(key): self._chosen(key, mend(value), known, often) for key, value in held.items()}
            setattr(case, place.container_name, found)
        return case

    def _chosen(self, key: str, value: Any, known: Mapping[str, Any], often: bool) -> Any:
        if key in known and self.dice.random() < 0.9:
            return known[key]
        if often and key in _WORDS and self.dice.random() < 0.6:
            return self.dice.choice(_WORDS[key])
        return value

    def caller(self, question: Question) -> str:
        """Anybody, or as often as not somebody who may."""
        operation = question.case.operation
        matter = self.matters.get((operation.method.upper(), operation.path), "")
        may = [who for who, code in CALLERS.items() if code and matter and OFFICERS[code][0] in RIGHTS[matter].roles]
        return self.dice.choice(may if may and self.dice.random() < 0.5 else list(CALLERS))

    def _sound(self, case: Case[Any], place: ParameterLocation) -> bool:
        return case.meta is None or not case.meta.is_negative_at(place)

    def ask(self, question: Question, who: str) -> list[str]:
        """Send a question for a caller; everything that is wrong with the answer."""
        case, about = question
        operation = f"{case.method} {case.operation.path}"
        answered = self._sent(case, who)
        self.tally[operation, who, answered.status] += 1
        wrong = answered.wrong
        if who in STRANGERS and operation != "GET /health" and answered.status not in (401, 405):
            wrong = [*wrong, f"{answered.status} for nobody"]
        if about and not about.area.startswith(HERE[:9]) and who not in STRANGERS:
            wrong = [*wrong, *self._differs(case, about, answered, who)]
        return wrong

    def _sent(self, case: Case[Any], who: str) -> Answered:
        """One request, held against the description with every check."""
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if self.tokens[who] else {}
        if not headers:
            case = case.derive()
            case.headers = {name: text for name, text in case.headers.items() if name.lower() != "authorization"}
        sent: dict[str, Any] = {"session": self.client, "headers": headers}  # what a check sends again goes here too
        answer = case.call(**sent)
        wrong = [f"{answer.status_code}: nobody foresaw it"] if answer.status_code >= 500 else []
        try:
            wanted = [one for one in CHECKS if who not in STRANGERS or one not in _KNOWN_ONLY]
            case.validate_response(answer, checks=wanted, transport_kwargs=sent)
        except FailureGroup as found:
            wrong += [f"{type(one).__name__}: {one}" for one in found.exceptions]
        except Failure as found:
            wrong += [f"{type(found).__name__}: {found}"]
        text = answer.content.decode("utf-8", "replace")
        if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE and '"fields"' in text:
            wrong.append(f"as described, and refused for its form: {text}")
        return Answered(answer.status_code, text, wrong)

    def _differs(self, case: Case[Any], about: Marks, answered: Answered, who: str) -> Iterator[str]:
        """Is something elsewhere told otherwise than what does not exist?"""
        words, places = _own(about), ("path_parameters", "query", "body")
        twin = case.derive()
        for place in places:
            setattr(twin, place, _replaced(getattr(twin, place), words))
        if all(getattr(twin, place) == getattr(case, place) for place in places):
            return
        other = self._sent(twin, who)
        if answered.status != other.status:
            yield f"{answered.status} for one elsewhere, {other.status} for none"
        elif _plain(answered.text, words) != _plain(other.text, words):
            yield f"another text for one elsewhere than for none: {answered.text:.300} / {other.text:.300}"


def _plainer(part: Any) -> Any:
    """The description without our own patterns, and without the token: whoever asks brings his own."""
    if isinstance(part, dict):
        kept = {key: one for key, one in part.items() if key not in ("security", "securitySchemes")}
        return {key: _plainer(one) for key, one in kept.items() if key != "pattern" or one not in OURS}
    return [_plainer(one) for one in part] if isinstance(part, list) else part


def _mended(part: Any) -> Any:
    """What is drawn, as our own patterns would have it."""
    if isinstance(part, dict):
        return {key: _mended(one) for key, one in part.items()}
    if isinstance(part, list):
        return [_mended(one) for one in part]
    if not isinstance(part, str) or isinstance(part, Binary):
        return part
    text = "".join(one for one in part if not unfit(one))
    return text if re.fullmatch(DAYS, text) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "2026-09-01"


def _unsound(case: Case[Any]) -> bool:
    """Is there really a fault in it? Where none can be made, what is drawn is sound."""
    return case.meta is not None and bool(getattr(case.meta.phase.data, "mutations", ()))


def _own(about: Marks) -> list[str]:
    """What stands for a household in a request, the longest first."""
    words = {about.number, about.papers[-1], about.digest, about.more["posting"], about.more["run"]}
    return sorted(words - {""}, key=len, reverse=True)


def _known(case: Case[Any], about: Marks) -> dict[str, Any]:
    """What stands about a household under each name that a request of this operation may hold."""
    path = case.operation.path
    number = about.number
    if "/postings" in path:
        number = about.more["posting"]
    elif "/print-runs" in path:
        number = about.more["run"]
    elif path.startswith("/api/papers"):
        number = about.papers[-1]
    return {
        "number": number, "digest": about.digest, "household": about.number, "numbers": [about.papers[-1]],
        "code": about.papers[-1] if path == "/api/receipts" else "DECIDE", "evidence": about.digest,
        "lines": [{"household": about.number, "case_no": 1}], "no": 1, "reference": "HD-2",
    }  # fmt: skip


def _mended_part(part: Any) -> Any:
    """The same for a part of an address, which is drawn in the shape in which it is sent."""
    return quote(_mended(unquote(part)) or "x", safe="") if isinstance(part, str) else part


def _replaced(part: Any, words: Iterable[str]) -> Any:
    """The same with every word of somebody replaced by one of nobody."""
    if isinstance(part, dict):
        return {key: _replaced(value, words) for key, value in part.items()}
    if isinstance(part, list):
        return [_replaced(one, words) for one in part]
    return fake(part) if isinstance(part, str) and part in words else part


def _plain(text: str, words: Iterable[str]) -> str:
    """A text without the words by which it was asked."""
    for word in words:
        text = text.replace(word, "·").replace(fake(word), "·")
    return text
