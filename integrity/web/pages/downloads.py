"""下载 (files that are saved): how a file is sent, so that no browser opens it as a page."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, name: str, kind: str) -> Response:
    """A file to be saved under a name."""
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={"content-disposition": told})
