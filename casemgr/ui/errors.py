"""Error pages: they say what happened and what to do next, never what was in the request."""

import traceback

from flask import current_app, has_request_context, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadRequest, HTTPException

from casemgr.refused import N_, Refused

# status: (heading, what to do)
TEXTS = {
    400: (N_("Yêu cầu không hợp lệ"), N_("Hãy quay lại trang trước và thử lại.")),
    403: (N_("Không có quyền thực hiện"), N_("Vai trò của bạn không cho phép việc này. Lần truy cập đã được ghi lại.")),
    404: (N_("Không tìm thấy"), N_("Địa chỉ không đúng, hoặc nội dung nằm ngoài phạm vi của bạn.")),
    405: (N_("Yêu cầu không hợp lệ"), N_("Hãy quay lại trang trước và thử lại.")),
    413: (
        N_("Nội dung gửi lên quá lớn"),
        N_("Nội dung chưa được lưu. Hãy quay lại, rút ngắn nội dung hoặc chia tệp nhỏ hơn rồi gửi lại."),
    ),
    422: (N_("Nội dung chưa hợp lệ"), N_("Hãy quay lại và kiểm tra nội dung đã nhập.")),
    429: (N_("Quá nhiều yêu cầu"), N_("Hãy chờ ít phút rồi thử lại.")),
    500: (N_("Hệ thống gặp lỗi"), N_("Nội dung chưa được lưu. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị.")),
    503: (
        N_("Hệ thống tạm thời chưa phục vụ được"),
        N_("Chưa có nội dung nào được lưu hoặc hiển thị. Hãy thử lại sau ít phút."),
    ),
}
# Going back would empty the form, because no page is stored; loading this one again sends the same entry once more.
RESEND = N_(
    "Nội dung vừa gửi chưa được lưu. Hãy giữ trang này, ít phút sau tải lại trang để gửi lại: nội dung đã nhập vẫn còn."
)
STALE_FORM = N_("Biểu mẫu đã mở quá lâu hoặc phiên làm việc đã hết. Nội dung chưa được lưu: hãy quay lại và gửi lại.")


class NoAnswer(BadRequest):
    """What an address or a button asks for is refused, and there is no form to say why on: the page says it."""

    def __init__(self, refused: Refused):
        super().__init__()
        self.advice = gettext(refused.message, **refused.params)


def init_app(app) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _no_database)
    app.log_exception = log_exception


def error_page(status: int, advice: str | None = None):
    """(page, status). Pages of server errors touch neither the database nor the reader's account."""
    heading, usual = TEXTS.get(status, TEXTS[400] if status < 500 else TEXTS[500])
    if status == 503 and request.method == "POST":
        usual = RESEND
    page = render_template(
        "ui/error.html", bare=status >= 500, status=status, heading=gettext(heading), advice=gettext(advice or usual)
    )
    return page, status


def _http_error(error: HTTPException):
    if error.code is None or error.code < 400:
        return error.get_response()
    advice = STALE_FORM if isinstance(error, CSRFError) else getattr(error, "advice", None)
    page, status = error_page(error.code, advice)
    headers = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    return page, status, headers


def _no_database(error: OperationalError):
    """The disk is full, or the database is away: nothing was kept, and it is worth trying again."""
    log_exception((type(error), error, error.__traceback__))
    return error_page(503)


def log_exception(exc_info) -> None:
    """Writes where it happened, not what: messages of database errors carry the values of rows."""
    kind, _error, trace = exc_info
    place = f"{request.method} {request.endpoint}" if has_request_context() else "long work"
    current_app.logger.error("%s at %s\n%s", kind.__name__, place, "".join(traceback.format_tb(trace)))
