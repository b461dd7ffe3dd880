"""收 PDF (taking in a PDF): hand a stranger's file to the child process `pdf_sight`, whatever happens to the child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from integrity.errors import Invalid

_ROOT = Path(__file__).resolve().parent.parent
_WAIT = 1800.0
"""The child's own limits of processor time end it much sooner."""
_LIMITED = "文件内容异常，读取时超过时间或者内存的限制；请只送需要的那几页，重新扫描或者拍照"


def asked(task: str, name: str, *files: bytes, **more: Any) -> Any:
    """What the child says to a task (see `pdf_sight.TASKS`) about files. Raises Invalid, naming the file."""
    head = json.dumps({"task": task, "sizes": [len(one) for one in files], "more": more}).encode() + b"\n"
    surroundings = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TMPDIR") if key in os.environ}
    surroundings |= {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "integrity.pdf_sight"], input=head + b"".join(files), capture_output=True,
            timeout=_WAIT, env=surroundings, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Invalid(f"{name}：{_LIMITED}") from None
    if done.returncode != 0 or not done.stdout.strip():
        raise Invalid(f"{name}：{_LIMITED}")
    said = json.loads(done.stdout)
    if isinstance(said, dict) and "fault" in said:
        raise Invalid(f"{name}：{said['fault']}")
    return said
