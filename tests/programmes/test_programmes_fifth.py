"""A programme that exists only as text is loaded and folded; no Python knows it."""

from datetime import date, datetime

from casemgr.programmes.spans import MET, MISSED, NOT_DUE
from tests.programmes.build import Story, due_day, load_text
from tests.programmes.small import SMALL


def test_a_fifth_programme_needs_a_file_and_no_python(tmp_path):
    programme = load_text(tmp_path, SMALL)
    story = Story(programme)
    story.add("opened", "2025-06-27", received_at="2025-06-27")
    story.add("assessed", "2025-06-30", needs={"DI_LAI": "yes"})
    assert due_day(story.one("certified")) == date(2025, 8, 1)
    assert story.verdict("certified", "2025-08-01T12:00") == NOT_DUE
    story.add("certified", "2025-08-04", degree="NANG")
    assert story.verdict("certified", "2025-12-31") == MISSED
    assert story.one("certified").detail == "NANG"
    assert due_day(story.one("need")) == date(2025, 9, 30)
    story.add("served", "2025-09-30", service="KT-XL", proof="x", needs=["DI_LAI"])
    assert story.verdict("need", "2025-12-31") == MET


def test_the_law_in_force_on_the_day_of_the_anchor_holds(tmp_path):
    story = Story(load_text(tmp_path, SMALL))
    story.add("opened", "2025-07-01", received_at="2025-07-01")
    assert due_day(story.one("certified")) == date(2025, 7, 22)


def test_its_words_its_guards_and_its_digest(tmp_path):
    programme = load_text(tmp_path, SMALL)
    assert programme.definition.startswith("KT@1:")
    assert (programme.name["vi"], programme.name["en"]) == ("Người khuyết tật", "People with disabilities")
    assert programme.service_needs("KT-XL") == ["DI_LAI"]
    assert programme.needs["DI_LAI"].must_answer({"degree": "NANG"})
    (guard,) = programme.case.kinds["certified"].refusals
    assert guard.when({"age": 0})
    assert not guard.when({"age": 1})
    assert not guard.when({})
    other = load_text(tmp_path, SMALL.replace("thông tư mới", "thông tư sửa đổi"))
    assert other.definition != programme.definition


def test_a_month_ends_where_it_is_shorter(tmp_path):
    story = Story(load_text(tmp_path, SMALL))
    story.add("opened", "2025-11-30", received_at="2025-11-30")
    story.add("assessed", "2025-11-30", needs={"DI_LAI": "yes"})
    assert story.one("need").due == datetime(2026, 2, 28, 23, 59, 59)


def test_a_date_known_to_the_month_starts_no_clock(tmp_path):
    story = Story(load_text(tmp_path, SMALL))
    story.add("opened", "2025-11", received_at="2025-11-01", received_at_precision="month")
    assert story.verdict("certified", "2026-12-31") == "unknown"


def test_a_ledger_whose_opening_was_voided_promises_nothing(tmp_path):
    story = Story(load_text(tmp_path, SMALL))
    story.add("certified", "2025-11-30", degree="NHE")
    assert story.fold() == []
