"""The base of every form: Vietnamese messages, and an answer of 422 that keeps what was typed."""

from functools import lru_cache

from flask import render_template
from flask_babel import gettext
from flask_wtf import FlaskForm
from markupsafe import Markup

from casemgr.refused import N_, Refused
from casemgr.ui.i18n import say

CHOOSE = N_("Hãy chọn một giá trị trong danh sách.")
LONGEST = N_("Tối đa %(max)d ký tự.")
SHORTEST = N_("Ít nhất %(min)d ký tự.")
WHOLE = N_("Hãy nhập một số nguyên.")

# The standard sentences of WTForms, by their English key.
MESSAGES = {
    "This field is required.": N_("Cần nhập nội dung này."),
    "Invalid input.": N_("Nội dung không hợp lệ."),
    "Not a valid choice.": CHOOSE,
    "Invalid Choice: could not coerce.": CHOOSE,
    "Choices cannot be None.": CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": CHOOSE,
    "'%(value)s' is not a valid choice for this field.": CHOOSE,
    "'%(value)s' are not valid choices for this field.": CHOOSE,
    "Not a valid integer value.": WHOLE,
    "Not a valid decimal value.": N_("Hãy nhập một số."),
    "Not a valid float value.": N_("Hãy nhập một số."),
    "Field must be at least %(min)d character long.": SHORTEST,
    "Field must be at least %(min)d characters long.": SHORTEST,
    "Field cannot be longer than %(max)d character.": LONGEST,
    "Field cannot be longer than %(max)d characters.": LONGEST,
    "Field must be exactly %(max)d character long.": N_("Phải đúng %(max)d ký tự."),
    "Field must be exactly %(max)d characters long.": N_("Phải đúng %(max)d ký tự."),
    "Field must be between %(min)d and %(max)d characters long.": N_("Phải từ %(min)d đến %(max)d ký tự."),
    "Field must be equal to %(other_name)s.": N_("Hai lần nhập không giống nhau."),
    "Number must be at least %(min)s.": N_("Không được nhỏ hơn %(min)s."),
    "Number must be at most %(max)s.": N_("Không được lớn hơn %(max)s."),
    "Number must be between %(min)s and %(max)s.": N_("Phải từ %(min)s đến %(max)s."),
    "Invalid value, must be one of: %(values)s.": CHOOSE,
    "Invalid value, can't be any of: %(values)s.": N_("Giá trị này không được dùng."),
    "Invalid UUID.": N_("Mã không hợp lệ."),
    "The CSRF token is missing.": N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa."),
    "The CSRF tokens do not match.": N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa."),
    "The CSRF token is invalid.": N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa."),
    "The CSRF token has expired.": N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa."),
    "The CSRF session token is missing.": N_("Biểu mẫu đã mở quá lâu. Hãy gửi lại một lần nữa."),
}


class _Sentences:
    """What WTForms asks for its own messages; they come from our catalogue like every other text."""

    def gettext(self, string: str) -> str:
        return gettext(MESSAGES[string]) if string in MESSAGES else string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class Form(FlaskForm):
    """A form of this system. Views show it with `show_form`; services' refusals land on it with `refuse`."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form):
            return _Sentences()

    def refuse(self, refused: Refused) -> None:
        """Puts a service's refusal beside the field it names, or above the form."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors.append(say(refused))
        else:
            field.errors = [*field.errors, say(refused)]


def options_of(field) -> Markup:
    """The options of a choice in a row of filters. WTForms takes longer over each of two hundred communes."""
    choices = tuple((each.value, str(each.label)) for each in field.choices)
    # What is kept holds nothing that somebody typed.
    return _written(choices, field.data if any(field.data == value for value, _label in choices) else "")


@lru_cache(maxsize=256)
def _written(choices: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    mark = {True: Markup(" selected"), False: ""}
    option = Markup('<option value="{}"{}>{}</option>').format
    return Markup("").join(option(value, mark[value == chosen], label) for value, label in choices)


def show_form(template: str, form: Form, **context):
    """The page with the form: 200 at first, 422 with what was typed when something in it is wrong."""
    status = 422 if form.errors or form.form_errors else 200
    return render_template(template, form=form, **context), status
