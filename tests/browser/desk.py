"""Somebody at a desk: uses the pages by the words on them, as a person would, without JavaScript."""

import re

WIDTHS = {"telephone": {"width": 390, "height": 844}, "computer": {"width": 1280, "height": 900}}


def exactly(text: str) -> re.Pattern:
    """A label, with or without the note that it is optional."""
    return re.compile(rf"^\s*{re.escape(text)}\s*(\(nếu có\))?\s*$")


class Desk:
    def __init__(self, browser, address: str, screen: str):
        self.context = browser.new_context(viewport=WIDTHS[screen], java_script_enabled=False, locale="vi-VN")
        self.context.set_default_timeout(5000)
        self.address = address
        self.page = self.context.new_page()
        self.page.on("response", self._note)
        self.status = 0

    def _note(self, response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status

    def sign_in(self, username: str, password: str) -> "Desk":
        self.go("/")
        self.write("Tên đăng nhập", username)
        self.write("Mật khẩu", password)
        self.press("Đăng nhập")
        return self

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def part(self, name: str) -> "Part":
        """A part of the page with this name: a fieldset or group."""
        return Part(self.page.get_by_role("group", name=exactly(name)))

    def follow(self, text: str) -> None:
        self.page.get_by_role("link", name=text).first.click()

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()

    def open(self, text: str) -> None:
        """Unfolds what stands under this line."""
        self.page.locator("summary", has_text=text).first.click()

    def write(self, label: str, text: str) -> None:
        Part(self.page).write(label, text)

    def write_moment(self, label: str, day: str, hour: str) -> None:
        Part(self.page).write_moment(label, day, hour)

    def choose(self, label: str, option: str) -> None:
        Part(self.page).choose(label, option)

    def tick(self, group: str, *options: str) -> None:
        Part(self.page).tick(group, *options)

    def reads(self) -> str:
        """The words on the page, once all of it has arrived: a click returns when the answer begins."""
        self.page.wait_for_load_state()
        return " ".join(self.page.locator("main").inner_text().split())

    def saved(self) -> None:
        assert self.status == 200, f"{self.path}: {self.page.locator('[role=alert]').all_inner_texts()}"


class Part:
    """A page or a part of it."""

    def __init__(self, where):
        self.where = where

    def write(self, label: str, text: str) -> None:
        self.where.get_by_label(exactly(label)).first.fill(text)

    def write_moment(self, label: str, day: str, hour: str) -> None:
        first = self.where.get_by_label(exactly(label)).first
        first.fill(day)
        first.locator("xpath=following-sibling::input").fill(hour)

    def choose(self, label: str, option: str) -> None:
        self.where.get_by_label(exactly(label)).first.select_option(label=option)

    def tick(self, group: str, *options: str) -> None:
        fields = self.where.get_by_role("group", name=exactly(group)).first
        for option in options:
            fields.get_by_label(option, exact=True).check()
