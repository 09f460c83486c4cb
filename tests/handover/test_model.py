"""Random sequences of what several people do to one file, against a model of who holds it and who works on it."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from casemgr.cases import handover, moves, services
from casemgr.ledger.services import Stale
from casemgr.refused import Refused
from casemgr.units.loading import load
from tests.cases import files
from tests.cases.files import HERE, THERE


class Passing(RuleBasedStateMachine):
    """The model: who holds the file, who is assigned, who asked whom, what plan waits and who wrote it."""

    setting: tuple = ()

    def __init__(self):
        super().__init__()
        session, who = self.setting
        self.session, self.who = session, who
        self.case, _number = files.open_child(session, who)
        files.write(session, self.case, "screened", files.SCREENED, "2022-03-04T17:40", who.worker)
        needs = {code: ("yes", "") for code in files.PLAN}
        files.write(session, self.case, "assessed", {"needs": needs, "opinions": "x"}, "2022-03-07", who.worker)
        values = {"present": ["CAN_BO", "CHU_TRI"], "conclusion": "x"}
        files.write(session, self.case, "met", values, "2022-03-08", who.worker)
        self.now = datetime(2022, 3, 10, 8, 0)
        self.tree = load(session)
        self.people = {HERE: [who.worker, who.other], THERE: [who.away]}
        self.chairs = {HERE: who.chair, THERE: who.leader_there}
        self.holder, self.worker = HERE, str(who.worker.id)
        self.asked = None  # (entry id, to, author)
        self.plan = None  # (entry, author)
        self.planned = 0

    def later(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    @rule(pick=st.integers(0, 1))
    def assign(self, pick):
        who = self.people[self.holder][pick % len(self.people[self.holder])]
        services.assign(
            self.session, self.case, str(who.id), author=str(self.chairs[self.holder].id), unit=self.holder,
            now=self.later(),
        )  # fmt: skip
        self.worker = str(who.id)

    @rule(by_chair=st.booleans(), to=st.sampled_from([HERE, THERE]))
    def ask(self, by_chair, to):
        author = str(self.chairs[self.holder].id if by_chair else self.who.worker.id)
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

    @precondition(lambda self: self.asked)
    @rule(accepted=st.booleans(), with_worker=st.booleans(), by_asker=st.booleans())
    def answer(self, accepted, with_worker, by_asker):
        entry, to, asker = self.asked
        author = asker if by_asker else str(self.chairs[to].id)
        worker = str(self.people[to][0].id) if with_worker else None
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
            self.holder, self.worker = to, worker

    @precondition(lambda self: self.asked)
    @rule()
    def withdraw(self):
        entry, _to, author = self.asked
        services.void(
            self.session, self.case, entry, reason="wrong_data", note="x", author=author, unit=self.holder,
            now=self.later(),
        )  # fmt: skip
        self.asked = None

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
        chair = author if by_author else str(self.chairs[self.holder].id)
        now = self.later()
        try:
            services.decide(
                self.session, self.case, plan.id, on_seq=head - 1 if stale else head, outcome=outcome, number="1/QĐ",
                note="x", signer="CHU_TICH", occurred=(now, "minute"), author=chair, unit=self.holder, now=now,
            )  # fmt: skip
        except Stale:
            assert stale
        except Refused:
            assert by_author
        else:
            assert not by_author
            assert not stale
            self.plan = None

    @invariant()
    def one_unit_holds_it_and_nobody_else_works_on_it(self):
        state = services.state(self.session, self.case)[0]
        assert state.unit == self.holder
        assert state.worker == self.worker
        waiting = handover.pending_transfer(state.entries)
        assert (waiting.asked.id if waiting else None) == (self.asked[0] if self.asked else None)
        for entry in state.entries:
            decision = state.decision_on(entry)
            assert decision is None or decision.author != entry.author

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
    Passing.setting = (session, who)
    case = Passing.TestCase
    case.settings = settings(
        max_examples=20 if backend == "sqlite" else 5,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()
