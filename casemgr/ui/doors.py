"""Which views anybody may open. Every other view needs a guard (casemgr.access.web)."""


def public(view):
    """Marks a view as open to visitors who have not signed in."""
    view.door = "public"
    return view


def unmarked(app) -> list[str]:
    """Endpoints whose view is neither public nor guarded."""
    return sorted(name for name, view in app.view_functions.items() if not hasattr(view, "door"))


def check(app) -> None:
    """Refuses to start while a view has no door."""
    missing = unmarked(app)
    if missing:
        raise RuntimeError("views without @guard or @public: " + ", ".join(missing))
