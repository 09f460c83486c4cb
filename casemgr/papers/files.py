"""Where a template lies: the instance's own folder first, then the project's."""

from pathlib import Path

from flask import current_app, has_app_context

from casemgr.papers.model import PaperError
from casemgr.refused import N_
from config import ROOT

FOLDER = ROOT / "templates" / "papers"


def folders() -> list[Path]:
    own = [current_app.config["CASEMGR_INSTANCE"] / "papers"] if has_app_context() else []
    return [*own, FOLDER]


def find(name: str) -> Path:
    """The file of a template, with its ending."""
    for folder in folders():
        if (folder / name).is_file():
            return folder / name
    raise PaperError(N_("Không có mẫu văn bản «%(file)s» trong thư mục mẫu."), file=name)


def broken(name: str, why: str) -> PaperError:
    return PaperError(
        N_("Mẫu văn bản «%(file)s» có lỗi: %(why)s. Hãy sửa tệp mẫu rồi tải lại; dữ liệu không bị mất."),
        file=name,
        why=" ".join(why.split())[:300],
    )
