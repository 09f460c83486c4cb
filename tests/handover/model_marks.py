"""The part of the model about conflicts of interest: which marks stand, whom they name, where they took the file from."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from casemgr.cases import conflicts, moves
from casemgr.refused import Refused
from tests.cases.files import DISTRICT, HERE, PROVINCE, THERE

LINE = {HERE: [HERE, DISTRICT, PROVINCE], THERE: [THERE, DISTRICT, PROVINCE], DISTRICT: [DISTRICT, PROVINCE]}
NAMED = ("both", "away", "chair", "leader_there", "above_worker", "district")


@dataclass
class Marked:
    """A mark: whom it names whom none before it named, and from where it took the file as long as that is not settled."""

    entry: UUID
    author: str
    named: frozenset
    origin: str | None
    moved: bool  # it took the file from somebody, and no transfer was accepted since
    waits: bool = True


class Marking(RuleBasedStateMachine):
    """What is done about conflicts of interest; the file and the people are those of `Passing`."""

    @property
    def named(self) -> frozenset:
        return frozenset().union(*(mark.named for mark in self.marks))

    @property
    def charged(self) -> str:
        """With what falls due from now on: who held the file before the first mark that nobody has settled."""
        return next((mark.origin for mark in self.marks if mark.origin), self.holder)

    def left(self, unit: str, without=frozenset()) -> list:
        """The leaders of a unit who are not among these."""
        return [user for user in self.leaders[unit] if str(user.id) not in without]

    @property
    def leader(self):
        """Of those who hold the file; that there always is one, is an invariant."""
        return self.left(self.holder, self.named)[0]

    @rule(named=st.sets(st.sampled_from(NAMED), min_size=1), by_leader=st.booleans())
    def mark_a_conflict(self, named, by_leader):
        accounts = frozenset(str(getattr(self.who, each).id) for each in named)
        author = str(self.leader.id) if by_leader or not self.worker else self.worker
        facts = {"note": "x", "tree": self.tree, "author": author, "now": self.later()}
        before = self.named
        try:
            entry = moves.mark_conflict(self.session, self.case, accounts, **facts)
        except Refused:
            assert accounts == before
            return
        assert accounts != before
        self.wish = None
        if not accounts - before:
            self.only(accounts)
            return
        line = LINE.get(self.holder, [PROVINCE])
        line = line if any(mark.moved for mark in self.marks) else line[1:] or line
        to = next(unit for unit in line if self.left(unit, accounts))
        moved = to != self.holder
        self.marks.append(Marked(entry.id, author, accounts - before, self.holder if moved else None, moved))
        self.only(accounts)
        if moved:
            self.moved(to, None)

    @precondition(lambda self: self.named)
    @rule(pick=st.integers(0, 5))
    def end(self, pick):
        """For everybody, or for one of them."""
        named = sorted(self.named)
        left = self.named - {named[pick]} if pick < len(named) else frozenset()
        facts = {"note": "x", "tree": self.tree, "author": str(self.leader.id), "now": self.later()}
        moves.mark_conflict(self.session, self.case, left, **facts)
        self.wish = None
        self.only(left)

    def only(self, accounts: frozenset) -> None:
        """Marks whose people are all let in again end, the last first. The last gives the file back to where it took
        it from; of another the next takes over what it did."""
        for mark in self.marks:
            mark.named &= accounts
        for place in reversed(range(len(self.marks))):
            mark = self.marks[place]
            if mark.named:
                continue
            del self.marks[place]
            if place < len(self.marks):
                after = self.marks[place]
                after.origin, after.moved = mark.origin or after.origin, mark.moved or after.moved
            elif mark.origin:
                self.moved(mark.origin, None)

    @precondition(lambda self: any(mark.waits for mark in self.marks))
    @rule(pick=st.integers(0, 5), approved=st.booleans(), by_author=st.booleans())
    def confirm(self, pick, approved, by_author):
        waiting = [each for each in self.marks if each.waits]
        about = waiting[pick % len(waiting)]
        mark, marker = about.entry, about.author
        held = conflicts.Held(self.holder, "TE", self.named | {marker})
        (unit,) = conflicts.confirming(self.session, self.tree, [held])
        expected = (each for each in LINE.get(self.holder, [PROVINCE]) if self.left(each, held.without))
        second = self.left(unit, held.without)
        if (where := next(expected, None)) is not None:
            assert unit == where, "the lowest unit with somebody who is neither named nor wrote it"
        if not by_author and not second:
            return
        author = marker if by_author else str(second[0].id)
        facts = {"outcome": "approved" if approved else "returned", "note": "x", "tree": self.tree, "unit": unit}
        try:
            moves.decide_conflict(self.session, self.case, mark, **facts, author=author, now=self.later())
        except Refused:
            assert by_author
            return
        assert not by_author
        if approved:
            about.waits = False
            for each in self.marks[: self.marks.index(about) + 1]:
                each.origin = None
        else:
            self.wish = None
            self.only(self.named - about.named)
