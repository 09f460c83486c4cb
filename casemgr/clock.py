"""The time of day where the cases happen.

All times in casemgr are naive and mean Vietnamese wall time (UTC+7, no daylight saving).
"""

from datetime import datetime, timedelta, timezone

from flask import current_app

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Wall time in Vietnam. In the demo `CASEMGR_TODAY` (yyyy-mm-dd) moves the date, keeping the time of day."""
    moment = datetime.now(VIETNAM).replace(tzinfo=None)
    pinned = current_app.config["CASEMGR_TODAY"]
    if pinned:
        return datetime.combine(datetime.fromisoformat(pinned).date(), moment.time())
    return moment
