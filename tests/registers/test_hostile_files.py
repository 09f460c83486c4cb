"""Every trap by its two doors, the page and the command: refused in one sentence, soon, with little memory, and nothing
is kept of it. One application and one process for all of them; each trap is a test of its own."""

import json
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from casemgr import create_app
from casemgr.db import db
from tests.accounts import few_units, make_user, sign_in
from tests.conftest import test_config as config
from tests.pages import PageClient
from tests.registers.conftest import PROVINCE
from tests.registers.test_import import SENT
from tests.registers.traps import TRAPS, trap

KEPT = ("register", "register_row", "register_draft", "file_blob")
MEMORY = 300  # MB, of the command and of the process that reads for it
SECONDS = 40  # the machine may be busy; alone none takes half of it

# Told a file, it gives it to the command, in a process of its own so that each is measured alone; one line says how it
# ended, and after how long.
SCRIPT = """
import json, os, re, resource, sys, time
from pathlib import Path
from casemgr import create_app
from tests.conftest import test_config

app = create_app(test_config(Path(sys.argv[1]), sys.argv[2]) | {"CASEMGR_TODAY": "2022-07-05"})
facts = ["--source", "TONG_DAI_111", "--programme", "TE", "--to", "2022-06-30"]
for file in map(str.strip, sys.stdin):
    one = os.fork()
    if one:
        os.waitpid(one, 0)
        continue
    begin = time.monotonic()
    said = app.test_cli_runner().invoke(args=["register", "import", file, *facts])
    # Not ru_maxrss of this process: that remembers how large whoever started it was.
    own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps([said.exit_code, said.output, time.monotonic() - begin, own, child]), flush=True)
    os._exit(0)
"""


# What is refused on reading has not come to any database: one is enough.
@pytest.fixture(scope="module")
def site(templates, tmp_path_factory):
    """The application, and somebody who may send registers signed in to it."""
    folder = tmp_path_factory.mktemp("traps")
    app = create_app(config(folder, templates("sqlite").fresh(folder)) | {"CASEMGR_TODAY": "2022-07-05"})
    app.test_client_class = PageClient
    with app.app_context():
        few_units(db.session)
        sender = make_user(db.session, "sender", ("coordinator", PROVINCE))
        db.session.commit()
        client = sign_in(app.test_client(), sender)
        db.session.remove()
    yield app, client
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def command(site):
    """Gives a file to the command of the same installation: (exit code, what it said, seconds, MB, MB of the reader)."""
    app, _client = site
    arguments = [str(app.config["CASEMGR_INSTANCE"]), app.config["SQLALCHEMY_DATABASE_URI"]]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def run(file):
            print(file, file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


@pytest.fixture
def nothing(site):
    """Nothing is kept, whatever was sent."""
    yield
    app, _client = site
    with app.app_context():
        kept = {n: db.session.scalar(sa.select(sa.func.count()).select_from(db.metadata.tables[n])) for n in KEPT}
        db.session.remove()
    assert kept == dict.fromkeys(KEPT, 0)


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize("name", TRAPS)
def test_the_page_refuses_a_trap_beside_its_field(site, name):
    kind, _make, words = TRAPS[name]
    body, begin = multipart(SENT, f"a.{kind}", trap(name)), time.monotonic()
    answer = site[1].post("/registers/new", data=body, content_type="multipart/form-data; boundary=x")
    assert time.monotonic() - begin < SECONDS
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert any(each in answer.text for each in words.split("|"))


def multipart(fields: dict, name: str, data: bytes) -> bytes:
    """A form with a file, as one piece: the client would leave open the file from which it sends a large one."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'.format
    typed = "".join(part(field, "") + value + "\r\n" for field, value in fields.items())
    return (typed + part("file", f'; filename="{name}"')).encode() + data + b"\r\n--x--\r\n"


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize("name", TRAPS)
def test_the_command_refuses_a_trap_with_little_memory(command, tmp_path, name):
    kind, _make, words = TRAPS[name]
    file = tmp_path / f"trap.{kind}"
    file.write_bytes(trap(name))
    code, output, seconds, own, child = command(file)
    assert code == 1
    assert any(each in output for each in words.split("|")), output
    assert len(output.strip().splitlines()) == 1
    assert seconds < SECONDS
    assert max(own, child) <= MEMORY
