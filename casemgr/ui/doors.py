"""Which views anybody may open. Every other view needs a guard (casemgr.access.web)."""

from flask import request, session


def public(view):
    """Marks a view as open to visitors who have not signed in."""
    view.door = "public"
    return view


def signed_in(view):
    """Marks a view as open to everyone who has signed in, for packages below the guard."""
    view.door = None
    return view


def takes_files(view):
    """Marks a view whose form brings a file: its request may be as large as a file."""
    view.takes_files = True
    return view


def widen(app) -> None:
    """Lets the requests of such views be larger than a form, before anything reads them."""

    def check_size():
        if not request.endpoint or "_user_id" not in session:
            return  # a visitor sends no file
        if getattr(app.view_functions[request.endpoint], "takes_files", False):
            size = app.config["CASEMGR_MAX_FILE"] * 1024 * 1024
            request.max_content_length = size + app.config["MAX_CONTENT_LENGTH"]

    app.before_request(check_size)


def unmarked(app) -> list[str]:
    """Endpoints whose view is neither public nor guarded."""
    return sorted(name for name, view in app.view_functions.items() if not hasattr(view, "door"))


def check(app) -> None:
    """Refuses to start while a view has no door."""
    missing = unmarked(app)
    if missing:
        raise RuntimeError("views without @guard or @public: " + ", ".join(missing))
