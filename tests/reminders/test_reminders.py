"""What leaves the pages: a calendar of numbers and days, an e-mail of counts; no name in either."""

import socketserver
import threading
from datetime import date
from email import message_from_bytes, policy

import pytest
from flask import g
from icalendar import Calendar

from casemgr.clock import VIETNAM, now
from casemgr.reminders import post, services
from casemgr.reminders.rules import Counts, letter
from tests.accounts import sign_in
from tests.cases import files
from tests.cases.conftest import clock  # noqa: F401 - a fixture


@pytest.fixture
def who(clock, session):  # noqa: F811
    return files.staff(session)


class _Mailbox(socketserver.StreamRequestHandler):
    """As much of a mail server as is needed to hear what it is given. It refuses the addresses in `refused`, ends the
    session instead of taking those in `ended` (once each) and after the letters numbered in `last`, and hangs up
    instead of answering to the letters numbered in `lost`."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        text = None
        for line in self.rfile:
            self.server.heard.append(line)
            if text is not None:
                if line == b".\r\n":
                    self.server.letters.append(b"".join(text))
                    text = None
                    if len(self.server.letters) in self.server.lost:
                        return
                    self.wfile.write(b"250 kept\r\n")
                    if len(self.server.letters) in self.server.last:
                        return
                else:
                    text.append(line)
            elif line.upper().startswith(b"RCPT") and any(each in line for each in self.server.refused):
                self.wfile.write(b"550 nobody here\r\n")
            elif line.upper().startswith(b"RCPT") and (ended := [e for e in self.server.ended if e in line]):
                self.server.ended.discard(*ended)
                self.wfile.write(b"421 enough\r\n")
                return
            elif line.upper().startswith(b"DATA"):
                text = []
                self.wfile.write(b"354 go on\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


@pytest.fixture
def mailbox():
    server = socketserver.TCPServer(("127.0.0.1", 0), _Mailbox)
    server.letters, server.heard = [], []
    server.refused, server.lost, server.ended, server.last = set(), set(), set(), set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def read(app, path):
    """By somebody who has only the address; each time a request of its own."""
    answer = app.test_client().get(path)
    g.pop("actor", None)
    return answer


def test_the_calendar_has_numbers_and_days_and_ends_when_its_owner_says_so(app, client, session, who):
    _case, number = files.drawn_case(session, who)
    client = sign_in(client, who.worker)
    page = client.post("/reminders/calendar", data={}).text
    address = page.split('<strong class="break">')[1].split("<")[0]
    path = address.removeprefix("http://localhost")
    answer = read(app, path)
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert {str(event["summary"]) for event in events} == {number}
    # The therapy was due on 18/03, legal aid is due on 25/03.
    assert {date(2022, 3, 18), date(2022, 3, 25)} <= {event.decoded("dtstart") for event in events}
    assert not [word for word in ("Kha", "TAM_LY", "Trẻ em", "TE-") if word in answer.data.decode()]
    again = Calendar.from_ical(read(app, path).data).walk("VEVENT")
    assert {event["uid"] for event in again} == {event["uid"] for event in events}
    # Two needs of one plan, due on different days, are two entries; several of one day are one.
    assert len({event["uid"] for event in events}) == len({event.decoded("dtstart") for event in events}) == len(events)
    stamp = events[0].decoded("dtstamp")
    assert stamp == now().replace(tzinfo=VIETNAM), "the wall time of Vietnam, said in UTC"
    assert client.post("/reminders/calendar/end", data={}).status_code == 303
    assert read(app, path).status_code == 404


def test_a_calendar_in_which_nothing_is_due_is_one(app, session, who):
    token = services.new_calendar(session, who.worker.id, files.NOW)
    session.commit()
    text = read(app, f"/calendar/{token}.ics").text
    assert "BEGIN:VEVENT" not in text
    assert "BEGIN:VTIMEZONE" in text, "RFC 5545 asks for one component at least"
    assert "X-WR-CALNAME:Việc đến hạn\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


def test_the_calendar_of_a_closed_account_is_gone(app, session, who):
    token = services.new_calendar(session, who.worker.id, files.NOW)
    session.commit()
    assert read(app, f"/calendar/{token}.ics").status_code == 200
    who.worker.active = False
    session.commit()
    assert read(app, f"/calendar/{token}.ics").status_code == 404
    assert read(app, f"/calendar/{token[::-1]}.ics").status_code == 404


def test_a_password_is_not_sent_in_clear(mailbox):
    with pytest.raises(OSError, match="STARTTLS"):
        post._connected(f"smtp://nhac:mat-khau@127.0.0.1:{mailbox.server_address[1]}")
    assert any(line.upper().startswith(b"EHLO") for line in mailbox.heard)
    assert not any(line.upper().startswith(b"AUTH") for line in mailbox.heard)


def test_the_morning_letter_counts_and_names_nobody(app, client, session, who, mailbox):
    _case, number = files.drawn_case(session, who)
    client = sign_in(client, who.worker)
    wrong = client.post("/reminders", data={"email": "canbo@"})
    assert wrong.status_code == 422
    assert "Địa chỉ thư điện tử chưa đúng." in wrong.text
    assert client.post("/reminders", data={"email": "canbo@nuito.example"}).status_code == 303
    run = app.test_cli_runner().invoke
    assert run(args=["reminders", "send"]).exit_code == 2
    app.config["CASEMGR_SMTP_URL"] = f"smtp://127.0.0.1:{mailbox.server_address[1]}"
    app.config["CASEMGR_BASE_URL"] = "https://hoso.example"
    result = run(args=["reminders", "send"])
    assert (result.exit_code, result.output) == (0, "Đã gửi 1 thư.\n")
    said = message_from_bytes(mailbox.letters[0], policy=policy.default)
    text = said.get_content()
    assert mailbox.letters[0].isascii(), "no server on the way can spoil it"
    assert said["To"] == "canbo@nuito.example"
    assert "Việc ngày 22/03/2022" in text
    assert "1 việc quá hạn" in text
    assert "https://hoso.example" in text
    assert not [word for word in ("Kha", number) if word in str(said) + text]
    app.config["CASEMGR_SMTP_URL"] = "smtp://127.0.0.1:1"
    assert run(args=["reminders", "send"]).exit_code == 0, "nothing is left to send"


@pytest.fixture
def post_office(app, session, who, mailbox):
    """Three people who have something to do today and get a letter: flask reminders send, the addresses of what came."""
    files.drawn_case(session, who)
    for user in (who.worker, who.chair, who.district):
        services.set_email(session, user.id, f"{user.username}@thu.example", now())
    session.commit()
    app.config["CASEMGR_SMTP_URL"] = f"smtp://127.0.0.1:{mailbox.server_address[1]}"

    def run(*options):
        return app.test_cli_runner().invoke(args=["reminders", "send", *options])

    def came():
        return [message_from_bytes(each, policy=policy.default) for each in mailbox.letters]

    return run, lambda: [each["To"].split("@")[0] for each in came()], came


def test_a_leader_is_told_how_many_lists_there_are_to_look_at(post_office):
    run, _names, came = post_office
    run()
    texts = {each["To"].split("@")[0]: each.get_content() for each in came()}
    assert "danh sách cần chú ý" in texts["chutich"]
    assert "danh sách cần chú ý" in texts["huyen"]
    assert "danh sách" not in texts["canbo"]
    assert not [word for text in texts.values() for word in ("trẻ", "Trẻ", "cách ly", "nguy cơ") if word in text]


def test_a_run_that_broke_off_is_repeated_and_nobody_gets_two(post_office, mailbox, clock):  # noqa: F811
    run, names, came = post_office
    mailbox.lost = {2}
    broken = run()
    assert (broken.exit_code, names()) == (1, ["canbo", "chutich"])
    clock("2022-03-22T09:15")
    second = run()
    assert (second.exit_code, names()) == (0, ["canbo", "chutich", "huyen"])
    assert "Đã gửi 1 thư." in second.output
    assert "1 thư của hôm nay đã gửi trước đó." in second.output
    assert "1 thư không rõ đã gửi hay chưa" in second.output
    assert "Đã gửi 1 thư." in run("--again").output
    assert names() == ["canbo", "chutich", "huyen", "chutich"]
    once, twice = came()[1]["Message-ID"], came()[3]["Message-ID"]
    assert once == twice, "who got it twice can tell"
    assert len({each["Message-ID"] for each in came()}) == 3
    assert "Đã gửi 0 thư." in run("--again").output
    assert len(names()) == 4


def test_a_letter_begun_a_moment_ago_is_on_its_way_and_not_sent_again(post_office, mailbox, clock):  # noqa: F811
    run, names, _came = post_office
    mailbox.lost = {2}
    run()
    clock("2022-03-22T09:05")
    early = run("--again")
    assert (early.exit_code, names()) == (0, ["canbo", "chutich", "huyen"])
    assert "1 thư đang được một lượt khác gửi." in early.output
    assert "không rõ" not in early.output
    clock("2022-03-22T09:15")
    assert "Đã gửi 1 thư." in run("--again").output
    assert names() == ["canbo", "chutich", "huyen", "chutich"]


def test_of_two_runs_that_send_again_one_does(post_office, mailbox, monkeypatch, clock):  # noqa: F811
    run, names, _came = post_office
    mailbox.lost = {2}
    run()
    clock("2022-03-22T09:15")
    connected, other = post._connected, []

    def meanwhile(url):
        """The other run has seen the same letters, and comes first."""
        if not other:
            other.append(None)
            other[0] = run("--again").output
        return connected(url)

    monkeypatch.setattr(post, "_connected", meanwhile)
    late = run("--again")
    assert "Đã gửi 2 thư." in other[0]
    assert (late.exit_code, "Đã gửi 0 thư." in late.output) == (0, True)
    assert names() == ["canbo", "chutich", "chutich", "huyen"]


def test_a_server_that_ends_the_session_is_called_again_and_nothing_is_unsure(post_office, mailbox):
    run, names, _came = post_office
    mailbox.ended = {b"chutich@"}
    first = run()
    assert (first.exit_code, names()) == (1, ["canbo", "huyen"])
    assert "từ chối 1 thư" in first.output
    second = run()
    assert (second.exit_code, names()) == (0, ["canbo", "huyen", "chutich"])
    assert "không rõ" not in second.output


def test_a_server_that_hangs_up_after_a_letter_is_called_again(post_office, mailbox):
    run, names, _came = post_office
    mailbox.last = {1}
    assert run().exit_code == 0
    assert names() == ["canbo", "chutich", "huyen"]


def test_a_letter_that_may_have_left_stays_unsure_when_it_is_refused_later(post_office, mailbox, clock):  # noqa: F811
    run, names, _came = post_office
    mailbox.lost = {2}
    run()
    mailbox.refused = {b"chutich@"}
    clock("2022-03-22T09:15")
    assert run("--again").exit_code == 1
    clock("2022-03-22T09:30")
    assert "1 thư không rõ" in run().output
    assert names() == ["canbo", "chutich", "huyen"]


def test_a_refused_address_stops_nobody_else_and_is_tried_again(post_office, mailbox):
    run, names, _came = post_office
    mailbox.refused = {b"canbo@"}
    first = run()
    assert (first.exit_code, names()) == (1, ["chutich", "huyen"])
    assert "từ chối 1 thư" in first.output
    mailbox.refused = set()
    assert run().exit_code == 0
    assert names() == ["chutich", "huyen", "canbo"]


def test_no_server_no_letter_is_written_down(app, post_office, mailbox):
    run, names, _came = post_office
    here, app.config["CASEMGR_SMTP_URL"] = app.config["CASEMGR_SMTP_URL"], "smtp://127.0.0.1:1"
    assert run().exit_code == 1
    app.config["CASEMGR_SMTP_URL"] = here
    assert run().exit_code == 0
    assert names() == ["canbo", "chutich", "huyen"]


def test_the_next_day_has_a_letter_of_its_own(post_office, clock):  # noqa: F811
    run, names, _came = post_office
    run()
    clock("2022-03-23T07:00")
    run()
    assert names() == ["canbo", "chutich", "huyen"] * 2


@pytest.mark.parametrize(
    ("counts", "said", "unsaid"),
    [
        (Counts(overdue=3), "- 3 việc quá hạn", "khẩn cấp"),
        (Counts(emergencies=1, decisions=2), "- 1 việc khẩn cấp\n- 2 nội dung chờ quyết định", "quá hạn"),
        (Counts(overdue=1, lists=4), "- 1 việc quá hạn\n- 4 danh sách cần chú ý", "chờ quyết định"),
    ],
)
def test_the_letter(counts, said, unsaid):
    subject, text = letter(counts, date(2022, 2, 1), "https://x")
    assert subject == "Hồ sơ an sinh: việc ngày 01/02/2022"
    assert "đăng nhập: https://x\n" in text
    assert said in text
    assert unsaid not in text
