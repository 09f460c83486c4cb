"""Form fields for text, dates, hours and numbers as they are written here. Rules and sentences are in rules.py."""

from datetime import date, datetime
from decimal import Decimal

from flask_babel import gettext
from flask_wtf.file import FileField
from markupsafe import Markup, escape
from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectMultipleField
from wtforms import RadioField as _RadioField
from wtforms import SelectField as _SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea, TextInput

from casemgr.clock import now
from casemgr.refused import N_, Refused
from casemgr.ui import rules
from casemgr.ui.i18n import say


class _TypedField(Field):
    """A field that keeps what was typed when it cannot be understood."""

    widget = TextInput()
    show = staticmethod(str)

    def _value(self) -> str:
        if self.raw_data:
            return rules.printable(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist) -> None:
        if not valuelist:
            return
        self.data = None
        if valuelist[0].strip():
            try:
                self.data = self.parse(valuelist[0])
            except Refused as refused:
                raise ValueError(say(refused)) from None

    def parse(self, text: str):
        raise NotImplementedError


class TextField(_TypedField):
    """One line of clean text, at most `limit` characters; an empty line is None."""

    lines = False

    def __init__(self, label=None, validators=None, limit: int = 200, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.limit = limit

    def parse(self, text: str) -> str | None:
        return rules.clean_text(text, self.limit, self.lines) or None


class _TextArea(TextArea):
    """Without the carriage return that WTForms puts before the text."""

    def __call__(self, field, **attributes) -> Markup:
        return Markup(str(super().__call__(field, **attributes)).replace("\r\n", "\n", 1))  # noqa: S704 - escaped above


class LongTextField(TextField):
    """Several lines of clean text."""

    widget = _TextArea()
    lines = True

    def __init__(self, label=None, validators=None, limit: int = 4000, **kwargs):
        super().__init__(label, validators, limit, **kwargs)


class VietDateField(_TypedField):
    """A date typed as dd/mm/yyyy. `data` is a date (its first day when only month or year is known), `precision`
    says how much of it is known: one of `precisions`."""

    inputmode = "numeric"

    def __init__(self, label=None, validators=None, precisions: tuple[str, ...] = ("day",), **kwargs):
        super().__init__(label, validators, **kwargs)
        self.precisions = precisions
        self.precision = "day"

    def parse(self, text: str) -> date:
        value, self.precision = rules.parse_date(text, self.precisions)
        return value

    def show(self, value) -> str:
        return rules.show_date(value, self.precision)


class VietTimeField(_TypedField):
    """An hour typed as HH:MM. `data` is a time."""

    inputmode = "numeric"

    def parse(self, text: str):
        return rules.parse_time(text)

    def show(self, value) -> str:
        return f"{value.hour:02d}:{value.minute:02d}"


class VietNumberField(_TypedField):
    """A number typed as 1.234,5. `data` is a Decimal."""

    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        return rules.parse_number(text)

    def show(self, value) -> str:
        digits = max(0, -int(Decimal(str(value)).normalize().as_tuple().exponent))
        return rules.show_number(value, digits)


class _MomentInputs:
    """Two boxes with the same name: the date, and the hour that may stay empty."""

    def __call__(self, field, **attributes) -> Markup:
        day, hour = field.typed()
        shared = {"name": field.name, "inputmode": "numeric", "autocomplete": "off", **attributes}
        boxes = (
            {**shared, "id": field.id, "placeholder": gettext("ngày/tháng/năm"), "value": day},
            {
                **shared,
                "id": field.id + "-hour",
                "placeholder": gettext("giờ:phút"),
                "value": hour,
                "aria-label": gettext("Giờ (nếu biết)"),
                "required": False,
            },
        )
        return Markup('<span class="moment">%s</span>') % Markup("").join(_input(box) for box in boxes)


def _input(attributes: dict) -> Markup:
    pairs = Markup("").join(
        Markup(" ") + name.rstrip("_") + ("" if value is True else Markup('="%s"') % escape(value))
        for name, value in attributes.items()
        if value is not False and value is not None
    )
    return Markup('<input type="text"%s>') % pairs


class VietMomentField(Field):
    """A date and, if known, the hour. `data` is (datetime, precision), precision 'minute', 'day' or, where
    `precisions` allows, 'month' or 'year'; None when nothing was typed."""

    widget = _MomentInputs()

    def __init__(self, label=None, validators=None, precisions: tuple[str, ...] = ("day",), **kwargs):
        super().__init__(label, validators, **kwargs)
        self.precisions = precisions

    def typed(self) -> tuple[str, str]:
        if self.raw_data:
            day, hour, *_ = (*self.raw_data, "", "")
            return rules.printable(day), rules.printable(hour)
        if not self.data:
            return "", ""
        value, precision = self.data
        hour = f"{value.hour:02d}:{value.minute:02d}" if precision == "minute" else ""
        return rules.show_date(value, "day" if precision == "minute" else precision), hour

    def process_formdata(self, valuelist) -> None:
        if not valuelist:
            return
        self.data = None
        day, hour, *_ = (*valuelist, "", "")
        if not day.strip() and not hour.strip():
            return
        try:
            self.data = rules.parse_moment(day, hour, self.precisions)
        except Refused as refused:
            raise ValueError(say(refused)) from None


class SelectField(_SelectField):
    """A choice from a list of (value, label) or a dict; with `blank` the first choice is empty and means None."""

    def __init__(self, label=None, validators=None, choices=None, blank: str | None = None, **kwargs):
        if blank is not None:
            kwargs.setdefault("coerce", _text_or_none)
            choices = [("", blank), *(_options(choices) or [])]
        super().__init__(label, validators, choices=_options(choices), **kwargs)


class CheckboxesField(SelectMultipleField):
    """Several choices of a list of (value, label) or a dict, as boxes to tick. `data` is a list of values."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label=None, validators=None, choices=None, **kwargs):
        super().__init__(label, validators, choices=_options(choices), **kwargs)


class RadiosField(_RadioField):
    """One choice of a list of (value, label) or a dict, as buttons. Nothing chosen is None."""

    def __init__(self, label=None, validators=None, choices=None, **kwargs):
        kwargs.setdefault("coerce", _text_or_none)
        super().__init__(label, validators, choices=_options(choices), **kwargs)

    def pre_validate(self, form) -> None:
        if self.data is not None:  # whether something must be chosen is for Required to say
            super().pre_validate(form)


def _options(choices) -> list[SelectChoice] | None:
    """Choices as the library wants them; those that are such already stay."""
    if choices is None:
        return None
    pairs = choices.items() if isinstance(choices, dict) else choices
    return [each if isinstance(each, SelectChoice) else SelectChoice(*each) for each in pairs]


def _text_or_none(value):
    return None if value in (None, "", "None") else str(value)


class Required:
    """Validator: something must have been entered; blanks are nothing, 0 is something."""

    def __init__(self, message: str = N_("Cần nhập nội dung này.")):
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form, field) -> None:
        if field.data is None or field.data is False or field.data in ("", []):
            if field.errors:  # typed, but not understood: that sentence says more
                raise StopValidation()
            raise StopValidation(gettext(self.message))


class WantedSometimes:
    """Marks a field that other answers may make necessary: the page does not call it optional."""

    field_flags = {"conditional": True}

    def __call__(self, _form, _field) -> None: ...


def not_in_future(_form, field) -> None:
    """Validator: what is recorded as done cannot lie in the future."""
    if field.data is None:
        return
    value = field.data[0] if isinstance(field.data, tuple) else field.data
    moment = now()
    if value > (moment if isinstance(value, datetime) else moment.date()):
        raise ValidationError(gettext("Ngày, giờ này chưa đến."))


__all__ = [
    "BooleanField",
    "CheckboxesField",
    "FileField",
    "HiddenField",
    "LongTextField",
    "PasswordField",
    "RadiosField",
    "Required",
    "SelectField",
    "TextField",
    "VietDateField",
    "VietMomentField",
    "VietNumberField",
    "VietTimeField",
    "WantedSometimes",
    "not_in_future",
]
