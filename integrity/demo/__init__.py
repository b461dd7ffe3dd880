"""示范县 (demo county): a synthetic roll on real villages with real dated standards, and three years of its history.

Read `people` and `places` for who lives where, `diary` for how a history is told, `life` for the ordinary course,
`stories` and `findings` for what befalls a household, `roll` for the building, `review` for opinions on what is
open, `sent` for what another system sent.
All persons, numbers and events are invented; proportions are this demo's own approximation.
"""

from integrity.demo.review import review_some
from integrity.demo.roll import BEGUN, DemoSummary, build
from integrity.demo.sent import send_some

__all__ = ["BEGUN", "DemoSummary", "build", "review_some", "send_some"]
