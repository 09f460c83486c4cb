"""Random but possible histories of cases of all four programmes, as drafts for the ledger."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.programmes import programmes

UNITS = ("30544-20210101", "30547-20210101")
PEOPLES = ("kinh", "khmer", "cham", "hoa", None)


class History:
    """The drafts of one case; each later than the one before, written down at once or days later."""

    def __init__(self, random: Random, code: str):
        self.random, self.programme = random, programmes()[code]
        self.subject = UUID(int=random.getrandbits(128))
        self.drafts: list[Draft] = []
        self.at = datetime(2021, 12, 1) + timedelta(minutes=random.randrange(300 * 1440))
        self.unit = random.choice(UNITS)

    def add(self, kind: str, coded: dict, *, after: float = 48, chance: float = 1.0, voids: Draft | None = None):
        """An entry within `after` hours of the last one; returns its draft, or None when it did not happen."""
        if self.random.random() > chance:
            return None
        self.at += timedelta(minutes=self.random.randrange(1, int(after * 60) + 1))
        late = self.random.choice((0, 0, 1, 30)) * self.random.random()
        draft = Draft(
            kind=kind,
            occurred_at=self.at,
            precision=self.random.choice(("minute", "minute", "day")),
            author="worker",
            unit=self.unit,
            recorded_at=max(self.at + timedelta(days=late), voids.recorded_at if voids else self.at),
            coded=coded,
            definition=self.programme.definition,
            voids=voids.id if voids else None,
            id=UUID(int=self.random.getrandbits(128)),
        )
        self.drafts.append(draft)
        return draft

    def open(self, **more):
        random = self.random
        coded = {
            "number": f"HS-{self.subject.hex[:9].upper()}",
            "unit": self.unit,
            "sex": random.choice(("nam", "nu")),
            "birth_year": random.choice((2008, 2012, 2018, None)),
            "ethnicity": random.choice(PEOPLES),
            "beneficiary": UUID(int=random.randrange(1, 40)).hex,
            "detected": self.subject.hex,
            "received_at": self.at.isoformat(timespec="minutes"),
        } | more
        return self.add("opened", {k: v for k, v in coded.items() if v is not None}, after=20)

    def written(self) -> tuple[UUID, list[Draft]]:
        """In the order in which it was written down, as the ledger gets it."""
        return self.subject, sorted(self.drafts, key=lambda d: d.recorded_at)


def child(random: Random) -> History:
    case = History(random, "TE")
    emergency = random.random() < 0.4
    incident = UUID(int=random.randrange(1, 30)).hex
    case.open(level="BI_XAM_HAI", harm=["XHTD"], age=10, emergency=emergency, incident=incident)
    case.add("screened", {"risk": "CAO", "emergency": emergency, "a1": "C"}, chance=0.9)
    case.add("protected", {"isolation": False}, chance=0.8 if emergency else 0.1, after=20)
    needs = random.sample(("AN_TOAN", "SUC_KHOE", "TAM_LY"), 2)
    case.add("assessed", {"needs": dict.fromkeys(needs, "yes")}, chance=0.9)
    case.add("met", {}, chance=0.8)
    services = {"AN_TOAN": "TE-AT", "SUC_KHOE": "TE-YT", "TAM_LY": "TE-TL"}
    day = (case.at + timedelta(days=10)).date().isoformat()
    items = [{"need": n, "service": services[n], "due": day} for n in needs]
    plan = case.add("planned", {"start": case.at.date().isoformat(), "end": day, "items": items}, chance=0.8)
    if plan:
        case.add("decided", {"on": plan.id.hex, "about": "planned", "outcome": "approved"}, chance=0.8)
    for need in needs:
        proof = random.choice(("GIAY_XAC_NHAN", "GHI_CHEP", "none"))
        served = case.add("served", {"service": services[need], "needs": [need], "proof": proof}, chance=0.7)
        if served and random.random() < 0.15:
            case.add("voided", {"reason": "wrong_data"}, voids=served)
        case.add("refused", {"need": need, "needs": [need], "by": "TRE", "second_officer": True}, chance=0.1)
    case.add("transferred", {"to": random.choice(UNITS), "accepted": True}, chance=0.2)
    told = {"fact": "excluded", "reason": "NGOAI_DIA_BAN", "detected": case.subject.hex}
    case.add("told", told, chance=0.1)
    case.add("reviewed", {"result": "TIEP_TUC"}, chance=0.4, after=900)
    return case


def addict(random: Random) -> History:
    case = History(random, "MT")
    case.open(birth_year=1990)
    case.add("determined", {"determination": random.choice(("NGHIEN", "NGHIEN", "SDTP"))}, chance=0.95)
    case.add("listed", {"on_list": "CO"}, chance=0.9)
    for episode in range(random.choice((0, 1, 1, 2))):
        modality = random.choice(("TN_GIA_DINH", "BAT_BUOC", "THAY_THE"))
        case.add("treatment_started", {"modality": modality, "episode": episode + 1}, after=2000)
        case.add("treatment_ended", {"outcome": "HOAN_THANH"}, chance=0.6, after=2500)
    gone = case.add("delisted", {"on_list": "KHONG", "reason": "CHUYEN_DI"}, chance=0.2)
    if gone:
        case.add("decided", {"on": gone.id.hex, "about": "delisted", "outcome": "approved"}, chance=0.6)
    return case


def at_risk(random: Random) -> History:
    case = History(random, "TE")
    case.open(level="CO_NGUY_CO", age=random.choice((10, 10, 16)), emergency=False)
    case.add("served", {"service": "TE-TV", "needs": [], "proof": random.choice(("GHI_CHEP", "none"))}, chance=0.7)
    case.add("transferred", {"to": random.choice(UNITS), "accepted": True}, chance=0.3)
    mark = case.add("conflicted", {"to": "891-20210101", "barred": ["x"]}, chance=0.3)
    if mark:
        case.add("decided", {"on": mark.id.hex, "about": "conflicted", "outcome": "approved"}, chance=0.5)
    return case


def after_rehabilitation(random: Random) -> History:
    case = History(random, "MT")
    case.open(birth_year=1990)
    case.add("treatment_started", {"modality": "TN_CO_SO", "episode": 1}, after=300)
    case.add("post_rehab", {"post_term": "MOT_NAM"}, after=300)
    case.add("served", {"service": "MT-VL", "needs": [], "proof": "GHI_CHEP"}, chance=0.5, after=900)
    if not case.add("relapsed", {}, chance=0.3, after=900):
        outcome = random.choice(("HOAN_THANH", "TAI_NGHIEN"))
        case.add("post_rehab_ended", {"post_outcome": outcome}, chance=0.4, after=900)
    return case


def worker(random: Random) -> History:
    case = History(random, "BD")
    case.open(birth_year=1995, age_group="TU_18", consent="CO")
    case.add("consented", {}, chance=0.9)
    case.add("assessed", {"needs": {"NGHE": "yes"}, "coercion": 0}, chance=0.9)
    case.add(
        "served", {"service": random.choice(("BD-TV", "BD-VL")), "needs": ["NGHE"], "proof": "GHI_CHEP"}, chance=0.6
    )
    case.add("refused", {"by": "CHINH_NGUOI", "all_support": True}, chance=0.2)
    return case


def family(random: Random) -> History:
    case = History(random, "NCC")
    case.open(birth_year=None, sex=None)
    case.add("entitled", {"category": "TB"}, chance=0.95)
    for year in (2021, 2022):
        level = random.choice(("CAO_HON", "BANG", "BANG", "THAP_HON"))
        rated = case.add("rated", {"level": level, "year": year}, chance=0.7, after=500)
        if rated and random.random() < 0.1:
            case.add("voided", {"reason": "wrong_data"}, voids=rated)
    return case


KINDS = (child, child, addict, worker, family)
PROXIES = (at_risk, after_rehabilitation)  # whom no target counts


def write(session, seed: int, count: int, kinds=None) -> list[History]:
    """Writes `count` random cases and commits; the histories say what was written."""
    random = Random(seed)
    cases = [random.choice(kinds or KINDS)(random) for _ in range(count)]
    ledger.create_many(session, [("case", case.subject) for case in cases])
    ledger.append_many(session, [case.written() for case in cases])
    session.commit()
    return cases
