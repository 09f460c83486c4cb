"""Families of meritorious persons: entitled persons, relatives, benefits, visits, the yearly living-standard rating."""

from datetime import date, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.common import Forms, among, yes
from casemgr.demo.names import full_name
from casemgr.demo.pen import CasePen
from casemgr.demo.persons import Invented
from casemgr.demo.story import Story
from casemgr.demo.texts import note
from casemgr.demo.world import World, at_work, midnight

CODE = "NCC"
CATEGORIES = ("LS", "TB", "BB", "CDHH", "TD", "HDKC", "BMVNAH", "CCGDCM")
CATEGORY_WEIGHTS = (42, 25, 6, 7, 5, 10, 2, 3)
AVERAGES = {2021: 3_900_000, 2022: 4_300_000}
PROCEDURES = {"NCC-TCU": "THO_CUNG", "NCC-TC": "THAN_NHAN", "NCC-1L": "THAN_NHAN_DANG_HUONG"}
TET = {2022: date(2022, 1, 26)}
REMEMBRANCE = {2021: date(2021, 7, 26)}


def invent(world: World, rng: Random) -> list[Story]:
    """One household, entered from the provincial list or by the commune."""
    programme, commune = world.programmes[CODE], world.commune(rng)
    late = rng.random() < 0.15
    first, last = (date(2022, 1, 4), world.today) if late else (date(2021, 1, 6), date(2021, 12, 28))
    day = days.after(first + timedelta(days=rng.randrange(max(1, (last - first).days - 1))), 0)
    head = Invented.draw(rng, commune, 1935, 1975, midnight(day))
    head.kind = "household"
    file = CasePen(world, rng, programme, commune)
    at = at_work(rng, day)
    file.open(at, "day", recorded=at + timedelta(minutes=5), beneficiary=head.subject, identity=head.identity)
    if file.opened_at > world.now:
        return []
    _Household(rng, file, head).tell()
    file.play()
    return [Story(CODE, person=head, registered=file.opened_at - timedelta(minutes=2), file=file)]


class _Household(Forms):
    def __init__(self, rng: Random, file: CasePen, head: Invented):
        super().__init__(rng, file)
        self.head = head

    def tell(self) -> None:
        rng = self.rng
        if rng.random() < 0.01:
            return
        category = rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0]
        dead = category == "LS" or rng.random() < 0.45
        values = {
            "category": [category],
            "alive": "DA_MAT" if dead else "CON_SONG",
            "certificate": f"AG-{rng.randrange(10**5):05d}",
            "person": full_name(rng, "kinh", "nam") if dead else self.head.name,
        }
        if category in ("TB", "BB", "CDHH"):
            values["injury"] = rng.choice((21, 25, 31, 41, 61, 81))
        self.form("entitled", self.next_day(rng.choice((0, 0, 1, 3, 12))), values)
        if dead:
            relation = {"relation": among(rng, self.programme, "relation"), "person": self.head.name}
            self.form("relative", self.next_day(0), relation | {"worship": category == "LS"})
        self._benefits(category)
        self._needs()
        self._visits()
        for year in (2021, 2022):
            self._rate(year)

    def _benefits(self, category: str) -> None:
        rng = self.rng
        if rng.random() < 0.35:
            benefit = (
                "NCC-TCU" if category == "LS" and rng.random() < 0.5 else rng.choice(("NCC-TC", "NCC-1L", "NCC-DC"))
            )
            procedure = PROCEDURES.get(benefit, "KHAC")
            asked = self.form(
                "benefit_requested", self.next_day(rng.randint(3, 60)), {"benefit": benefit, "procedure": procedure}
            )
            draw = rng.random()
            if draw < 0.85:
                day = days.after(asked.at.date(), rng.choice((8, 9, 11, 17, 26)))
                self.form(
                    "benefit_granted", day, {"benefit": benefit, "number": f"{rng.randrange(10, 900)}/QĐ-SLĐTBXH"}
                )
            elif draw < 0.92:
                values = {"benefit": benefit, "note": "Thiếu căn cứ xác nhận, đã trả lời bằng văn bản."}
                self.form("benefit_denied", days.after(asked.at.date(), 12), values)
        if rng.random() < 0.06:
            values = {"benefit": "NCC-DD", "missing_reason": among(rng, self.programme, "missing_reason")}
            self.file.step("benefit_missing", self.next_day(20), values)

    def _needs(self) -> None:
        rng = self.rng
        if rng.random() < 0.55:
            return
        answers = self.assess_needs(0.25)
        values = {
            "housing": rng.choices(("KIEN_CO", "BAN_KIEN_CO", "TAM"), (35, 57, 8))[0],
            "lone_elderly": rng.random() < 0.06,
            "insured": rng.random() < 0.95,
            "water": rng.random() < 0.93,
            "working": rng.randrange(0, 5),
            "needs": answers,
            "note": note(rng, "household"),
        }
        self.form("assessed", self.next_day(rng.randint(1, 20)), values)
        if rng.random() < 0.3:
            return
        _decision, services, start, end = self.plan(yes(answers), 120)
        for service in services.values():
            if rng.random() < 0.85:
                self.serve(service, start + timedelta(days=rng.randrange(0, 110)), "QUY_DON", "KY_NHAN")
        if rng.random() < 0.7:
            day = end - timedelta(days=rng.randrange(0, 8))
            self.file.step("reviewed", day, {"result": "TIEP_TUC", "note": note(rng, "reviewed")})

    def _visits(self) -> None:
        rng = self.rng
        for visit, when in (("NGAY_27_7", REMEMBRANCE[2021]), ("TET", TET[2022])):
            if when > self.file.opened_at.date() and rng.random() < 0.8:
                gift = rng.choice((300_000, 500_000, 1_000_000))
                values = {"visit": visit, "gift": gift, "proof": "KY_NHAN", "note": note(rng, "visited")}
                self.file.step("visited", when, values)

    def _rate(self, year: int) -> None:
        """About nine in ten families stand at or above the average; not all are reviewed yet."""
        rng = self.rng
        first = date(2021, 10, 4) if year == 2021 else date(2022, 3, 7)
        day = days.after(max(first + timedelta(days=rng.randrange(60)), self.written.date()), 1)
        if day.year != year or rng.random() < (0.04 if year == 2021 else 0.22):
            return
        level = rng.choices(("CAO_HON", "BANG", "THAP_HON"), (38, 55, 7))[0]
        national = rng.random() < 0.1
        values = {"year": year, "level": level, "evidence": note(rng, "household")}
        values |= {"yardstick": "CHUAN_QUOC_GIA" if national else "BINH_QUAN_XA"}
        if not national:
            values |= {"average": AVERAGES[year], "average_year": year, "average_source": "Báo cáo KT-XH của UBND xã"}
        factor = {"CAO_HON": 1.3, "BANG": 1.02, "THAP_HON": 0.8}[level]
        values["income"] = int(AVERAGES[year] * factor * rng.uniform(0.95, 1.05) // 10_000) * 10_000
        rated = self.file.step("rated", day, values)
        if rng.random() < 0.02 and rated.recorded + timedelta(days=9) < self.file.world.now:
            rated = self.file.correct(rated, day, values)
        if rng.random() < 0.06:
            changed = rng.random() < 0.15
            found = rng.choice(("BANG", "THAP_HON")) if changed else level
            values = {"year": year, "level": found, "changed": found != level, "evidence": "Phúc tra chéo giữa các xã."}
            self.file.step("rechecked", days.after(rated.recorded.date(), 10), values, by=self.file.commune.above)
