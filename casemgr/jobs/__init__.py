"""Long work: it survives closing the page and killing the process, shows its progress, and is seen by its asker only.

    @job("register.import", title=N_("Nhập danh sách"), leads_to=lambda params: ("registers.show", {...}))
    def run(work: Work) -> None:
        begin_write()
        ...                                   # one batch
        work.progress(done, total)            # commits the batch together with the count

    job_id = start(db.session, "register.import", {"register": id.hex}, author=..., unit=..., now=now())
    redirect(url_for("jobs.show", job=job_id))

`params` are ids and codes only. The work is done in batches and looks for itself how far it had come: after a kill it
is started again from the beginning of the function. What it says to its asker it raises as Refused; a result file it
keeps with `work.keep(name, data)`. It is the table `job` that is true. The queue (huey, `jobs.db` in the instance
folder) only wakes a worker at once; every worker also looks into the table each minute for work that waits or whose
worker died. So the same holds on SQLite and on PostgreSQL, for one machine or several, and nothing is lost with the
queue. Usually a thread of the web server works (CASEMGR_JOBS=here); a larger installation says `elsewhere` and runs
`flask jobs work`. Under TESTING the work is done when the request that asked for it has been answered.
"""

from casemgr.jobs.services import Work, find, job, start, work_on

__all__ = ["Work", "find", "init_app", "job", "start", "work_here", "work_on"]


def init_app(app) -> None:
    from casemgr.jobs.cli import commands
    from casemgr.jobs.queue import Queue
    from casemgr.jobs.views import bp

    app.extensions["casemgr.jobs"] = Queue(app)
    app.register_blueprint(bp)
    app.cli.add_command(commands)


def work_here(app) -> None:
    """Starts the thread that works in this process, where the installation says so."""
    if app.config["CASEMGR_JOBS"] == "here" and not app.config.get("TESTING"):
        app.extensions["casemgr.jobs"].work_here()
