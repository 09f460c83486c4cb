"""Random sequences of what several people do to one file, against a model of who holds it and who works on it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from casemgr.access.web import actor_of
from casemgr.cases import handover, moves, services
from casemgr.cases.marks import barred, standing, with_ending
from casemgr.ledger.services import Stale
from casemgr.refused import Refused
from casemgr.units.loading import load
from casemgr.work import services as work
from tests.accounts import make_user
from tests.cases import files
from tests.cases.files import DISTRICT, HERE, PROVINCE, THERE
from tests.handover.model_marks import Marking


class Passing(Marking):
    """The model: who holds the file, who is assigned, who asked whom, who is named, what plan waits and who wrote it."""

    setting: tuple = ()

    def __init__(self):
        super().__init__()
        session, who = self.setting
        self.session, self.who = session, who
        self.case, self.number = files.open_child(session, who)
        files.write(session, self.case, "screened", files.SCREENED, "2022-03-04T17:40", who.worker)
        needs = {code: ("yes", "") for code in files.PLAN}
        files.write(session, self.case, "assessed", {"needs": needs, "opinions": "x"}, "2022-03-07", who.worker)
        values = {"present": ["CAN_BO", "CHU_TRI"], "conclusion": "x"}
        files.write(session, self.case, "met", values, "2022-03-08", who.worker)
        self.now = datetime(2022, 3, 10, 8, 0)
        self.tree = load(session)
        # `both` works in the commune and leads it too.
        self.workers = {HERE: [who.worker, who.both], THERE: [who.away], DISTRICT: [who.above_worker], PROVINCE: []}
        self.leaders = {
            HERE: [who.chair, who.both], THERE: [who.leader_there], DISTRICT: [who.district], PROVINCE: [who.province],
        }  # fmt: skip
        self.holder, self.assigned = HERE, str(who.worker.id)
        self.asked = None  # (entry id, to, author)
        self.wish = None  # (entry id, colleague, author)
        self.marks = []  # those that stand, the oldest first: see Marked
        self.ending = None  # (entry id, author, whom it would let in): the end of confirmed marks that is asked for
        self.plan = None  # (entry, author)
        self.agreed = None  # (plan, its author, decision) of the plan approved last
        self.planned = 0

    def later(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    @property
    def worker(self):
        return None if self.assigned in self.named else self.assigned

    def moved(self, to: str, worker: str | None) -> None:
        self.holder, self.assigned, self.wish = to, worker, None

    def user(self, id: str):
        return next(user for user in vars(self.who).values() if str(user.id) == id)

    # --- assigned, handed to another unit ---

    @precondition(lambda self: self.workers[self.holder])
    @rule(pick=st.integers(0, 1))
    def assign(self, pick):
        here = self.workers[self.holder]
        worker = str(here[pick % len(here)].id)
        try:
            services.assign(
                self.session, self.case, worker, author=str(self.leader.id), unit=self.holder, now=self.later()
            )
        except Refused:
            assert worker in self.named
        else:
            assert worker not in self.named
            self.assigned, self.wish = worker, None

    @rule(by_leader=st.booleans(), to=st.sampled_from([HERE, THERE]))
    def ask(self, by_leader, to):
        author = str(self.leader.id) if by_leader or not self.worker else self.worker
        wrong = self.asked is not None or to == self.holder
        try:
            entry = moves.ask_transfer(
                self.session, self.case, to=to, reason="moved", note=None, staffed=True, tree=self.tree,
                author=author, now=self.later(),
            )  # fmt: skip
        except Refused:
            assert wrong
        else:
            assert not wrong
            self.asked = (entry.id, to, author)

    @precondition(lambda self: self.asked and self.left(self.asked[1], self.named))
    @rule(accepted=st.booleans(), with_worker=st.booleans(), by_asker=st.booleans())
    def answer(self, accepted, with_worker, by_asker):
        entry, to, asker = self.asked
        author = asker if by_asker else str(self.left(to, self.named)[0].id)
        free = [str(each.id) for each in self.workers[to] if str(each.id) not in self.named]
        worker = free[0] if with_worker and free else None
        try:
            moves.answer_transfer(
                self.session, self.case, entry, accepted=accepted, note="x", worker=worker, author=author, unit=to,
                now=self.later(),
            )  # fmt: skip
        except Refused:
            assert author == asker, "only the asker is refused"
            return
        assert author != asker
        self.asked = None
        if accepted:
            self.moved(to, worker)
            for mark in self.marks:
                mark.origin, mark.took = None, None

    @precondition(lambda self: not self.asked)
    @rule(with_worker=st.booleans())
    def pass_on(self, with_worker):
        """Asked and accepted at once: by chance alone a file would hardly ever move."""
        to = THERE if self.holder == HERE else HERE
        if not self.left(to, self.named):
            return
        self.ask(by_leader=False, to=to)
        self.answer(accepted=True, with_worker=with_worker, by_asker=False)

    @precondition(lambda self: self.asked)
    @rule()
    def withdraw(self):
        entry, _to, author = self.asked
        self.void(entry, author)
        self.asked = None

    # --- given on to a colleague, if a leader agrees ---

    @precondition(lambda self: self.worker)
    @rule(pick=st.integers(0, 1))
    def wish_to_give_on(self, pick):
        here = self.workers[self.holder]
        if not here:
            return
        colleague, author = str(here[pick % len(here)].id), self.worker
        wrong = self.wish is not None or colleague == self.worker or colleague in self.named
        facts = {"note": "x", "author": author, "now": self.later(), "entry_id": uuid4()}
        try:
            entry = moves.ask_assignment(self.session, self.case, colleague, **facts)
        except Refused:
            assert wrong
        else:
            assert not wrong
            self.wish = (entry.id, colleague, author)

    @precondition(lambda self: self.wish)
    @rule(approved=st.booleans(), by_asker=st.booleans(), stale=st.booleans())
    def answer_the_wish(self, approved, by_asker, stale):
        entry, colleague, asker = self.wish
        free = self.left(self.holder, self.named | {asker})
        if not by_asker and not free:
            return
        actor = self.user(asker) if by_asker else free[0]
        token = f"{self.number}.{len(services.state(self.session, self.case)[1]) - stale}.{entry.hex}"
        facts = {"outcome": "approved" if approved else "returned", "number": "1", "note": "x", "now": self.later()}
        found = work.accept_late(self.session, actor_of(actor), self.tree, [token], **facts)
        assert bool(found.done) == (not by_asker and not stale), found
        if found.done:
            self.wish = None
            self.assigned = colleague if approved else self.assigned

    # --- a plan ---

    @initialize(plan=st.sampled_from(["none", "waits", "approved", "approved"]))
    def begin(self, plan):
        """By chance alone hardly any sequence would have services to lose."""
        if plan != "none":
            self.draw_up_a_plan()
        if plan == "approved":
            self.decide(by_author=False, stale=False, outcome="approved")

    @precondition(lambda self: self.plan is None and self.planned < 2)
    @rule()
    def draw_up_a_plan(self):
        self.planned += 1
        self.plan = (files.plan_of(self.session, self.case, self.who.worker), str(self.who.worker.id))

    @precondition(lambda self: self.plan)
    @rule(by_author=st.booleans(), stale=st.booleans(), outcome=st.sampled_from(["approved", "returned"]))
    def decide(self, by_author, stale, outcome):
        plan, author = self.plan
        head = len(services.state(self.session, self.case)[1])
        leader = author if by_author else str(self.leader.id)
        now = self.later()
        try:
            decision = services.decide(
                self.session, self.case, plan.id, on_seq=head - 1 if stale else head, outcome=outcome, number="1/QĐ",
                note="x", signer="CHU_TICH", occurred=(now, "minute"), author=leader, unit=self.holder, now=now,
            )  # fmt: skip
        except Stale:
            assert stale
        except Refused:
            assert by_author
        else:
            assert not by_author
            assert not stale
            self.plan = None
            if outcome == "approved":
                self.agreed = (plan, author, decision)

    @precondition(lambda self: self.plan or self.agreed)
    @rule()
    def strike_the_plan(self):
        """Whoever works on the file strikes a plan that waits, never one that a second person approved."""
        plan, author, *_decision = self.plan or self.agreed
        try:
            self.void(plan.id, author)
        except Refused:
            assert not self.plan
        else:
            assert self.plan
            self.plan = None

    @precondition(lambda self: self.agreed and not self.plan)
    @rule(by_decider=st.booleans())
    def take_back_the_approval(self, by_decider):
        plan, author, decision = self.agreed
        try:
            self.void(decision.id, decision.author if by_decider else author)
        except Refused:
            assert not by_decider
        else:
            assert by_decider
            self.plan, self.agreed = (plan, author), None

    def void(self, entry, author):
        facts = {"reason": "wrong_data", "note": "x", "unit": self.holder, "now": self.later()}
        services.void(self.session, self.case, entry, author=author, **facts)

    @invariant()
    def one_unit_holds_it_and_nobody_else_works_on_it(self):
        state = services.state(self.session, self.case)[0]
        assert state.unit == self.holder
        assert state.worker == self.worker
        assert self.left(self.holder, self.named), "somebody is left who decides on it"
        assert barred(state.entries) == self.named
        found = [(mark.entry.id, mark.named, mark.waits) for mark in standing(state.entries)]
        assert found == [(mark.entry, mark.named, mark.waits) for mark in self.marks]
        asked = [(mark.entry.id, mark.entry.author, mark.named) for mark in with_ending(state.entries) if mark.ends]
        assert asked == ([self.ending] if self.ending else [])
        waiting = handover.pending_transfer(state.entries)
        assert (waiting.asked.id if waiting else None) == (self.asked[0] if self.asked else None)
        wish = handover.asked_assignment(state.entries)
        assert (wish.id if wish else None) == (self.wish[0] if self.wish else None)
        for entry in state.entries:
            decision = state.decision_on(entry)
            assert decision is None or decision.author != entry.author

    @invariant()
    def the_figures_charge_whom_the_file_was_given_to(self):
        state = services.state(self.session, self.case)[0]
        assert state.charged[-1][1] == self.charged
        if not any(mark.waits for mark in self.marks):
            assert state.charged[-1][1] == state.unit, "nothing waits, so who holds it is charged"

    @invariant()
    def no_scheduled_service_is_lost(self):
        state = services.state(self.session, self.case)[0]
        assert {need.code for need in state.needs} == set(files.PLAN)
        approved = any(
            (d := state.decision_on(e)) and d.coded["outcome"] == "approved"
            for e in state.entries
            if e.kind == "planned"
        )
        assert all((need.planned is not None) == approved for need in state.needs)


def test_no_sequence_leaves_a_file_without_a_holder_or_a_plan_approved_by_its_author(session, who, backend):
    both = make_user(session, "kiemnhiem", ("worker", HERE), ("supervisor", HERE))
    province = make_user(session, "tinh", ("supervisor", PROVINCE))
    Passing.setting = (session, SimpleNamespace(**vars(who), both=both, province=province))
    case = Passing.TestCase
    case.settings = settings(
        max_examples=25 if backend == "sqlite" else 6,
        stateful_step_count=18,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()
