"""Every trap by its two doors, the page and the command: refused in one sentence, soon, with little memory, and nothing
is kept of it."""

import json
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from casemgr.db import db
from tests.accounts import sign_in
from tests.registers.test_import import SENT
from tests.registers.traps import TRAPS

KEPT = ("register", "register_row", "register_draft", "file_blob")
MEMORY = 300  # MB, of the command and of the process that reads for it
SECONDS = 40  # the machine may be busy; alone none takes half of it

# Each file of a folder is given to the command; one line for each says how it ended, and after how long.
SCRIPT = """
import json, re, resource, sys, time
from pathlib import Path
from casemgr import create_app
from tests.conftest import test_config

app = create_app(test_config(Path(sys.argv[1]), sys.argv[2]) | {"CASEMGR_TODAY": "2022-07-05"})
facts = ["--source", "TONG_DAI_111", "--programme", "TE", "--to", "2022-06-30"]
for file in sorted(Path(sys.argv[3]).iterdir()):
    begin = time.monotonic()
    said = app.test_cli_runner().invoke(args=["register", "import", str(file), *facts])
    # Not ru_maxrss of this process: that remembers how large whoever started it was.
    own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps([file.stem, said.exit_code, said.output, time.monotonic() - begin, own, child]), flush=True)
"""


# What is refused on reading has not come to any database: one is enough.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def nothing(place):
    """Nothing is kept, whatever was sent."""
    yield
    place.rollback()
    for name in KEPT:
        assert place.scalar(sa.select(sa.func.count()).select_from(db.metadata.tables[name])) == 0, name


@pytest.mark.usefixtures("nothing")
def test_the_page_refuses_every_trap_beside_its_field(client, sender):
    sign_in(client, sender)
    for name, (kind, make, words) in TRAPS.items():
        begin = time.monotonic()
        body = multipart(SENT, f"a.{kind}", make())
        answer = client.post("/registers/new", data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 422, name
        assert 'id="file-error"' in answer.text, name
        assert any(each in answer.text for each in words.split("|")), name
        assert time.monotonic() - begin < SECONDS, name


def multipart(fields: dict, name: str, data: bytes) -> bytes:
    """A form with a file, as one piece: the client would leave open the file from which it sends a large one."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'.format
    typed = "".join(part(field, "") + value + "\r\n" for field, value in fields.items())
    return (typed + part("file", f'; filename="{name}"')).encode() + data + b"\r\n--x--\r\n"


@pytest.mark.usefixtures("nothing")
def test_the_command_refuses_every_trap_with_little_memory(app, place, tmp_path):
    files = tmp_path / "traps"
    files.mkdir()
    for name, (kind, make, _words) in TRAPS.items():
        (files / f"{name}.{kind}").write_bytes(make())
    place.rollback()
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), uri, str(files)], capture_output=True, check=True, text=True
    )
    told = {said[0]: said[1:] for said in map(json.loads, done.stdout.splitlines())}
    assert set(told) == set(TRAPS)
    for name, (code, output, seconds, own, child) in told.items():
        assert code == 1, name
        assert any(each in output for each in TRAPS[name][2].split("|")), (name, output)
        assert len(output.strip().splitlines()) == 1, name
        assert seconds < SECONDS, name
        assert max(own, child) <= MEMORY, name
