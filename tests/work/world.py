"""Files and detections for the tests of the lists of exceptions."""

import re
from datetime import timedelta

from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.people.identifiers import Birth
from tests.cases.files import HERE, PLAN, SCREENED, at, open_child, write

LOW = {"emergency": False, "a1": "T", "a2": "T", "a3": "T"} | {f"b{n}": "C" for n in range(1, 6)}
VISIT = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
SERVED = {"provider": "CO_SO_Y_TE", "proof": "BIEN_NHAN"}


class World:
    """Files written for one list, and the doing away with its cause."""

    def __init__(self, session, who, clock):
        self.session, self.who, self.clock = session, who, clock

    def child(self, emergency=False, risk="C", needs=PLAN, **more):
        case, number = open_child(self.session, self.who, emergency=emergency, **more)
        screened = SCREENED | {"emergency": emergency, "a1": risk} if risk else LOW
        write(self.session, case, "screened", screened, "2022-03-04T17:40", self.who.worker)
        if needs:
            answers = {c: ("yes", "") if c in needs else ("no", "Không cần.") for c in PLAN}
            write(self.session, case, "assessed", {"needs": answers}, "2022-03-07", self.who.worker)
        return case, number

    def write(self, case, kind, values, when, **more):
        return write(self.session, case, kind, values, when, self.who.worker, **more)

    def detected(self, emergency=True, received="2022-03-22T07:00"):
        made = detections.report(
            self.session, "TE",
            detections.Report(
                at(received), source="TRUONG_HOC", mode="DIEN_THOAI",
                persons=[(
                    detections_seen(),
                    {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": emergency},
                )],
            ),
            author=str(self.who.worker.id), unit=HERE, now=at(received)[0] + timedelta(minutes=5),
        )  # fmt: skip
        return made.detected[0]

    def by(self, text):
        return detections.By(str(self.who.worker.id), HERE, at(text)[0] + timedelta(minutes=1), at(text))


def detections_seen():
    return Seen(name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011), ethnicity="kinh")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
