"""One form class for each kind of entry, built from the programme's fields."""

from datetime import datetime, time
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, ValidationError
from wtforms.fields.choices import SelectChoice

from casemgr.cases.fields import ItemsField, NeedsField
from casemgr.cases.reading import NO, YES
from casemgr.cases.rules import CaseState
from casemgr.ledger.ids import new_id
from casemgr.programmes.model import Field, Kind, Programme
from casemgr.refused import N_, Refused
from casemgr.ui.fields import (
    CheckboxesField,
    LongTextField,
    RadiosField,
    Required,
    SelectField,
    TextField,
    VietDateField,
    VietMomentField,
    VietNumberField,
    WantedSometimes,
)
from casemgr.ui.forms import Form
from casemgr.ui.i18n import language

# Up to so many choices stand open on the page; more are folded into a list.
MOST_RADIOS = 4
LONGEST = {"text": 200, "note": 4000}
PRECISIONS = ("day", "month", "year")


class OnceForm(Form):
    """A form whose entry has an id from the time the page is made, so that sending it twice stores it once."""

    entry_id = HiddenField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.entry_id.data:
            self.entry_id.data = str(new_id())

    def validate_entry_id(self, field) -> None:
        if not self.has_id():
            field.data = str(new_id())
            raise ValidationError(gettext(N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa.")))

    def has_id(self) -> bool:
        try:
            return bool(self.id)
        except ValueError:
            return False

    @property
    def id(self) -> UUID:
        return UUID(self.entry_id.data)


class EntryForm(OnceForm):
    """What every entry has; `build` adds the fields of its kind."""

    kind: Kind
    programme: Programme

    @property
    def occurred_at(self) -> tuple[datetime, str]:
        """When it happened and how exactly that is known."""
        field = self["occurred"]
        if isinstance(field, VietMomentField):
            return field.data
        return datetime.combine(field.data, time()), field.precision

    def values(self) -> dict:
        """The clean values by field name, as `entries.draft_entry` takes them."""
        return {field.name: _clean(field, self[field.name].data) for field in self.kind.fields}

    def prepare(self, state: CaseState) -> None:
        """What the page needs to know of the case: needs that must be answered, needs a plan must answer."""
        for field in self:
            if isinstance(field, NeedsField):
                needs = self.programme.needs.values()
                field.mark({n.code for n in needs if n.must_answer is not None and n.must_answer(state.facts)})
            elif isinstance(field, ItemsField) and not self.is_submitted():
                still = {n.code for n in state.needs if n.served is None and n.ended is None}
                field.arrange([code for code in self.programme.needs if code in still])


def _clean(field: Field, value):
    if field.type == "yesno":
        return {"yes": True, "no": False}.get(value)
    if field.type in ("number", "money", "year") and value is not None and value == value.to_integral_value():
        return int(value)
    return value


def typed(kind: Kind, values: dict) -> dict:
    """Values as the form shows them: the inverse of `EntryForm.values`, to fill a form with."""
    yesno = {field.name for field in kind.fields if field.type == "yesno"}
    return {name: ("yes" if value else "no") if name in yesno else value for name, value in values.items()}


_FORMS: dict[tuple, type[EntryForm]] = {}


def entry_form(programme: Programme, kind: Kind) -> type[EntryForm]:
    """The form class of a kind in the reader's language; built once."""
    key = (programme.definition, kind.code, language())
    if key not in _FORMS:
        _FORMS[key] = build(programme, kind, key[2])
    return _FORMS[key]


def build(programme: Programme, kind: Kind, lang: str, occurred: bool = True) -> type[EntryForm]:
    """A form class with a field for each of the kind's fields, and when it happened."""
    body: dict = {"kind": kind, "programme": programme}
    if occurred:
        body["occurred"] = _occurred(kind)
    for field in kind.fields:
        if hasattr(EntryForm, field.name) or field.name in body:
            raise ValueError(f"{programme.code}, {kind.code}: a field cannot be called {field.name!r}")
        body[field.name] = _field(programme, field, lang)
    return type(f"{kind.code.title()}Form", (EntryForm,), body)


def _occurred(kind: Kind):
    label = lazy_gettext("Ngày thực hiện")
    if kind.precision == "minute":
        return VietMomentField(
            lazy_gettext("Ngày, giờ thực hiện"),
            [Required()],
            description=lazy_gettext(
                "Việc này tính theo giờ. Không nhớ giờ thì để trống: hệ thống ghi «thiếu thông tin»."
            ),
        )
    return VietDateField(label, [Required()], precisions=PRECISIONS)


def _field(programme: Programme, field: Field, lang: str):
    label = field.label[lang]
    for said in ("(nếu có)", "(if any)"):  # the page says this of every optional field
        label = label.removesuffix(said).strip()
    rules = [Required()] if field.required else [WantedSometimes()] if field.required_when else []
    extra = {"description": field.help[lang]} if field.help else {}
    if field.type in ("text", "note"):
        made = TextField if field.type == "text" else LongTextField
        return made(label, rules, limit=LONGEST[field.type], **extra)
    if field.type == "date":
        return VietDateField(label, rules, **extra)
    if field.type == "moment":
        return VietMomentField(label, rules, **extra)
    if field.type in ("number", "money", "year"):
        return VietNumberField(label, [*rules, whole] if field.type != "number" else rules, **extra)
    if field.type == "needs":
        needs = [(need.code, need.name[lang]) for need in programme.needs.values()]
        return NeedsField(label, needs=needs, render_kw=_required(field), **extra)
    if field.type == "items":
        return ItemsField(label, services=_services(programme, lang), render_kw=_required(field), **extra)
    return _choice(programme, field, lang, label, rules, extra)


def _required(field: Field) -> dict:
    return {"data-required": "1"} if field.required else {}


def _services(programme: Programme, lang: str) -> dict:
    return {
        need.code: (need.name[lang], [(code, programme.services[code].name[lang]) for code in need.services])
        for need in programme.needs.values()
    }


def _choice(programme: Programme, field: Field, lang: str, label: str, rules: list, extra: dict):
    if field.type == "yesno":
        choices = [("yes", YES if lang == "vi" else "Yes"), ("no", NO if lang == "vi" else "No")]
    else:
        tables = {"service": programme.services, "need": programme.needs}
        table = tables.get(field.type) or programme.codes[field.codes]
        choices = [(code, each.name[lang]) for code, each in table.items()]
    if field.type == "choices":
        return CheckboxesField(label, rules, choices=choices, **extra)
    if field.required and len(choices) <= MOST_RADIOS:
        return RadiosField(label, rules, choices=choices, **extra)
    blank = lazy_gettext("Chọn…") if field.required else lazy_gettext("Không ghi")
    return SelectField(label, rules, choices=choices, blank=blank, **extra)


def options(pairs) -> list[SelectChoice]:
    """The choices of a field that is already made, from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def whole(_form, field) -> None:
    """Validator: an amount or a year has no decimals."""
    if field.data is not None and field.data != field.data.to_integral_value():
        raise ValidationError(gettext(N_("Hãy nhập một số nguyên.")))


def check_names(programmes: dict) -> None:
    """Every form of every programme can be built; called at start, so that a bad file is found then."""
    for programme in programmes.values():
        for kind in programme.case.kinds.values():
            build(programme, kind, "vi")


def refusal_text(refused: Refused) -> str:
    """The sentence of a refusal in the reader's language, the programme's own words included."""
    from casemgr.cases.entries import ProgrammeRefusal
    from casemgr.ui.i18n import say

    return refused.text[language()] if isinstance(refused, ProgrammeRefusal) else say(refused)


def refuse(form: Form, refused: Refused) -> None:
    """Puts a refusal beside its field, or above the form."""
    field = form[refused.field] if refused.field and refused.field in form else None
    if field is None:
        form.form_errors.append(refusal_text(refused))
    else:
        field.errors = [*field.errors, refusal_text(refused)]
