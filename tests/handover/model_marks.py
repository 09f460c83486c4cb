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
    """A mark: whom it names whom none before it named, from whom it took the file, and `origin`, the unit as long as that
    is not settled."""

    entry: UUID
    author: str
    named: frozenset
    origin: str | None
    took: tuple | None  # (unit, who worked on it there), if no transfer was accepted since
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

    @property
    def confirmed(self) -> frozenset:
        return frozenset().union(*(mark.named for mark in self.marks if not mark.waits))

    @rule(named=st.sets(st.sampled_from(NAMED), min_size=1), by_leader=st.booleans())
    def mark_a_conflict(self, named, by_leader):
        author = str(self.leader.id) if by_leader or not self.worker else self.worker
        self.write(frozenset(str(getattr(self.who, each).id) for each in named), author)

    @precondition(lambda self: self.named)
    @rule(pick=st.integers(0, 5))
    def end(self, pick):
        """For everybody, or for one of them."""
        named = sorted(self.named)
        self.write(self.named - {named[pick]} if pick < len(named) else frozenset(), str(self.leader.id))

    def write(self, accounts: frozenset, author: str) -> None:
        """Exactly these are to be shut out: whom a confirmed mark names stays so until a second person has agreed."""
        facts = {"note": "x", "tree": self.tree, "author": author, "now": self.later()}
        before, ends = self.named, self.confirmed - accounts
        wrong = accounts == before or (ends and self.ending)
        try:
            written = moves.mark_conflict(self.session, self.case, accounts, **facts)
        except Refused:
            assert wrong
            return
        assert not wrong
        if ends:
            self.ending = (written[-1].id, author, ends)
        accounts |= ends
        if accounts == before:
            return
        self.wish = None
        if not accounts - before:
            self.only(accounts)
            return
        line = LINE.get(self.holder, [PROVINCE])
        line = line if any(mark.took for mark in self.marks) else line[1:] or line
        to = next(unit for unit in line if self.left(unit, accounts))
        moved = to != self.holder
        origin, took = (self.holder, (self.holder, self.worker)) if moved else (None, None)
        self.marks.append(Marked(written[0].id, author, accounts - before, origin, took))
        self.only(accounts)
        if moved:
            self.moved(to, None)

    def only(self, accounts: frozenset) -> None:
        """Marks whose people are all let in again end, the last first. The last gives the file back to those it took
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
                after.origin, after.took = mark.origin or after.origin, mark.took or after.took
            elif mark.took:
                self.moved(*mark.took)

    @precondition(lambda self: any(mark.waits for mark in self.marks))
    @rule(pick=st.integers(0, 5), approved=st.booleans(), by_author=st.booleans())
    def confirm(self, pick, approved, by_author):
        waiting = [each for each in self.marks if each.waits]
        about = waiting[pick % len(waiting)]
        if not self.answered(about.entry, about.author, approved, by_author):
            return
        if approved:
            about.waits = False
            for each in self.marks[: self.marks.index(about) + 1]:
                each.origin = None
        else:
            self.wish = None
            self.only(self.named - about.named)

    @precondition(lambda self: self.ending)
    @rule(approved=st.booleans(), by_author=st.booleans())
    def answer_the_end(self, approved, by_author):
        entry, asker, ends = self.ending
        if not self.answered(entry, asker, approved, by_author):
            return
        self.ending = None
        if approved:
            self.wish = None
            self.only(self.named - ends)

    @precondition(lambda self: any(mark.waits for mark in self.marks) and not self.ending)
    @rule(approved=st.booleans())
    def confirm_and_end(self, approved):
        """By chance alone the end of a confirmed mark would hardly ever be asked for and answered."""
        self.confirm(pick=0, approved=True, by_author=False)
        if self.confirmed:
            self.write(self.named - self.confirmed, str(self.leader.id))
            self.answer_the_end(approved=approved, by_author=False)

    def answered(self, entry: UUID, author: str, approved: bool, by_author: bool) -> bool:
        """Whether an answer was given: by somebody of the lowest unit that has one who is neither named nor wrote it."""
        held = conflicts.Held(self.holder, "TE", self.named | {author})
        (unit,) = conflicts.confirming(self.session, self.tree, [held])
        line = LINE.get(self.holder, [PROVINCE])
        assert unit == next((each for each in line if self.left(each, held.without)), None)
        if not by_author and unit is None:
            return False
        second = author if by_author else str(self.left(unit, held.without)[0].id)
        facts = {"outcome": "approved" if approved else "returned", "note": "x", "tree": self.tree, "author": second}
        try:
            moves.decide_conflict(self.session, self.case, entry, **facts, unit=unit or self.holder, now=self.later())
        except Refused:
            assert by_author
            return False
        assert not by_author
        return True
