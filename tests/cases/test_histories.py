"""Random valid histories of a child's case, through the services, on both databases."""

import contextlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casemgr.cases import services
from casemgr.cases.projection import PROJECTION, state_of
from casemgr.cases.verdicts import judge, segments
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import first_break
from casemgr.refused import Refused
from casemgr.units.loading import calendar
from casemgr.vault import keys

UNIT = "30544-20210101"
RECEIVED = datetime(2022, 1, 20, 9, 0)  # the clocks run across Tết
LAST = datetime(2022, 6, 30, 23, 59, 59)

days = st.integers(0, 60)
levels = st.sampled_from(["C", "TB", "T"])
needs = st.sampled_from(["AN_TOAN", "SUC_KHOE", "TAM_LY", "PHAP_LY"])
service = st.sampled_from(["TE-AT", "TE-YT", "TE-TL", "TE-PL"])
ANSWERS = {"AN_TOAN": "TE-AT", "SUC_KHOE": "TE-YT", "TAM_LY": "TE-TL", "PHAP_LY": "TE-PL"}


class Histories(RuleBasedStateMachine):
    """Each step is one thing a person may do; what the rules refuse simply does not happen."""

    def __init__(self, app):
        super().__init__()
        self.context = app.app_context()
        self.context.push()
        self.now = RECEIVED + timedelta(hours=1)

    def teardown(self):
        db.session.rollback()
        db.session.remove()
        self.context.pop()

    @initialize(emergency=st.booleans())
    def open(self, emergency):
        told = {"detected": "0" * 32, "received_at": RECEIVED.isoformat(), "emergency": emergency}
        self.case, _number = services.open_case(
            db.session,
            "TE",
            unit=UNIT,
            beneficiary=None,
            identity={"sex": "nam", "birth_year": 2012},
            occurred=(RECEIVED + timedelta(minutes=30), "minute"),
            author="worker",
            now=self.now,
            detection=told | {"level": "BI_XAM_HAI", "harm": ["BL"], "age": 10},
        )
        db.session.commit()

    def write(self, kind, values, day, minute=None):
        at = RECEIVED + timedelta(days=day, minutes=minute or 0)
        moment = (at, "minute") if minute is not None else (datetime.combine(at.date(), datetime.min.time()), "day")
        self.now = max(self.now, at) + timedelta(minutes=1)
        with contextlib.suppress(Refused):
            services.add_entry(
                db.session, self.case, kind, values, occurred=moment, author="worker", unit=UNIT, now=self.now
            )
        db.session.commit()

    @rule(day=days, minute=st.none() | st.integers(0, 900), emergency=st.booleans(), a1=levels, a2=levels)
    def screened(self, day, minute, emergency, a1, a2):
        scale = {f"b{n}": "TB" for n in range(1, 6)}
        self.write("screened", {"emergency": emergency, "a1": a1, "a2": a2, "a3": "T"} | scale, day, minute)

    @rule(day=days, minute=st.none() | st.integers(0, 900), isolation=st.booleans())
    def protected(self, day, minute, isolation):
        values = {"measure": ["CACH_LY"], "isolation": isolation, "signer": "CHU_TICH"}
        self.write("protected", values, day, minute)

    @rule(day=days, yes=st.sets(needs, min_size=1))
    def assessed(self, day, yes):
        answers = {code: ("yes", "") if code in yes else ("no", "không cần") for code in ANSWERS}
        self.write("assessed", {"needs": answers}, day)

    @rule(day=days)
    def met(self, day):
        self.write("met", {"present": ["CAN_BO"], "conclusion": "x"}, day)

    @rule(day=days, length=st.integers(1, 60))
    def planned(self, day, length):
        start = (RECEIVED + timedelta(days=day)).date()
        items = [{"need": n, "service": s, "due": start + timedelta(days=length)} for n, s in ANSWERS.items()]
        values = {"goal": "x", "start": start, "end": start + timedelta(days=length), "items": items}
        self.write("planned", values, day)

    @rule(service=service, day=days, proof=st.sampled_from(["GIAY_XAC_NHAN", "none"]))
    def served(self, service, day, proof):
        self.write("served", {"service": service, "provider": "KHAC", "proof": proof}, day)

    @rule(need=needs, day=days, by=st.sampled_from(["TRE", "CHA_ME"]))
    def refused(self, need, day, by):
        self.write("refused", {"need": need, "by": by, "second_officer": True, "reason": "x"}, day, 5)

    @rule(day=days, a1=levels)
    def reviewed(self, day, a1):
        self.write("reviewed", {"a1": a1, "a2": "T", "a3": "T", "result": "TIEP_TUC", "note": "x"}, day)

    @rule(day=days)
    def closed(self, day):
        self.write("closed", {"reason": "AN_TOAN", "note": "x"}, day)

    @rule(outcome=st.sampled_from(["approved", "returned"]), author=st.sampled_from(["leader", "worker"]))
    def decided(self, outcome, author):
        state, entries = services.state(db.session, self.case)
        for target in state.waiting[:1]:
            self.now += timedelta(hours=1)
            with contextlib.suppress(Refused):
                services.decide(
                    db.session,
                    self.case,
                    target.id,
                    on_seq=len(entries),
                    outcome=outcome,
                    number="1",
                    note="x",
                    signer="CHU_TICH",
                    occurred=(self.now, "minute"),
                    author=author,
                    unit=UNIT,
                    now=self.now,
                )
                assert author == "leader"
        db.session.commit()

    @rule(choice=st.integers(0, 30))
    def voided(self, choice):
        state, _entries = services.state(db.session, self.case)
        target = state.entries[choice % len(state.entries)]
        self.now += timedelta(minutes=1)
        with contextlib.suppress(Refused):
            services.void(
                db.session,
                self.case,
                target.id,
                reason="wrong_data",
                note="x",
                author="worker",
                unit=UNIT,
                now=self.now,
            )
        db.session.commit()

    @rule(choice=st.integers(0, 30))
    def voided_and_entered_again(self, choice):
        """Leaves no trace in the figures known after the re-entry."""
        state, _entries = services.state(db.session, self.case)
        named = {e.coded.get("on") for e in state.entries}
        target = state.entries[choice % len(state.entries)]
        if target.kind in ("opened", "decided") or target.id.hex in named:
            return
        before = [s[:5] for s in segments(state)]
        self.now += timedelta(minutes=1)
        void = services.void_draft(
            target.id, reason="double", note="x", author="worker", unit=UNIT, now=self.now, definition=target.definition
        )
        again = ledger.Draft(
            target.kind, target.occurred_at, target.precision, target.author, UNIT, self.now, target.coded,
            {"note": "x"}, target.definition,
        )  # fmt: skip
        ledger.append(db.session, self.case, [void, again])
        db.session.commit()
        after, _entries = services.state(db.session, self.case)
        if len({e.occurred_at for e in state.entries}) == len(state.entries):  # without ties the order is kept
            assert [s[:5] for s in segments(after)] == before

    @invariant()
    def the_projection_is_the_full_replay(self):
        if not hasattr(self, "case"):
            return
        entries = ledger.entries(db.session, self.case)
        expected = PROJECTION.rows(db.session, [(self.case, entries)])
        for table, rows in expected.items():
            stored = db.session.execute(sa.select(table).where(table.c.subject == self.case)).mappings()
            assert sorted(map(str, map(dict, stored))) == sorted(
                str({c.name: r.get(c.name) for c in table.c}) for r in rows
            )
        assert first_break(keys().mac, entries) is None

    @invariant()
    def arrival_order_does_not_matter(self):
        if not hasattr(self, "case"):
            return
        entries, days_off = ledger.entries(db.session, self.case), calendar(db.session)
        opened, rest = entries[:1], entries[1:]
        turned = [replace(e, seq=n) for n, e in enumerate([*opened, *reversed(rest)], start=1)]
        one, two = state_of(entries, days_off), state_of(turned, days_off)
        assert one.spans == two.spans
        assert one.facts == two.facts

    @invariant()
    def segments_cover_time_and_say_what_judging_says(self):
        if not hasattr(self, "case"):
            return
        state, _entries = services.state(db.session, self.case)
        found = segments(state)
        assert all(a.end == b.start for a, b in zip(found, found[1:], strict=False))
        for offset in range(0, 160, 7):
            t = datetime.combine(date(2022, 1, 21) + timedelta(days=offset), datetime.max.time()).replace(microsecond=0)
            segment = next(s for s in found if s.start <= t < s.end)
            assert (segment.verdict, segment.steps, segment.band, segment.unit) == judge(state, 0, t)


def test_random_histories(app):
    run_state_machine_as_test(
        lambda: Histories(app),
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
