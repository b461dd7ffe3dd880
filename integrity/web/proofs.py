"""表单的证据文件 (evidence that a form brings): read at once, told at its field, kept while the form is refused.

A browser does not choose a file again by itself; a photograph that was taken at somebody's door is not taken twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import UploadFile

from integrity import evidence, photos_kept
from integrity.errors import Invalid, NotFound
from integrity.photos_kept import Photo
from integrity.web.forms import Field, Form, Sent, unchosen
from integrity.web.wording import on_page
from integrity.work import Work

WAITING, LET_GO = "waiting", "let-go"


def collect(work: Work, form: Form, sent: Sent) -> None:
    """Put the evidence of a form together: what waited since it was refused, and what was chosen now."""
    fields = [one for one in form.fields if one.proof]
    before = _before(work, form, fields[0], sent) if fields and sent.one(WAITING) else {}
    fresh = {one.name: _read(form, one, sent.files.get(one.name, ())) for one in fields}
    for one in fields:
        new, old = fresh[one.name], before.get(one.name, [])
        form.proofs[one.name] = new or old if one.kind == "file" else old + new
        if form.proofs[one.name] and form.errors.get(one.name) == unchosen(one):
            del form.errors[one.name]
    form.waiting = sent.one(WAITING) if before and not any(fresh.values()) else ""


def _before(work: Work, form: Form, first: Field, sent: Sent) -> dict[str, list[Photo]]:
    if sent.one(LET_GO):
        return {}
    try:
        return photos_kept.photos(work, sent.one(WAITING))
    except NotFound:
        form.errors[first.name] = "先前选的文件已超过保存时间，请重新选择"
        return {}


def _read(form: Form, one: Field, uploads: Iterable[UploadFile]) -> list[Photo]:
    """The files that were chosen now; one that cannot be kept is told at its field and left out."""
    found = []
    for name, content in _read_all(uploads):
        try:
            evidence.fit(content, name)
        except Invalid as fault:
            form.errors[one.name] = f"“{name}”没有收下：{on_page(str(fault))}"
            continue
        found.append((name, content))
    return found


def keep(work: Work, form: Form) -> None:
    """Have the evidence of a refused form wait."""
    some = {name: files for name, files in form.proofs.items() if files}
    if some and not form.waiting:
        form.waiting = photos_kept.keep(work, some)


def restore(work: Work, form: Form, waiting: str) -> None:
    """The evidence that waits with a draft; nothing where its time is over."""
    if not waiting or not any(one.proof for one in form.fields):
        return
    try:
        form.proofs = photos_kept.photos(work, waiting)
    except NotFound:
        return
    form.waiting = waiting


def _read_all(uploads: Iterable[UploadFile]) -> list[Photo]:
    """Each file that was sent: its name and its bytes."""
    found = []
    for one in uploads:
        if one.filename:
            one.file.seek(0)
            found.append((one.filename, one.file.read()))
    return found
