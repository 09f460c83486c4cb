"""The one exception for input that a rule does not accept."""


class Refused(Exception):
    """A clear sentence for the person who typed.

    `message` is a Vietnamese source string for the catalogue, `params` fill its %(name)s places, `field` names the
    form field it belongs to (None: the form as a whole).
    """

    def __init__(self, message: str, field: str | None = None, **params):
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


def N_(text: str) -> str:
    """Marks a Vietnamese source string for the catalogue without translating it yet."""
    return text
