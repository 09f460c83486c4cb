"""People in drug rehabilitation: determination, list, registration, treatment with its stages, what came after."""

from datetime import date, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.common import Forms, among, yes
from casemgr.demo.detected import DetectedPen
from casemgr.demo.pen import CasePen
from casemgr.demo.persons import Invented
from casemgr.demo.story import Story
from casemgr.demo.texts import note
from casemgr.demo.world import World, at_work, midnight

CODE = "MT"
VOLUNTARY = ("TN_GIA_DINH", "TN_CONG_DONG", "TN_CO_SO")


def invent(world: World, rng: Random) -> list[Story]:
    """One person, known from the police list or on their own."""
    programme, commune = world.programmes[CODE], world.commune(rng)
    first = date(2021, 2, 1) + timedelta(days=rng.randrange((world.today - date(2021, 2, 1)).days - 1))
    day = days.after(first, 0)
    sex = "nu" if rng.random() < 0.05 else "nam"
    person = Invented.draw(rng, commune, 1968, 2006, midnight(day), sex=sex)
    pen = None
    if rng.random() < 0.6:
        pen = DetectedPen(
            world,
            rng,
            programme,
            commune,
            received=(midnight(day), "day"),
            person=person,
            values={"source": "CONG_AN", "document": f"{rng.randrange(10, 400)}/CAX"},
            source="CONG_AN",
        )
        if rng.random() < 0.05:
            return [Story(CODE, detected=pen, person=person, registered=pen.drafts[0].recorded_at)]
    opened = at_work(rng, days.after(day, rng.choice((0, 1, 2, 3))))
    file = CasePen(world, rng, programme, commune)
    file.open(
        max(opened, pen.last if pen else opened),
        "day",
        recorded=max(opened, pen.last if pen else opened) + timedelta(minutes=5),
        beneficiary=person.subject,
        identity=person.identity,
        detection=pen.told if pen else {"age": day.year - person.birth.year},
    )
    story = Story(CODE, detected=pen, person=person, registered=pen.drafts[0].recorded_at if pen else file.opened_at)
    if file.opened_at > world.now:
        return [story] if pen else []
    if pen and pen.match(file.subject, file.opening["number"], max(file.opened_at, pen.last), person.subject) is None:
        return [story]
    _Rehabilitation(rng, file, day.year - person.birth.year).tell()
    file.play()
    story.file = file
    return [story]


class _Rehabilitation(Forms):
    def __init__(self, rng: Random, file: CasePen, age: int):
        super().__init__(rng, file)
        self.age = age

    def tell(self) -> None:
        rng = self.rng
        if rng.random() < 0.03:
            return
        addict = rng.random() < 0.9
        values = {
            "occasion": among(rng, self.programme, "occasion"),
            "determination": "NGHIEN" if addict else "SDTP",
            "substance": [rng.choices(("ATS", "DANG_THUOC_PHIEN", "KETAMINE", "CAN_SA"), (70, 20, 5, 5))[0]],
            "number": f"{rng.randrange(10, 900)}/PKQ-TTYT",
        }
        self.determined = self.form("determined", self.next_day(rng.choice((0, 1, 2, 4))), values)
        if not addict:
            if rng.random() < 0.5:
                self.close(self.next_day(15), "KHONG_NGHIEN")
            return
        listed = {"list": "DS_CONG_AN", "number": f"{rng.randrange(10, 400)}/DS-CAX"}
        self.form("listed", self.next_day(rng.choice((0, 1, 3))), listed)
        draw = rng.random()
        if draw < 0.12:
            values = {"custody": among(rng, self.programme, "custody"), "note": note(rng, "treatment")}
            self.form("detained", self.next_day(rng.randint(2, 30)), values)
            return
        if draw < 0.38:
            values = {"violation": "KHONG_DANG_KY", "note": "Quá hạn đăng ký, đã lập biên bản."}
            self.form("violated", self.next_day(6), values)
            if draw < 0.28:
                return
            self._treat("BAT_BUOC")
            return
        modality = rng.choices((*VOLUNTARY, "THAY_THE"), (18, 32, 25, 25))[0]
        wait = rng.choice((0, 1, 2, 3, 4, 4, 7))
        registered = {"registered_for": modality, "number": str(rng.randrange(1, 200))}
        self.form("registered", self.next_day(wait), registered)
        if rng.random() < 0.08:
            return
        self._treat(modality)

    def _treat(self, modality: str) -> None:
        rng = self.rng
        decided = self.next_day(rng.choice((0, 1, 2, 2, 5)))
        months = 24 if modality == "BAT_BUOC" else rng.choice((6, 9, 12))
        values = {
            "modality": modality,
            "episode": rng.choices((1, 2, 3), (75, 20, 5))[0],
            "signer": "TOA_AN" if modality == "BAT_BUOC" else "CHU_TICH",
            "number": f"{rng.randrange(10, 900)}/QĐ-UBND",
            "decided_on": decided,
            "facility": "Cơ sở cai nghiện tỉnh" if modality in ("BAT_BUOC", "TN_CO_SO") else "Trạm y tế xã",
        }
        if modality != "THAY_THE":
            values |= {"term_months": months, "until": decided + timedelta(days=30 * months)}
        started = self.form("treatment_started", days.after(decided, rng.choice((0, 1, 2))), values)
        self._support(started.at.date())
        ended = None
        if rng.random() < 0.15:
            ended, outcome = started.at.date() + timedelta(days=rng.randrange(6, 120)), "BO_TRI"
        elif modality in VOLUNTARY:
            ended, outcome = values["until"], "HOAN_THANH"
        self._stages(modality, started.at.date(), ended)
        if ended is None or ended >= self.file.world.today:
            return
        self.written = max(step.recorded for step in self.file.steps)
        day = max(ended, days.after(self.written.date(), 1))
        values = {"ended_modality": modality, "outcome": outcome, "note": note(rng, "treatment")}
        self.form("treatment_ended", day, values)
        if outcome == "HOAN_THANH" and rng.random() < 0.85:
            values = {"post_term": "MOT_NAM", "signer": "CHU_TICH", "number": f"{rng.randrange(10, 400)}/QĐ-UBND"}
            self.form("post_rehab", day if rng.random() < 0.7 else self.next_day(5), values)
            helped = days.after(self.written.date(), 8)
            if helped.day % 3 and helped < self.file.world.today:
                self.serve("MT-VL", helped, "UBND_XA", "GHI_CHEP")
            if rng.random() < 0.08:
                self.form("relapsed", self.next_day(40), {"note": "Kết quả xét nghiệm dương tính."})

    def _support(self, started: date) -> None:
        rng = self.rng
        if rng.random() < 0.15:
            return
        answers = self.assess_needs(0.45)
        values = {"assist_ats": rng.randrange(4, 36), "f_drugs": rng.randrange(1, 5), "needs": answers}
        self.form("assessed", max(self.next_day(1), started), values)
        needs = yes(answers)
        if rng.random() < 0.2:
            return
        self.form("met", self.next_day(1), {"present": ["CAN_BO", "CONG_AN"], "conclusion": note(rng, "agreed")})
        _decision, services, start, _end = self.plan(needs, 180)
        for service in services.values():
            if rng.random() < 0.8:
                self.serve(service, start + timedelta(days=rng.randrange(0, 60)), "UBND_XA", "GHI_CHEP")
        day = start
        for _ in range(rng.choice((0, 1, 2, 3))):
            day = days.after(day + timedelta(days=rng.randrange(20, 50)), 0)
            seen = {"place": "TAI_NHA", "seen": rng.choice(("CO", "CO", "KHONG")), "note": note(rng, "visited")}
            self.file.step("visited", max(day, self.written.date()), seen)

    def _stages(self, modality: str, start: date, ended: date | None) -> None:
        rng, day = self.rng, start
        wanted = ("A", "B", "C", "D", "DD") if modality == "BAT_BUOC" else ("A", "B", "C")
        if modality == "THAY_THE":
            wanted = ()
        for stage in wanted:
            day = day + timedelta(days=rng.randrange(3, 45))
            if ended is not None and day >= ended:
                break
            self.file.step("stage", max(day, self.written.date()), {"stage": stage, "note": note(rng, "treatment")})
        review = days.after(start + timedelta(days=88), 0)
        if rng.random() < 0.6 and (ended is None or review < ended):
            values = {"result": "TIEP_TUC", "note": note(rng, "reviewed")}
            self.file.step("reviewed", max(review, self.written.date()), values)
