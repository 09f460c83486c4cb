"""The shell: headers, static files, error pages, languages, form fields on a real page."""

import gzip
import re
from datetime import date, datetime

import pytest
from flask import Blueprint, abort, render_template_string
from wtforms.validators import Length

from casemgr.refused import Refused
from casemgr.ui.doors import public
from casemgr.ui.fields import (
    BooleanField,
    CheckboxesField,
    LongTextField,
    RadiosField,
    Required,
    SelectField,
    TextField,
    VietDateField,
    VietMomentField,
    VietNumberField,
    not_in_future,
)
from casemgr.ui.forms import Form, show_form
from casemgr.ui.paging import Page
from tests.pages import parse

PAGE = """{% extends "base.html" %}{% import "ui/macros.html" as ui with context %}
{% block title %}T{% endblock %}{% block content %}<h1>T</h1>{{ ui.error_summary(form) }}
<form method="post">{{ ui.csrf() }}{% for f in form if f.name != "csrf_token" %}{{ ui.field(f) }}{% endfor %}
<button type="submit">OK</button></form>{% endblock %}"""

PARTS = """{% extends "base.html" %}{% import "ui/macros.html" as ui with context %}
{% block title %}T{% endblock %}{% block crumbs %}{{ ui.crumbs([("A", "/a")], "B") }}{% endblock %}
{% block content %}<h1>T</h1>
{% for name in ("met", "not_due", "missed", "unknown", "alert", "plain") %}{{ ui.verdict(name) }}{% endfor %}
{{ ui.verdict("missed", "quá 2 ngày làm việc") }}
{{ ui.bar(0.918, 1, 0.05) }}{{ ui.bar(none, 0.5) }}{{ ui.bar(1.7, 0) }}
{{ ui.rows([("Nơi ở", "<b>x</b>")]) }}{{ ui.pager(page) }}
{% call ui.table("Bảng", [("Tên", ""), ("Số", "num")]) %}<tr>
{% call ui.cell("Tên") %}An{% endcall %}
{% call ui.cell("Số", "num") %}{{ 1234.5|number }}{% endcall %}</tr>{% endcall %}
{% endblock %}"""


class Trial(Form):
    name = TextField("Họ tên", [Required()], limit=20, description="Như giấy tờ")
    story = LongTextField("Diễn biến", limit=100)
    born = VietDateField("Ngày sinh", precisions=("day", "month", "year"))
    happened = VietMomentField("Xảy ra lúc", [Required(), not_in_future])
    amount = VietNumberField("Số tiền")
    sex = SelectField("Giới tính", choices=[("nu", "nữ"), ("nam", "nam")], blank="chưa rõ")
    code = TextField("Mã", [Length(max=5)])
    harms = CheckboxesField("Hình thức", choices=[("a", "A"), ("b", "B")])
    risk = RadiosField("Nguy cơ", [Required()], choices={"cao": "Cao", "thap": "Thấp"})
    mood = RadiosField("Tâm trạng", choices={"tot": "Tốt"})
    sure = BooleanField("Đã kiểm tra")


trial = Blueprint("ui_trial", __name__)
GOT = {}


@trial.route("/ui-trial/form", methods=["GET", "POST"])
@public
def form():
    form = Trial()
    if form.validate_on_submit():
        GOT.update(form.data)
        try:
            raise Refused("Tên đăng nhập này đã có.", "name")
        except Refused as refused:
            form.refuse(refused)
    answer, status = show_form_string(form)
    return answer, status


def show_form_string(form):
    return render_template_string(PAGE, form=form), 422 if form.errors else 200


@trial.get("/ui-trial/parts")
@public
def parts():
    return render_template_string(PARTS, page=Page([1] * 10, 2, 10, 25))


@trial.get("/ui-trial/error/<int:status>")
@public
def error(status):
    abort(status)


@trial.get("/ui-trial/fall")
@public
def fall():
    raise RuntimeError


@pytest.fixture
def shell(app, client):
    app.config["CASEMGR_TODAY"] = "2022-05-25"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_blueprint(trial)
    GOT.clear()
    return client


GOOD = {
    "name": " Chau  Sóc Kha ",
    "story": "một\r\nhai",
    "born": "2011",
    "happened": ["4/3/2022", "17:15"],
    "amount": "1.234,5",
    "sex": "",
    "code": "",
    "harms": ["a", "b"],
    "risk": "cao",
}


def test_a_valid_form(shell):
    response = shell.post("/ui-trial/form", data=GOOD)
    assert GOT["name"] == "Chau Sóc Kha"
    assert GOT["story"] == "một\nhai"
    assert GOT["born"] == date(2011, 1, 1)
    assert GOT["happened"] == (datetime(2022, 3, 4, 17, 15), "minute")
    assert str(GOT["amount"]) == "1234.5"
    assert GOT["sex"] is None
    assert GOT["mood"] is None
    assert (GOT["harms"], GOT["risk"], GOT["sure"]) == (["a", "b"], "cao", False)
    assert response.status_code == 422, "the refusal of a service lands on its field"
    assert 'id="name-error"' in response.text


def test_an_invalid_form_keeps_what_was_typed(shell):
    typed = {
        "name": "x" * 21,
        "story": "a\x00b\u202e",
        "born": "31/2/2011",
        "happened": ["4/3/22", "25:00"],
        "amount": "1,2,3",
        "sex": "khac",
        "code": "123456",
        "harms": ["a", "x"],
    }
    response = shell.post("/ui-trial/form", data=typed)
    assert response.status_code == 422
    page = parse(response.text)
    values = {field.get("id"): field.get("value") for field in page.iter("input")}
    assert values["name"] == "x" * 21
    assert values["born"] == "31/2/2011"
    assert (values["happened"], values["happened-hour"]) == ("4/3/22", "25:00")
    assert values["amount"] == "1,2,3"
    assert [area.text.strip() for area in page.iter("textarea")] == ["ab"]
    for sentence in ("21 ký tự, tối đa 20", "Không có ngày 31/2/2011", "Năm phải đủ 4 chữ số", "Hãy chọn một giá trị",
                     "Tối đa 5 ký tự", "ký tự điều khiển"):  # fmt: skip
        assert sentence in response.text, sentence
    name = next(field for field in page.iter("input") if field.get("id") == "name")
    assert name.get("aria-invalid") == "true"
    assert name.get("aria-describedby").split() == ["name-help", "name-error"]
    assert name.get("aria-required") == "true"
    assert {"#name", "#born", "#happened"} <= {link.get("href") for link in page.iter("a")}


def test_missing_and_future(shell):
    response = shell.post("/ui-trial/form", data=GOOD | {"name": " ", "happened": ["26/05/2022", ""]})
    assert "Cần nhập nội dung này" in response.text
    assert "Ngày, giờ này chưa đến" in response.text


def test_standard_sentences_in_english(shell):
    shell.post("/language", data={"language": "en", "next": "/ui-trial/form"})
    response = shell.post("/ui-trial/form", data=GOOD | {"name": "", "born": "1/1/11"})
    assert "This is required." in response.text
    assert "The year needs 4 digits" in response.text
    assert '<html lang="en">' in response.text


def test_one_megabyte_is_refused_clearly(shell):
    response = shell.post("/ui-trial/form", data={"story": "x" * 1_000_000})
    assert response.status_code == 413
    assert "Nội dung gửi lên quá lớn" in response.text
    assert shell.post("/ui-trial/form", data={"story": "x" * 200_000}).status_code == 422


def test_parts_of_pages(shell):
    text = shell.get("/ui-trial/parts").text
    assert "quá 2 ngày làm việc" in text
    assert 'aria-label="91,8%"' in text
    assert "&lt;b&gt;" in text
    assert "11–20 trong 25" in text
    assert "page=3" in text
    assert "1.234,5" in text


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 429, 500, 503])
def test_error_pages(shell, status):
    response = shell.get(f"/ui-trial/error/{status}")
    assert response.status_code == status
    assert 'href="/"' in response.text


def test_a_fall_shows_nothing(shell):
    response = shell.get("/ui-trial/fall?name=An")
    assert response.status_code == 500
    assert "RuntimeError" not in response.text
    assert "An" not in re.sub("<title>.*?</title>", "", response.text).replace("An sinh", "")


def test_errors_do_not_need_the_database(shell, monkeypatch):
    from casemgr.db import db

    monkeypatch.setattr(db.session, "execute", None)
    monkeypatch.setattr(db.session, "scalars", None)
    assert shell.get("/ui-trial/fall").status_code == 500
    assert shell.get("/healthz").text == "ok\n"
    assert shell.get("/readyz").status_code == 503


def test_headers(shell):
    response = shell.get("/sign-in")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in response.headers
    assert "Strict-Transport-Security" in shell.get("/sign-in", base_url="https://localhost").headers


def test_the_first_page_is_light(shell):
    page = shell.get("/sign-in")
    weight = len(gzip.compress(page.data))
    for address in re.findall(r'href="(/static/[^"]+)"', page.text):
        response = shell.get(address, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers.get("Content-Encoding") == "gzip" or len(response.data) < 1000
        weight += len(response.data)
    assert weight <= 60 * 1024, weight


def test_static_files(shell):
    assert shell.get("/static/look.css").headers["Cache-Control"] == "public, max-age=300"
    for path in ("nothing.css", "../config.py", "..%2f..%2fconfig.py", "bootstrap.css", "font/bootstrap-icons.min.css"):
        assert shell.get(f"/static/{path}").status_code == 404


def test_signs_of_life(shell):
    assert shell.get("/healthz").text == "ok\n"
    assert shell.get("/readyz").text == "ready\n"


def test_the_language_stays(shell):
    response = shell.post("/language", data={"language": "en", "next": "/sign-in"})
    assert (response.status_code, response.location) == (303, "/sign-in")
    assert "Sign in" in shell.get("/sign-in").text
    assert shell.post("/language", data={"language": "en", "next": "//evil.example"}).location == "/"
    assert shell.post("/language", data={"language": "xx"}).status_code == 400


def test_the_demo_says_that_it_is_one(app, shell):
    assert "hư cấu" in shell.get("/sign-in").text
    app.config["CASEMGR_TODAY"] = ""
    assert "hư cấu" not in shell.get("/sign-in").text


def test_show_form_answers_422(app):
    with app.test_request_context("/sign-in", method="POST"):
        from casemgr.access.forms import SignInForm

        form = SignInForm()
        form.form_errors.append("x")
        assert show_form("access/sign_in.html", form)[1] == 422
