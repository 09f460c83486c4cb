"""Form fields made of rows: the answer to every need of an assessment, and the services of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext
from wtforms import Field
from wtforms.utils import unset_value

from casemgr.cases.entries import NO, YES
from casemgr.refused import N_, Refused
from casemgr.ui import rules
from casemgr.ui.i18n import say

REASON, WHO = 300, 120  # longest texts
MOST_ROWS = 40
BLANK_ROWS = 2


@dataclass(slots=True)
class NeedRow:
    """One need: how it is answered, and why not."""

    code: str
    name: str
    answer: str = ""
    reason: str = ""
    must: bool = False


class NeedsField(Field):
    """A row per need: yes or no, and a reason. `data` is {code: (answer, reason)} of the needs answered."""

    def __init__(self, label=None, validators=None, needs: Sequence[tuple[str, str]] = (), **kwargs):
        super().__init__(label, validators, **kwargs)
        self.rows = [NeedRow(code, name) for code, name in needs]

    def mark(self, must: set[str]) -> None:
        """Which needs must be answered."""
        for row in self.rows:
            row.must = row.code in must

    def process(self, formdata, data=unset_value, extra_filters=None) -> None:
        self.process_errors = []
        self.data = {} if data is unset_value or data is None else dict(data)
        self.object_data = self.data
        for row in self.rows:
            row.answer, row.reason = self.data.get(row.code, ("", ""))
        if formdata is None:
            return
        self.data = {}
        for row in self.rows:
            row.answer = formdata.get(f"{self.name}-{row.code}", "")
            typed = formdata.get(f"{self.name}-{row.code}-reason", "")
            row.reason = rules.printable(typed)
            if row.answer not in (YES, NO):
                row.answer = ""
                continue
            try:
                self.data[row.code] = (row.answer, rules.clean_text(typed, REASON))
            except Refused as refused:
                self.process_errors.append(f"{row.name}: {say(refused)}")


@dataclass(slots=True)
class ItemRow:
    """One line of a plan. `need` is fixed where the row belongs to an open need; `choice` is "NEED:SERVICE"."""

    need: str = ""
    choice: str = ""
    due: str = ""
    who: str = ""
    errors: list[str] = field(default_factory=list)


class ItemsField(Field):
    """A row per service planned. `data` is a list of {need, service, due, who}.

    `services` is {need: (name, [(service, name), ...])}: which services answer which need.
    """

    def __init__(self, label=None, validators=None, services: Mapping | None = None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.services = services or {}
        self.rows: list[ItemRow] = []

    def arrange(self, open_needs: Sequence[str]) -> None:
        """Before anything is typed: a row for each open need without one, and a few rows more."""
        have = {row.need for row in self.rows}
        self.rows += [ItemRow(need) for need in open_needs if need in self.services and need not in have]
        self.rows += [ItemRow() for _ in range(BLANK_ROWS)]

    def need_name(self, need: str) -> str:
        return self.services[need][0] if need in self.services else ""

    def process(self, formdata, data=unset_value, extra_filters=None) -> None:
        self.process_errors = []
        given = [] if data is unset_value or data is None else list(data)
        self.data = self.object_data = given
        if formdata is None:
            self.rows = [
                ItemRow(r["need"], f"{r['need']}:{r['service']}", rules.show_date(r["due"]), r.get("who") or "")
                for r in given
            ]
            return
        self.rows, self.data = [], []
        for number in range(MOST_ROWS):
            if f"{self.name}-{number}-choice" not in formdata:
                break
            self._read(number, formdata)

    def _read(self, number: int, formdata) -> None:
        part = {key: formdata.get(f"{self.name}-{number}-{key}", "") for key in ("need", "choice", "due", "who")}
        row = ItemRow(**{key: rules.printable(value) for key, value in part.items()})
        if row.need not in self.services:
            row.need = ""
        self.rows.append(row)
        if not (row.choice or row.due.strip() or row.who.strip()):
            return
        need, _, service = row.choice.partition(":")
        try:
            if need not in self.services or service not in dict(self.services[need][1]):
                raise Refused(N_("hãy chọn dịch vụ."))
            if not row.due.strip():
                raise Refused(N_("hãy ghi ngày thực hiện."))
            due, _precision = rules.parse_date(part["due"])
            who = rules.clean_text(part["who"], WHO)
        except Refused as refused:
            row.errors.append(say(refused))
            where = self.need_name(row.need) or gettext("Dòng %(n)s", n=number + 1)
            self.process_errors.append(f"{where}: {say(refused)}")
        else:
            self.data.append({"need": need, "service": service, "due": due, "who": who})
