"""Children: incidents, what was done for each child and when, and the generator's own record of it.

The record (`truth.Child`) is filled from the plan of the story, not read back from ledgers.
"""

from datetime import date, datetime, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.childwork import CODE, Work
from casemgr.demo.detected import DetectedPen, Incident, report_incident
from casemgr.demo.pen import CasePen
from casemgr.demo.persons import Invented
from casemgr.demo.story import Story
from casemgr.demo.texts import note
from casemgr.demo.truth import Child
from casemgr.demo.world import Commune, World, at_work, some_time

HARMS = (("BL",), ("XHTD",), ("BO_MAC",), ("BO_ROI",), ("BL", "BO_MAC"), ("BOC_LOT",), ("BL", "XHTD"))
HARM_WEIGHTS = (42, 22, 14, 6, 8, 5, 3)


def draw_received(rng: Random, first: date, last: date) -> tuple[datetime, str]:
    """When the information came in; 2022 busier than 2021, a few known only to the day."""
    span = (last - first).days
    at = some_time(rng, first + timedelta(days=int(span * rng.random() ** 0.8)))
    if rng.random() < 0.03:
        return datetime.combine(at.date(), datetime.min.time()), "day"
    return at, "minute"


def invent(world: World, rng: Random, received=None, commune: Commune | None = None, fate: str = "") -> list[Story]:
    """One incident with its children. `fate` forces what becomes of the first child's detection."""
    programme = world.programmes[CODE]
    commune = commune or world.commune(rng)
    received = received or draw_received(rng, date(2021, 3, 1), world.today - timedelta(days=1))
    reports = rng.choices((1, 2, 3), (86, 11, 3))[0]
    incident = report_incident(world, rng, programme, commune, received, reports=reports)
    harm = list(rng.choices(HARMS, HARM_WEIGHTS)[0])
    emergency = fate == "emergency" or rng.random() < (0.42 if "XHTD" in harm else 0.2)
    stories = []
    for n in range(rng.choices((1, 2, 3), (91, 7, 2))[0]):
        stories.append(_child(world, rng, incident, harm, emergency, fate if n == 0 else ""))
    stories[0].ledgers[:0] = incident.ledgers
    if rng.random() < 0.03 and not fate:
        stories.append(_twice(world, rng, incident, stories[0], harm))
    return stories


def _child(world: World, rng: Random, incident: Incident, harm: list, emergency: bool, fate: str) -> Story:
    received, commune = incident.received, incident.commune
    level = rng.choices(("BI_XAM_HAI", "CO_NGUY_CO"), (90, 10))[0]
    oldest = rng.random() < 0.03
    year = incident.happened[0].year
    first, last = (year - 17, year - 17) if oldest else (year - 14, year - 3)
    person = Invented.draw(rng, commune, first, last, incident.happened[0])
    values = {
        "level": level,
        "harm": harm if level == "BI_XAM_HAI" else [],
        "emergency": emergency,
        "environment": rng.choice(("GIA_DINH", "GIA_DINH", "CONG_DONG", "NHA_TRUONG", "MANG")),
        "relation": rng.choice(("CHA_ME", "NGUOI_THAN", "NGUOI_QUEN", "BAN", "KHONG_RO")),
        "condition": note(rng, "condition"),
    }
    pen = DetectedPen(
        world,
        rng,
        world.programmes[CODE],
        commune,
        received=received,
        person=person,
        values=values,
        incident=incident,
        source=incident.source,
    )
    child = Child(
        received=received[0],
        received_to_the_day=received[1] == "day",
        counted=level == "BI_XAM_HAI" and not oldest,
        emergency=emergency,
    )
    story = Story(CODE, detected=pen, person=person, registered=pen.drafts[0].recorded_at, truth=child)
    if level == "BI_XAM_HAI":
        _after_detection(world, rng, story, harm, fate)
    else:
        _after_detection(world, rng, story, [], fate or "plain")
    return story


def _twice(world: World, rng: Random, incident: Incident, first: Story, harm: list) -> Story:
    """The same child detected once more by another source: marked as a duplicate."""
    at = incident.received[0] + timedelta(days=1, hours=rng.randrange(1, 9))
    if at > world.now - timedelta(days=1):
        at = incident.received[0] + timedelta(minutes=30)
    values = {"level": "BI_XAM_HAI", "harm": harm, "emergency": False}
    pen = DetectedPen(
        world,
        rng,
        world.programmes[CODE],
        incident.commune,
        received=(at, "minute"),
        person=first.person,
        values=values,
        incident=incident,
        source="CONG_AN",
    )
    child = Child(received=at, received_to_the_day=False, counted=_counts(first), emergency=False)
    done = pen.duplicate(first.detected, at + timedelta(hours=3)) if at + timedelta(hours=4) < world.now else None
    if done is not None:
        child.proposed_at = done.occurred_at
        decided = at_work(rng, days.after(done.occurred_at.date(), rng.randint(1, 4)))
        if pen.decide(done, "approved", decided):
            child.duplicate_at = decided
    return Story(CODE, detected=pen, truth=child)


def _counts(story: Story) -> bool:
    return story.truth.counted or story.truth.received.year - story.person.birth.year < 16


def _after_detection(world: World, rng: Random, story: Story, harm: list, fate: str) -> None:
    """Verified or not, refuted, excluded, left lying; or a file."""
    pen, child = story.detected, story.truth
    start = max(child.received, pen.last)
    fate = (
        fate
        or rng.choices(("file", "unverified", "refuted", "proposed", "no_file", "excluded"), (885, 15, 35, 10, 20, 35))[
            0
        ]
    )
    if fate in ("unverified", "emergency"):
        if fate == "emergency" and rng.random() < 0.5:
            pen.take(start + timedelta(minutes=25))
        return
    verified = _look_into(rng, pen, child, start)
    if fate in ("refuted", "proposed"):
        _refute(rng, pen, child, verified, fate == "refuted")
        return
    if pen.verify("substantiated", (verified, "minute")) is None:
        return
    child.verified_at = verified
    if fate == "no_file":
        return
    if fate == "excluded" and rng.random() < 0.5:
        _exclude(rng, pen, child, at_work(rng, days.after(verified.date(), rng.randint(2, 9))))
        return
    _file(world, rng, story, harm, fate == "excluded")


def _look_into(rng: Random, pen: DetectedPen, child: Child, start: datetime) -> datetime:
    """When the information was verified; an emergency within hours, some others late."""
    if child.emergency:
        if rng.random() < 0.8:
            pen.take(start + timedelta(minutes=rng.randrange(5, 90)))
        return start + timedelta(minutes=rng.randrange(40, 160))
    late = rng.random() < 0.06
    day = days.after(start.date(), rng.choice((4, 5, 7)) if late else rng.choice((0, 0, 1, 1, 2)))
    return max(at_work(rng, day), start + timedelta(minutes=30))


def _refute(rng: Random, pen: DetectedPen, child: Child, verified: datetime, decided: bool) -> None:
    """Proposed as not substantiated; the district decides, or has not yet."""
    proposal = pen.verify("unsubstantiated", (verified, "minute"))
    if proposal is None:
        return
    child.proposed_at = verified
    if decided:
        at = at_work(rng, days.after(verified.date(), rng.randint(1, 6)))
        if pen.decide(proposal, "approved", at):
            child.refuted_at = at


def _file(world: World, rng: Random, story: Story, harm: list, excluded: bool) -> None:
    """The case file with everything done in it, perhaps excluded later on."""
    pen, child = story.detected, story.truth
    pause = rng.randrange(5, 60) if child.emergency else rng.randrange(10, 300)
    opened = child.verified_at + timedelta(minutes=pause)
    file = _open(world, rng, story, opened)
    if file is None:
        return
    Work(world, rng, story, file, harm).tell()
    story.file = file if file.play() else None
    if story.file and excluded:
        asked = at_work(rng, days.after(opened.date(), rng.randint(5, 20)))
        decided = _exclude(rng, pen, child, max(asked, pen.last))
        if decided is not None:
            story.tell_excluded(world, decided, "HA_MUC")


def _exclude(rng: Random, pen: DetectedPen, child: Child, at: datetime) -> datetime | None:
    """Asked by the commune, decided by the district; None unless approved by the end of the story."""
    asked = pen.ask_exclusion("HA_MUC" if child.verified_at else "NGOAI_DIA_BAN", at)
    if asked is None:
        return None
    decided = at_work(rng, days.after(at.date(), rng.randint(1, 10)))
    outcome = "approved" if rng.random() < 0.85 else "returned"
    if pen.decide(asked, outcome, decided) is None or outcome == "returned":
        return None
    child.excluded_at = decided
    return decided


def _open(world: World, rng: Random, story: Story, opened: datetime) -> CasePen | None:
    pen, person = story.detected, story.person
    file = CasePen(world, rng, world.programmes[CODE], pen.commune)
    file.open(opened, beneficiary=person.subject, identity=person.identity, detection=pen.told)
    if file.opened_at > world.now:
        return None
    if pen.match(file.subject, file.opening["number"], max(opened, pen.last), person.subject) is None:
        return None
    return file
