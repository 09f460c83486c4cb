"""What a commune does in a child's file, step after step, and the generator's record of it."""

from datetime import date, datetime, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.pen import CasePen, Step
from casemgr.demo.story import Story
from casemgr.demo.texts import WHO, note
from casemgr.demo.truth import Child, Plan
from casemgr.demo.world import World, at_work

CODE = "TE"


class Work:
    """What the commune did in one file, step after step, and the record of it."""

    def __init__(self, world: World, rng: Random, story: Story, file: CasePen, harm: list):
        self.world, self.rng, self.file, self.harm = world, rng, file, harm
        self.child: Child = story.truth
        self.emergency = self.child.emergency
        self.written = file.opened_at  # when the last form was written down: forms follow each other
        self.child.opened = True

    def form(self, kind: str, at, values, **more) -> Step:
        step = self.file.step(kind, at, values, **more)
        step.recorded = max(step.recorded, self.written + timedelta(minutes=2))
        self.written = step.recorded
        return step

    def tell(self) -> None:
        rng, child = self.rng, self.child
        if rng.random() < 0.012:
            return  # opened and forgotten
        low = not self.emergency and rng.random() < 0.1
        base = self._screen(low)
        if low:
            self._close_low()
            return
        if rng.random() < 0.015:
            return
        self.needs = self._assess(base)
        late = rng.random() < 0.06
        plan = self._plan(base, late)
        if plan is None or plan.approved is None:
            return
        if rng.random() < 0.5:
            self.file.step("answered", plan.approved.at.date(), {"note": note(rng, "answered")})
        self._serve(plan)
        self._visits(plan)
        self._finish(plan)
        child.transferred = rng.random() < 0.02
        if child.transferred:
            self._transfer(plan)

    def _screen(self, low: bool) -> datetime:
        """Mẫu 02 and, in an emergency, the measure. Gives what the seven days run from."""
        rng, child = self.rng, self.child
        opened = self.file.opened_at
        at = opened + timedelta(minutes=rng.randrange(10, 90 if self.emergency else 900))
        found_later = not self.emergency and not low and rng.random() < 0.03
        scale = ["T", "T", "T"] if low else [rng.choice(("C", "TB", "TB")), rng.choice(("C", "TB", "T")), "TB"]
        values = {"emergency": self.emergency or found_later, "note": note(rng, "screened")}
        values |= dict(zip(("a1", "a2", "a3"), scale, strict=True))
        values |= {f"b{n}": "C" if low else rng.choice(("C", "TB", "T")) for n in range(1, 6)}
        screened = self.form("screened", at, values)
        self.risk = "THAP" if low else "CAO" if values["emergency"] or "C" in scale[:2] else "TRUNG_BINH"
        child.screened = screened
        child.emergency_found = screened if found_later else None
        if not values["emergency"]:
            return child.received
        return self._protect(at)

    def _protect(self, screened: datetime) -> datetime:
        rng, child = self.rng, self.child
        draw = rng.random()
        if draw < 0.03:
            return child.received  # never done
        hours = rng.uniform(13, 40) if draw < 0.14 else rng.uniform(2.5, 11.5)
        at = (child.received + timedelta(hours=hours)).replace(second=0, microsecond=0)
        at = max(at, screened + timedelta(minutes=15))
        isolated = rng.random() < 0.3
        measure = ["CACH_LY", "CHAM_SOC_Y_TE"] if isolated else [rng.choice(("BAO_CONG_AN", "BAO_VE_TAI_CHO"))]
        values = {"measure": measure, "isolation": isolated, "signer": rng.choice(("CHU_TICH", "PHO_CHU_TICH"))}
        when = at.date() if rng.random() < 0.06 else at
        child.protected = self.form("protected", when, values)
        if isolated:
            if rng.random() < 0.93:
                self.file.decide(child.protected, at + timedelta(hours=rng.uniform(0.5, 20)))
            end = at + timedelta(days=rng.choice((8, 11, 14, 15, 17)), hours=2)
            ended = {"outcome": "VE_GIA_DINH", "note": note(rng, "closed")}
            self.isolation_end = self.file.step("isolation_ended", end, ended, by=self.file.commune.leader)
        return child.protected.at

    def _assess(self, base: datetime) -> list[str]:
        rng = self.rng
        day = days.after(max(base.date(), self.written.date()), rng.choice((0, 1, 1, 2)))
        needs = self.world.programmes[CODE].needs
        facts = {"level": "BI_XAM_HAI" if self.child.counted or self.harm else "CO_NGUY_CO", "harm": self.harm}
        facts["risk"] = self.risk
        answers = {}
        for need in needs.values():
            asked = need.must_answer is not None and need.must_answer(facts)
            yes = rng.random() < (0.85 if asked else 0.12)
            answers[need.code] = ("yes", "") if yes else ("no", note(rng, "no_need"))
        if all(answer == "no" for answer, _ in answers.values()):
            answers["AN_TOAN"] = ("yes", "")
        values = {key: note(rng, key) for key in ("child_state", "family_state", "opinions")} | {"needs": answers}
        self.child.assessed = self.form("assessed", day, values)
        present = {"present": ["CAN_BO", "DAI_DIEN", "CHU_TRI"], "conclusion": note(rng, "conclusion")}
        self.child.minutes = self.form("met", days.after(day, rng.choice((0, 0, 1))), present)
        return [code for code, (answer, _) in answers.items() if answer == "yes"]

    def _plan(self, base: datetime, late: bool) -> Plan | None:
        """Mẫu 04 and 05: drafted, perhaps returned once, approved or left lying."""
        rng, child = self.rng, self.child
        if rng.random() < 0.012:
            return None
        met = child.minutes.at.date()
        drafted = days.after(met, rng.randint(7, 14) if late else rng.choice((0, 1, 1)))
        plan = self._draft_plan(drafted)
        if rng.random() < 0.06:
            back = at_work(rng, days.after(max(drafted, plan.step.recorded.date()), 1))
            self.written = self.file.decide(plan.step, back, outcome="returned").recorded
            plan = self._draft_plan(days.after(back.date(), 1))
        if rng.random() < 0.012:
            return plan  # the chair has not decided
        day = days.after(plan.step.recorded.date(), rng.choice((0, 1, 1)))
        at = max(at_work(rng, day), plan.step.recorded + timedelta(minutes=10))
        plan.approved = self.file.decide(plan.step, at)
        self.written = plan.approved.recorded
        return plan

    def _draft_plan(self, drafted: date) -> Plan:
        rng, programme = self.rng, self.world.programmes[CODE]
        start = days.after(drafted, rng.choice((2, 3, 4)))
        end = start + timedelta(days=rng.choice((30, 45, 60, 90)))
        services = {need: rng.choice(programme.needs[need].services) for need in self.needs}
        dues = {need: start + timedelta(days=rng.randrange(3, 28)) for need in self.needs}
        items = [
            {"need": need, "service": services[need], "due": dues[need], "who": rng.choice(WHO)} for need in self.needs
        ]
        values = {"goal": note(rng, "goal"), "start": start, "end": end, "items": items}
        plan = Plan(self.form("planned", drafted, values), start, end, dues, services)
        self.child.plans.append(plan)
        return plan

    def _serve(self, plan: Plan) -> None:
        """Services delivered, late, without proof, refused, or not to be had here."""
        rng, child = self.rng, self.child
        fate = rng.choices(("all", "one_missing", "none", "late_first"), (89, 6, 2, 3))[0]
        if fate == "none":
            child.all_served = False
            return
        approval = plan.approved.at.date()
        first = days.after(approval, rng.choice((0, 1, 2)))
        if fate == "late_first":
            first = days.after(approval, rng.randint(13, 20))
        lost = rng.choice(self.needs) if fate == "one_missing" else None
        child.all_served = lost is None
        for need in self.needs:
            day = max(first, plan.dues[need] - timedelta(days=rng.randrange(0, 12)))
            if need == self.needs[0]:
                day = first
            elif rng.random() < 0.03:
                day = plan.dues[need] + timedelta(days=rng.randrange(2, 20))
            if need == lost:
                self._stands_in_the_way(need, day)
            else:
                self._deliver(plan.services[need], day)

    def _deliver(self, service: str, day: date) -> None:
        rng, child = self.rng, self.child
        after = timedelta(days=rng.randrange(4, 25), hours=9) if rng.random() < 0.08 else None
        when = at_work(rng, day) if rng.random() < 0.3 else day
        proof = "none" if rng.random() < 0.006 else rng.choice(("GIAY_XAC_NHAN", "BIEN_NHAN", "GHI_CHEP"))
        provider = rng.choice(("CO_SO_Y_TE", "CO_SO_TRO_GIUP", "UBND_XA", "DOAN_THE", "TRO_GIUP_PHAP_LY"))
        values = {"service": service, "provider": provider, "proof": proof, "note": note(rng, "served")}
        step = self.file.step("served", when, values, after=after)
        step.recorded = max(step.recorded, self.written + timedelta(minutes=1))
        if rng.random() < 0.03 and step.recorded + timedelta(days=9) < self.world.now:
            step = self.file.correct(step, day + timedelta(days=1), values)
        if proof == "none":
            child.all_served = False
        child.served.append(step)

    def _stands_in_the_way(self, need: str, day: date) -> None:
        rng = self.rng
        why = rng.choices(("TRE", "CHA_ME", "unavailable", "silence"), (25, 20, 30, 25))[0]
        at = max(at_work(rng, day), self.written + timedelta(minutes=30))
        if why in ("TRE", "CHA_ME"):
            values = {"need": need, "by": why, "second_officer": why == "TRE" or rng.random() < 0.5}
            refused = self.file.step("refused", at, values | {"reason": note(rng, "refused")})
            if why == "CHA_ME" and rng.random() < 0.7:
                self.file.decide(refused, refused.recorded + timedelta(hours=rng.randrange(1, 20)))
        elif why == "unavailable":
            values = {"need": need, "reason": "KHONG_CO_DICH_VU", "to": "Trung tâm Công tác xã hội tỉnh"}
            values |= {"referral_consent": "LOI_NOI", "consent_by": "Cha mẹ của trẻ", "consent_on": at.date()}
            self.file.step("referred", at.date(), values)

    def _visits(self, plan: Plan) -> None:
        rng = self.rng
        day = plan.approved.at.date()
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            day = days.after(day + timedelta(days=rng.randrange(6, 25)), 0)
            if day >= plan.end:
                break
            values = {"place": rng.choice(("TAI_NHA", "TAI_NHA", "TRUONG")), "seen": rng.choice(("CO", "CO", "KHONG"))}
            late = timedelta(days=rng.randrange(3, 15)) if rng.random() < 0.1 else None
            at = max(at_work(rng, day), self.written + timedelta(minutes=20))
            visit = self.file.step("visited", at, values | {"note": note(rng, "visited")}, after=late)
            if rng.random() < 0.02 and visit.recorded + timedelta(days=9) < self.world.now:
                self.file.correct(visit, at, values | {"note": note(rng, "visited")})

    def _finish(self, plan: Plan) -> None:
        """The review before the plan ends, then closure, a second plan, or nothing."""
        rng, child = self.rng, self.child
        draw = rng.random()
        if draw < 0.03:
            return
        day = plan.end - timedelta(days=rng.randrange(0, 6))
        if draw < 0.055:
            day = plan.end + timedelta(days=rng.randrange(2, 12))
        written = max(step.recorded for step in self.file.steps)
        close = child.all_served and rng.random() < 0.7
        again = not close and rng.random() < 0.25
        result = "DE_NGHI_DONG" if close else "KE_HOACH_MOI" if again else "TIEP_TUC"
        low = rng.choice(("T", "TB")) if close else "TB"
        values = {"a1": low, "a2": low, "a3": "TB", "result": result, "note": note(rng, "reviewed")}
        child.reviews.append(self.form("reviewed", day, values))
        if again and child.all_served:
            second = self._draft_plan(days.after(day, 1))
            at = max(at_work(rng, days.after(day, 2)), second.step.recorded + timedelta(minutes=10))
            second.approved = self.file.decide(second.step, at)
            self.written = second.approved.recorded
        if close:
            self._close(days.after(max(day, written.date(), self.written.date()) + timedelta(days=1), 1), "AN_TOAN")

    def _close(self, day: date, reason: str) -> None:
        rng, child = self.rng, self.child
        self.written = max(step.recorded for step in self.file.steps)
        closed = self.form("closed", max(day, self.written.date()), {"reason": reason, "note": note(rng, "closed")})
        if rng.random() < 0.05:
            return  # waits for the chair
        decided = max(at_work(rng, days.after(closed.recorded.date(), rng.choice((0, 1, 2)))), closed.recorded)
        decision = self.file.decide(closed, decided + timedelta(minutes=5))
        child.closures.append((closed, decision, reason))
        if rng.random() < 0.05:
            at = at_work(rng, days.after(decision.recorded.date() + timedelta(days=rng.randrange(10, 60)), 0))
            asked = self.file.step("reopened", at.date(), {"note": note(rng, "reopened")})
            again = at_work(rng, days.after(at.date(), 1))
            self.file.decide(asked, again)
            again += timedelta(hours=2)
            values = {"place": "TAI_NHA", "seen": "CO", "note": note(rng, "visited")}
            self.file.step("visited", again, values)

    def _close_low(self) -> None:
        rng, child = self.rng, self.child
        day = days.after(self.written.date(), rng.choice((0, 1, 1, 2)))
        if rng.random() < 0.8:
            values = {"service": "TE-TV", "provider": "UBND_XA", "proof": "GHI_CHEP", "note": note(rng, "served")}
            step = self.form("served", day, values)
            child.served.append(step)
        late = rng.random() < 0.1
        self._close(days.after(day, rng.randint(6, 9) if late else rng.choice((0, 1))), "NGUY_CO_THAP")

    def _transfer(self, plan: Plan) -> None:
        rng = self.rng
        to = self.world.commune(rng)
        last = max(step.recorded for step in self.file.steps) + timedelta(days=1)
        at = max(at_work(rng, days.after(plan.approved.at.date() + timedelta(days=20), 0)), last)
        if to is self.file.commune or self.child.closures:
            return
        self.file.transfer(to, at)
