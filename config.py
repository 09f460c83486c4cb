"""Settings, read from the environment. The defaults are safe for the demo only."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def settings(environ=os.environ) -> dict:
    """The Flask configuration as a plain dict; see the table of settings in README.md."""
    instance = Path(environ.get("CASEMGR_INSTANCE", ROOT / "instance"))
    return {
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL"), instance),
        "CASEMGR_INSTANCE": instance,
        "CASEMGR_KEY_FILE": Path(environ.get("CASEMGR_KEY_FILE", instance / "casemgr.key")),
        "CASEMGR_TODAY": environ.get("CASEMGR_TODAY", ""),
        # A fixed id of the installation: part of every unique key of the ledger and its projections.
        # The codes of DHIS2 that the province was given; without it those of reports/dhis2.toml, which stand for nothing.
        "CASEMGR_DHIS2": Path(environ.get("CASEMGR_DHIS2") or ROOT / "casemgr" / "reports" / "dhis2.toml"),
        "CASEMGR_PROVINCE": int(environ.get("CASEMGR_PROVINCE", "89")),
        "CASEMGR_SMTP_URL": environ.get("CASEMGR_SMTP_URL", ""),
        "CASEMGR_MAIL_FROM": environ.get("CASEMGR_MAIL_FROM", "casemgr@localhost"),
        # The address under which people open the pages; written into e-mails.
        "CASEMGR_BASE_URL": environ.get("CASEMGR_BASE_URL", ""),
        "SESSION_COOKIE_SECURE": environ.get("CASEMGR_INSECURE_COOKIES", "") != "1",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 8 * 3600,
        # Large enough for every form of a dossier, small enough that a flood of text is refused.
        "MAX_CONTENT_LENGTH": 512 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 2000,
        # The largest attachment or register, in MB; forms that bring a file may be this much larger.
        "CASEMGR_MAX_FILE": int(environ.get("CASEMGR_MAX_FILE", "20")),
        # Who does the long work: "here" (a thread of the web server) or "elsewhere" (`flask jobs work`).
        "CASEMGR_JOBS": environ.get("CASEMGR_JOBS", "here"),
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "WTF_CSRF_TIME_LIMIT": None,
        # Over HTTPS the token would not be enough and a Referer be asked for, which `Referrer-Policy` forbids to send.
        "WTF_CSRF_SSL_STRICT": False,
    }


def database_url(url: str | None, instance: Path) -> str:
    """SQLite in the instance folder unless a URL is given; PostgreSQL URLs get the psycopg 3 driver."""
    if not url:
        return f"sqlite:///{instance / 'casemgr.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
