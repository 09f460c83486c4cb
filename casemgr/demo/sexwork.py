"""Sex workers who receive support: consent, coded files without a name, refusals that leave a tally, 16-17 protected."""

from datetime import date, datetime, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.common import Forms, among, yes
from casemgr.demo.detected import DetectedPen
from casemgr.demo.pen import CasePen
from casemgr.demo.persons import Invented
from casemgr.demo.story import Story
from casemgr.demo.texts import note
from casemgr.demo.world import World, at_work
from casemgr.detections import drafts as detections

CODE = "BD"


def invent(world: World, rng: Random) -> list[Story]:
    """One person reached; most agree to a file, half of them without a name."""
    programme, commune = world.programmes[CODE], world.commune(rng)
    day = days.after(date(2021, 3, 1) + timedelta(days=rng.randrange((world.today - date(2021, 3, 2)).days)), 0)
    at = at_work(rng, day)
    if at + timedelta(hours=1) > world.now:
        return []
    kind = rng.choices(("CO", "MA_SO", "TU_CHOI", "CHUA_HOI", "young"), (44, 34, 12, 6, 4))[0]
    young = kind == "young"
    person = Invented.draw(rng, commune, 1975, 2001, at, sex="nam" if rng.random() < 0.07 else "nu")
    if young:
        person = Invented.draw(rng, commune, day.year - 17, day.year - 17, at, sex="nu")
    values = {
        "reached": among(rng, programme, "reached"),
        "age_group": "TU_16_17" if young else "TU_18",
        "consent": "CHUA_HOI" if young else kind,
    }
    if kind in ("CO", "MA_SO"):
        values["subgroup"] = rng.choices(("TU_NGUYEN", "PHAT_HIEN", "NGHI_MUA_BAN", "HOAN_LUONG"), (40, 35, 5, 20))[0]
    pen = DetectedPen(
        world,
        rng,
        programme,
        commune,
        received=(at, "minute"),
        person=None if kind in ("TU_CHOI", "CHUA_HOI") else person,
        values=values,
        named=kind == "CO",
    )
    named = kind == "CO"
    story = Story(CODE, detected=pen, person=person if named else None, registered=pen.drafts[0].recorded_at)
    if young:
        if rng.random() < 0.8:
            _protect(rng, pen, at + timedelta(hours=rng.randrange(2, 30)))
        return [story]
    if kind not in ("CO", "MA_SO"):
        return [story]
    opened = at_work(rng, days.after(day, rng.choice((1, 2, 4, 6, 13))))
    file = CasePen(world, rng, programme, commune)
    file.open(
        opened,
        "day",
        recorded=opened + timedelta(minutes=5),
        beneficiary=person.subject if named else None,
        identity=person.identity,
        detection=pen.told,
    )
    if file.opened_at > world.now:
        return [story]
    if (
        pen.match(file.subject, file.opening["number"], max(file.opened_at, pen.last), file.opening["beneficiary"])
        is None
    ):
        return [story]
    _Support(rng, file, named).tell()
    file.play()
    story.file = file
    return [story]


def _protect(rng: Random, pen: DetectedPen, at: datetime) -> None:
    values = {
        "protection": among(rng, pen.programme, "protection", but=("LA_TRE_EM",)),
        "authority": among(rng, pen.programme, "authority"),
        "note": "Đã gặp cùng cán bộ bảo vệ trẻ em, bảo đảm nơi ở an toàn.",
    }
    pen.write(detections.step_draft, "protection_checked", values, occurred=(at, "minute"))


class _Support(Forms):
    def __init__(self, rng: Random, file: CasePen, named: bool):
        super().__init__(rng, file)
        self.named = named

    def tell(self) -> None:
        rng = self.rng
        if rng.random() < 0.06:
            return
        values = {"agreed": "CO" if self.named else "MA_SO", "consent_method": "VAN_BAN" if self.named else "LOI_NOI"}
        self.form("consented", self.next_day(rng.choice((0, 1, 2, 5))), values | {"adult": True})
        if rng.random() < 0.05:
            return
        answers = self.assess_needs(0.35)
        coerced = rng.random() < 0.08
        values = {"coercion": rng.randint(1, 3) if coerced else 0, "trafficking": False, "needs": answers}
        values |= {"n_health": rng.randrange(4), "n_income": rng.randrange(4), "n_change": rng.randrange(4)}
        at = max(at_work(rng, self.next_day(rng.choice((0, 1, 3)))), self.written + timedelta(minutes=15))
        assessed = self.form("assessed", at, values)
        if coerced:
            self.file.decide(assessed, assessed.recorded + timedelta(hours=rng.randrange(1, 20)))
        referral = coerced and rng.random() < 0.9
        if referral:
            referred = {"authority": among(rng, self.programme, "authority"), "note": "Đã chuyển gửi và đi cùng."}
            self.form("trafficking_referred", assessed.at + timedelta(hours=rng.randrange(1, 30)), referred)
        if rng.random() < 0.08:
            values = {"by": "CHINH_NGUOI", "all_support": True, "reason": note(rng, "refused")}
            self.form("refused", self.next_day(1), values)
            return
        _decision, services, start, _end = self.plan(yes(answers), 90)
        served = 0
        for service in services.values():
            if rng.random() < 0.85:
                provider = among(rng, self.programme, "provider", but=("KHAC",))
                proof = among(rng, self.programme, "proof", but=("none",))
                self.serve(service, start + timedelta(days=rng.randrange(0, 40)), provider, proof)
                served += 1
        if rng.random() < 0.6:
            values = {"result": "TIEP_TUC", "note": note(rng, "reviewed")}
            self.file.step("reviewed", days.after(start + timedelta(days=150), 0), values)
        if served == len(services) and coerced == referral and rng.random() < 0.35:
            self.close(start + timedelta(days=180), "ON_DINH")
