"""离线核验网页在浏览器中 (the verification page in a browser): from a file, with the network cut, by each way in."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from integrity import papers as paperwork
from integrity import printing, seal_lists, seals, verify_page, verifying
from reports import parts
from tests.browser.test_pages import ARGUMENTS, CHROMIUM
from tests.codes_office import Sealed, notice, sealed, tampered
from tests.papers_office import papers

__all__ = ["papers", "sealed"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")
needs_parts = pytest.mark.skipif(
    not all(parts.script(one) for one in parts.PARTS), reason="set-up could not fetch the parts: no npm"
)

EVERY = """async codes => {
  const [result, answer] = ["result", "answer"].map(id => document.getElementById(id)), said = [];
  for (const code of codes) {
    result.hidden = true;
    document.getElementById("code").value = code;
    document.querySelector("button").click();
    while (result.hidden) await new Promise(done => setTimeout(done));
    said.push(answer.innerText);
  }
  return said;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium that can reach nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from playwright.sync_api import sync_playwright
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--host-resolver-rules=MAP * ~NOTFOUND"])
        yield one
        one.close()


class Opened:
    """The page, opened from its file by somebody without a network; it may ask for nothing and complain of nothing."""

    def __init__(self, browser: object, file: Path) -> None:
        self.context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})  # type: ignore[attr-defined]
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("#ask:enabled")

    def verify(self, code: str, **typed: str) -> str:
        """Type a code as a scanner does; the answer."""
        self.page.evaluate("document.getElementById('result').hidden = true")
        self.page.fill("#code", code)
        for name, text in typed.items():
            self.page.evaluate("document.querySelector('details').open = true")
            self.page.fill(f"#{name}", text)
        self.page.click("button")
        self.page.wait_for_selector("#result:not([hidden])")
        return str(self.page.inner_text("#answer"))

    def verify_all(self, codes: list[str]) -> list[str]:
        """Many codes, one after the other, by the same field and button; the answers."""
        return list(self.page.evaluate(EVERY, codes))

    def notes(self) -> str:
        """What is said beside the answer."""
        return str(self.page.inner_text("#notes"))

    def close(self) -> None:
        """Nothing was asked for, nothing complained of."""
        assert [url for url in self.asked if not url.startswith("file:")] == []
        assert len(self.asked) == 1
        assert self.said == []
        self.context.close()


@pytest.fixture
def file(sealed: Sealed, tmp_path: Path) -> Path:
    """The page of an office whose second paper is replaced."""
    if sealed.office.engine.dialect.name == "postgresql":
        pytest.skip("the page does not hang on the kind of database")
    with sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[1], by_number=sealed.numbers[0], reason="更正核查日期")
        content = seal_lists.published(work)
    (tmp_path / "page.html").write_bytes(verify_page.page(content).html)
    (tmp_path / "bundled.html").write_bytes(verify_page.page(content, bundled_only=True).html)
    return tmp_path / "page.html"


@pytest.mark.parametrize("name", ["page.html", pytest.param("bundled.html", marks=needs_parts)])
def test_the_page_gives_the_three_answers_without_a_network(
    browser: object, sealed: Sealed, file: Path, name: str
) -> None:
    page = Opened(browser, file.with_name(name))
    assert page.verify(sealed.codes[0]) == verifying.CODE_ONLY
    shown = page.page.inner_text("#fields")
    for text in (sealed.numbers[0], "任城区试验街道办事处", "定期核查通知书", "2026年9月2日"):
        assert text in shown
    assert page.verify(sealed.codes[1]) == verifying.ENDED
    assert page.notes() == f"2026年9月2日由 {sealed.numbers[0]} 替换（更正核查日期）"
    every = tampered(sealed.codes[0])
    assert set(page.verify_all(every if name == "page.html" else every[::30])) == {verifying.FALSE}
    assert page.verify_all(sealed.codes[:2]) == [verifying.CODE_ONLY, verifying.ENDED]
    assert page.verify("甲" * 9) == verifying.UNDONE
    assert page.verify(sealed.codes[0][:-1]) == verifying.UNDONE
    assert "可能没有读全" in page.notes()
    page.close()


def test_a_handheld_scanner_needs_no_mouse(browser: object, sealed: Sealed, file: Path) -> None:
    page = Opened(browser, file)
    page.page.keyboard.type(sealed.codes[0])
    page.page.keyboard.press("Enter")
    page.page.wait_for_selector("#result:not([hidden])")
    assert page.page.inner_text("#answer") == verifying.CODE_ONLY
    page.close()


def test_a_second_way_to_write_the_same_signature_is_false(browser: object, sealed: Sealed, file: Path) -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    size = 121
    raw = int(sealed.codes[1]).to_bytes(size, "big").rstrip(b"\0")
    with sealed.office.reading() as work:
        signed_end = len(verifying.check_code.body(verifying.check_code.opened(sealed.codes[1])[0]))
        assert work
    second = int.from_bytes(raw[signed_end + 32 : signed_end + 64].ljust(32, b"\0"), "little") + order
    whole = raw[: signed_end + 32] + second.to_bytes(32, "little")
    code = f"{int.from_bytes(whole.ljust(size, bytes(1)), 'big'):0293}"
    for name in ("page.html", "bundled.html"):
        page = Opened(browser, file.with_name(name))
        assert page.verify(code) == verifying.FALSE, "or a replaced paper would pass for one that stands"
        page.close()


def test_typed_fields_and_the_data_file_are_compared(
    browser: object, sealed: Sealed, file: Path, tmp_path: Path
) -> None:
    page = Opened(browser, file)
    assert page.verify(sealed.codes[0], number=sealed.numbers[0], day="2026-09-02") == verifying.CODE_ONLY
    assert page.verify(sealed.codes[0], day="2026年9月3日") == verifying.FALSE
    assert "成文日期：纸面为“2026年9月3日”，核验码所载为“2026年9月2日”" in page.notes()
    with sealed.office.reading() as work:
        data = paperwork.data_of(work, notice(sealed.office, sealed.numbers[0]))
    (tmp_path / "data.json").write_bytes(data)
    page.page.set_input_files("#data", tmp_path / "data.json")
    assert page.verify(sealed.codes[0], day="") == verifying.CODE_ONLY
    assert page.notes() == verifying.DATA_COMPARED, "the data file was compared, the paper was not"
    (tmp_path / "other.json").write_bytes(data.replace(b"2", b"3", 1))
    page.page.set_input_files("#data", tmp_path / "other.json")
    assert page.verify(sealed.codes[0]) == verifying.FALSE
    page.close()


@needs_parts
@pytest.mark.parametrize(("dots", "turned"), [(100, 0), (150, 90), (200, 5), (300, 180)])
def test_a_photograph_is_read_in_the_browser(
    browser: object, sealed: Sealed, file: Path, tmp_path: Path, dots: int, turned: int
) -> None:
    with sealed.office.reading() as work:
        pdf = printing.reproduce(work, notice(sealed.office, sealed.numbers[0])).pdf
    *_, last = pypdfium2.PdfDocument(pdf)
    image = last.render(scale=dots / 72).to_pil().convert("L")
    turned_ = image.rotate(turned, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    turned_.save(tmp_path / "photo.jpg", quality=85)
    page = Opened(browser, file)
    page.page.set_input_files("#photo", tmp_path / "photo.jpg")
    page.page.wait_for_selector("#result:not([hidden])")
    assert page.page.inner_text("#answer") == verifying.CODE_ONLY, page.notes()
    page.close()


def test_a_page_with_an_altered_list_verifies_nothing(browser: object, file: Path, tmp_path: Path) -> None:
    html = file.read_text(encoding="utf-8")
    (tmp_path / "altered.html").write_text(html.replace('\\"ended\\": [{', '\\"ended\\":  [{', 1), encoding="utf-8")
    assert (tmp_path / "altered.html").read_text(encoding="utf-8") != html
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto((tmp_path / "altered.html").as_uri())
    page.wait_for_selector("#result:not([hidden])")
    assert "已损坏或者被改动" in page.inner_text("#notes")
    assert page.is_disabled("#code")
    page.close()


def test_the_page_allows_its_own_scripts_only_and_names_no_address(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    policy = html.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "src=" not in html.split("<script")[0]
    assert "://" not in html.split("<script>")[0]


@needs_parts
def test_a_changed_part_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = parts.script(parts.PHOTOGRAPHS).encode()
    monkeypatch.setenv("CHENGXIN_ASSETS", str(tmp_path))
    assert parts.script(parts.PHOTOGRAPHS) == ""
    parts.PHOTOGRAPHS.path.parent.mkdir()
    parts.PHOTOGRAPHS.path.write_bytes(kept + b" ")
    assert parts.script(parts.PHOTOGRAPHS) == ""
    parts.PHOTOGRAPHS.path.write_bytes(kept)
    assert hashlib.sha256(parts.script(parts.PHOTOGRAPHS).encode()).hexdigest() == parts.PHOTOGRAPHS.script_sha256
    (tmp_path / "jsqr-1.4.0.tgz").write_bytes(b"another package")
    (tmp_path / "tweetnacl-1.0.3.tgz").write_bytes(b"another package")
    with pytest.raises(parts.PartsFailed, match="指纹与登记不符"):
        parts.install(tmp_path)
    with pytest.raises(parts.PartsFailed, match="没有 tweetnacl"):
        parts.install(tmp_path / "nowhere")
