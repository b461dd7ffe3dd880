"""自己的用时 (time of one's own): how long a piece of work took by itself, whatever else the machine does meanwhile."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done here takes less processor time than this; the rubbish of earlier tests is not cleared up on it."""
    gc.disable()
    began = time.thread_time()
    try:
        yield
        taken = time.thread_time() - began
    finally:
        gc.enable()
    assert taken < seconds
