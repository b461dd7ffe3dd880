"""接口的边界 (limits of the API): what is too long, nested too deeply or unnamed is refused in Chinese, as declared."""

from __future__ import annotations

from collections.abc import Iterator

from integrity.web.guard import LARGEST_BODY
from tests.api_office import Api, api, papers, rich

__all__ = ["api", "papers", "rich"]


def sent(api: Api, path: str, body: bytes | Iterator[bytes], key: str = "k") -> tuple[int, str]:
    """The answer to raw bytes."""
    caller = api("fh01")
    headers = caller.headers | {"idempotency-key": key, "content-type": "application/json"}
    answer = caller._checked(caller.client.post(f"/api{path}", content=body, headers=headers))
    return answer.status_code, answer.json()["message"]


def test_a_body_beyond_one_megabyte_is_refused_before_it_is_read(api: Api, rich: str) -> None:
    path = f"/households/{rich}/cases"
    assert sent(api, path, b" " * (LARGEST_BODY + 1)) == (413, "发来的内容过大，不超过 1 MB")
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        for part in range(64):
            read.append(part)
            yield b" " * (LARGEST_BODY // 8)

    assert sent(api, path, parts())[0] == 413
    assert api("fh01").get(f"/households/{rich}/cases").json() == []


def test_what_is_nested_too_deeply_or_no_text_is_told_in_chinese(api: Api, rich: str) -> None:
    path = f"/households/{rich}/cases"
    for body in (b"[" * 20_000 + b"]" * 20_000, b"\xff\xfe{}", b"{"):
        status, said = sent(api, path, body)
        assert status == 422
        assert said.isascii() is False, said


def test_a_key_that_says_nothing_is_refused_before_the_step_is_looked_at(api: Api, rich: str) -> None:
    body = {"procedure": "调整与终止", "step": "没有这一步", "values": {}}
    blank = api("fh01").client.post(
        f"/api/households/{rich}/cases", json=body, headers=api("fh01").headers | {"idempotency-key": "   "}
    )
    assert blank.status_code == 422
    assert "不能是空白" in blank.json()["message"]
    assert "没有这一步" not in blank.text
