"""Figures as they were known and what changed between them, on random histories and through the pages."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from casemgr.audit import asking, replays, unfolding
from casemgr.cases.models import CaseFile, Verdict
from casemgr.coverage.services import AS_WERE, TODAY
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.ledger.build import draft
from tests.pages import parse, text_of

NOW = datetime(2022, 12, 31, 12)
PROVINCE, COMMUNE = "89-20210101", "30547-20210101"
CODES = ("TE-2", "BD-1", "MT-1", "NCC-1")


def indicator_of(code: str):
    return plans()["KH322-2022"].indicators[code]


def question(session, through: date, known_at: datetime, unit=PROVINCE, basis=AS_WERE):
    values = {"unit": unit, "through": through, "known_at": known_at, "basis": basis}
    return asking.ask(session, plans()["KH322-2022"], load(session), NOW, **values)


def random_question(session, random: Random):
    known = datetime(2022, 1, 20) + timedelta(hours=random.randrange(24 * 330))
    through = max(date(2022, 1, 1), known.date() - timedelta(days=random.randrange(120)))
    return question(session, through, known, random.choice((PROVINCE, COMMUNE)), random.choice((AS_WERE, TODAY)))


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_cases_are_the_figure_and_the_difference_adds_up(place, seed):
    histories.write(place, seed, 60)
    random = Random(seed)
    parts_seen = set()
    for code in CODES:
        indicator = indicator_of(code)
        weigh = unfolding.weigher(indicator)
        for _ in range(3):
            first, second = random_question(place, random), random_question(place, random)
            for asked in (first, second):
                figure = replays.work_out(place, asked, indicator, NOW)
                rows = replays.rows(place, asked, indicator, NOW)
                numerator, denominator = (sum(weigh(row)[n] for row in rows) for n in (0, 1))
                assert numerator == figure.numerator
                if indicator.rule in ("all_steps", "two_readings"):
                    assert denominator == figure.denominator
            before, after, parts = replays.compare(place, first, second, indicator, NOW)
            assert sum(p.numerator for p in parts) == after.numerator - before.numerator
            assert sum(p.denominator for p in parts) == (after.denominator or 0) - (before.denominator or 0)
            for part in parts:  # what a part does is done by its own cases
                assert part.cases
            parts_seen |= {p.cause for p in parts}
    assert "reported" not in parts_seen  # nothing was reported, so cases explain everything
    assert len(parts_seen) > 2
    assert "rule" not in parts_seen  # one version, one calendar
    place.rollback()


def test_what_is_kept_is_what_is_worked_out_and_later_entries_change_nothing(place):
    histories.write(place, 8, 30)
    asked = question(place, date(2022, 6, 30), datetime(2022, 7, 5))
    made = replays.work_out(place, asked, indicator_of("TE-2"), NOW)
    assert replays.figure(place, asked, indicator_of("TE-2"), NOW) == made
    subject = ledger.create(place, "noted")
    ledger.append(place, subject, [draft(hour=n, recorded=24 * 360 + n) for n in range(5)])
    assert replays.figure(place, asked, indicator_of("TE-2"), NOW) == made
    recent = question(place, date(2022, 6, 30), NOW)
    replays.work_out(place, recent, indicator_of("TE-2"), NOW)
    ledger.append(place, subject, [draft(hour=9, recorded=24 * 360 + 9)])
    assert replays.figure(place, recent, indicator_of("TE-2"), NOW) is None  # it may still change: worked out again


@pytest.fixture
def auditor(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 9, 40)
    return sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))


ASKED = {"indicator": "KH322-2022/TE-2", "unit": PROVINCE, "basis": AS_WERE, "rule": ""}


def test_a_figure_as_known_is_asked_for_worked_out_and_shown(place, auditor):
    form = ASKED | {"through": "30/06/2022", "known": "05/07/2022", "known_time": ""}
    job = auditor.post("/audit/figures", data=form)
    assert "/jobs/" in job.location
    done = auditor.get(job.location)
    (link,) = [a.get("href") for a in parse(done.text).iter("a") if "/audit/figure?" in (a.get("href") or "")]
    page = auditor.get(link)
    asked = question(place, date(2022, 6, 30), datetime(2022, 7, 5, 23, 59, 59))
    figure = replays.work_out(place, asked, indicator_of("TE-2"), NOW)
    place.rollback()
    assert f"{figure.numerator} / {figure.denominator} trường hợp" in text_of(page)
    assert "theo dữ liệu nhập đến 05/07/2022 23:59" in text_of(page)
    assert auditor.post("/audit/figures", data=form).location.startswith("/audit/figure?")  # kept


def test_what_others_reported_is_asked_for_as_it_was_known_too(place, auditor):
    plan, own = plans()["KH322-2022"], {"unit": PROVINCE}
    values = {"input": "LD7.unemployed", "from": date(2022, 1, 1), "to": date(2022, 6, 30), "source": "SO_LDTBXH",
              "document": "1/BC", "document_date": date(2022, 7, 4), "value": Decimal("3.5")} | own  # fmt: skip
    tree, sent, seen = load(place), datetime(2022, 7, 5), datetime(2022, 7, 10)
    made, _entry = reported.report(place, plan, values, author="a", now=sent, tree=tree, **own)
    reported.confirm(place, plan, made, on_seq=1, author="b", now=seen, **own)
    again = values | {"value": Decimal("4.5"), "note": "Sửa"}
    reported.correct(place, plan, made, again, on_seq=2, author="a", now=datetime(2022, 9, 1), tree=tree, **own)
    reported.confirm(place, plan, made, on_seq=3, author="b", now=datetime(2022, 9, 3), **own)
    place.commit()
    form = ASKED | {"indicator": "KH322-2022/LD-07", "through": "30/06/2022", "known_time": ""}
    for known, value in (("09/07/2022", "–"), ("05/08/2022", "3,5%")):
        job = auditor.post("/audit/figures", data=form | {"known": known})
        done = auditor.get(job.location)
        (link,) = [a.get("href") for a in parse(done.text).iter("a") if "/audit/figure?" in (a.get("href") or "")]
        page = text_of(auditor.get(link))
        assert f"Đã biết đến {known} 23:59 {value}" in page
        assert "4,5%" in page  # as it is known now
        assert "Vì sao khác nhau" not in page
    refused = auditor.post("/audit/figures", data=form | {"known": "05/08/2022", "rule": "TE v2022.1"})
    assert refused.status_code == 422
    assert "do cơ quan khác cung cấp" in refused.text


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("known", {"known": "01/01/2020", "through": "01/01/2020"}),
        ("through", {"known": "05/04/2022"}),
        ("known", {"known": "01/02/2023"}),
        ("through", {"through": "30/06/2023"}),
        ("through", {"through": "31/02/2022"}),
        ("indicator", {"indicator": "KH322-2022/XX-9"}),
        ("indicator", {"indicator": ""}),
        ("rule", {"rule": "MT v2022.1"}),
        ("rule", {"rule": "TE v1999"}),
        ("unit", {"unit": "99999-20210101"}),
    ],
)
def test_a_question_without_sense_is_refused_on_its_field(auditor, field, change):
    form = ASKED | {"through": "30/06/2022", "known": "05/07/2022", "known_time": ""} | change
    page = auditor.post("/audit/figures", data=form)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    if "through" in form:
        assert form["through"] in page.text  # what was typed is kept


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/coverage/KH322-2022/TE-2/why/{number}?known=2000-01-01T00:00", "trước đó chưa biết gì"),
        ("/coverage/KH322-2022/TE-2/why/{number}?known=2022-04-01T00:00&through=2022-05-01", "sau ngày nhập dữ liệu"),
        ("/coverage/KH322-2022/TE-2/why/{number}?known=2030-01-01T00:00", "Thời điểm này chưa đến"),
        ("/coverage/KH322-2022/TE-2/why/{number}?known=2022-04-01T00:00Z", "Hãy quay lại trang trước"),
        ("/audit/figure?{asked}&through=2022-03-31&known=2022-04-05T00:00&rule=TE+v1999", "TE v1999 không áp dụng"),
        ("/audit/figure?{asked}&through=2022-03-31&known=2022-04-05T00:00%2B07:00", "không nêu một số liệu nào"),
        ("/audit/figure?{asked}&through=2022-06-31&known=2022-07-05T00:00", "không nêu một số liệu nào"),
        ("/audit/figure?{asked}&through=2022-03-31&known=2020-04-05T00:00", "trước đó chưa biết gì"),
    ],
)
def test_an_address_without_sense_says_why(place, auditor, address, words):
    number = place.scalar(sa.select(CaseFile.number).where(CaseFile.programme == "TE").limit(1))
    asked = f"plan=KH322-2022&indicator=TE-2&unit={PROVINCE}&start=2022-01-01&basis=as_were"
    page = auditor.get(address.format(number=number, asked=asked))
    assert page.status_code == 400
    assert words in text_of(page)


def test_the_difference_is_shown_with_its_cases(place, auditor):
    form = {k: v for k, v in ASKED.items() if k != "rule"}
    form |= {"through_a": "31/03/2022", "known_a": "05/04/2022", "through_b": "30/11/2022", "known_b": "05/12/2022"}
    job = auditor.post("/audit/compare", data=form)
    done = auditor.get(job.location)
    (link,) = [a.get("href") for a in parse(done.text).iter("a") if "/audit/changes?" in (a.get("href") or "")]
    page = auditor.get(link)
    figures = [
        replays.work_out(place, question(place, *when), indicator_of("TE-2"), NOW)
        for when in (
            (date(2022, 3, 31), datetime(2022, 4, 5, 23, 59, 59)),
            (date(2022, 11, 30), datetime(2022, 12, 5, 23, 59, 59)),
        )
    ]
    place.rollback()
    more = figures[1].denominator - figures[0].denominator
    signs = [f"{n:+d}".replace("-", "−") if n else "0" for n in (figures[1].numerator - figures[0].numerator, more)]
    assert f"Cộng {' '.join(signs)}" in text_of(page)
    whys = [a.get("href") for a in parse(page.text).iter("a") if "/why/" in (a.get("href") or "")]
    assert len(whys) >= more
    assert auditor.get(whys[0]).status_code == 200
    bad = auditor.post("/audit/compare", data=form | {"through_b": "31/12/2022"})
    assert bad.status_code == 422
    assert 'id="through_b-error"' in bad.text
    assert auditor.get("/audit/changes?plan=KH322-2022").status_code == 400


def test_why_a_case_counts_as_it_does(place, auditor):
    """One that is met and one that is not: each promise with its article, its dates and the entries they came from."""
    t = datetime(2022, 12, 31, 12)
    for verdict in ("met", "missed", "not_due", "excluded"):
        query = sa.select(Verdict.number, Verdict.subject).where(
            Verdict.programme == "TE", Verdict.verdict == verdict, Verdict.start <= t, Verdict.end > t,
            Verdict.counted_at >= datetime(2022, 1, 1),
        )  # fmt: skip
        row = place.execute(query.limit(1)).first()
        if row is None:
            continue
        page = auditor.get(f"/coverage/KH322-2022/TE-2/why/{row.number}")
        text = text_of(page)
        assert {"met": "đạt", "missed": "chưa đạt", "not_due": "chưa đến hạn"}.get(verdict, "không tính") in text
        assert "NĐ 56/2017 điều 28.2" in text
        assert "trong 7 ngày làm việc" in text
        entries = ledger.entries(place, row.subject)
        used = {int(a.get("href").rpartition("#e")[2]) for a in parse(page.text).iter("a") if "#e" in a.get("href", "")}
        assert used <= {e.seq for e in entries}
        assert 1 in used
    assert auditor.get("/coverage/KH322-2022/XX/why/HS-222-222").status_code == 404
    assert auditor.get("/coverage/KH322-2022/TE-2/why/HS-222-222").status_code == 404
    assert auditor.get(f"/coverage/KH322-2022/TE-2/why/{row.number}?known=never").status_code in (400, 404)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["--known-at", "2020-01-01"], "nothing was known at 2020-01-01 00:00: the first entry is of"),
        (["--known-at", "2022-06-01", "--through", "2022-06-02"], "2022-06-02 is after 2022-06-01"),
        (["--indicator", "TE-9"], "no indicator TE-9"),
    ],
)
def test_the_command_refuses_a_question_without_sense(app, place, said, expected):
    app.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 9, 10)
    answer = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", *said])
    assert answer.exit_code == 1
    assert expected in answer.output
