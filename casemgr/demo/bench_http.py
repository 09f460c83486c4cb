"""A small HTTP client for the benchmark: one connection kept alive, cookies, forms, and eight of them at once."""

import gzip
import http.client
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from casemgr.demo.staff import PASSWORD

CLIENTS = 8


class Client:
    """A visitor with one connection."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict | None = None) -> tuple[int, str, bytes]:
        """(status, location, body as sent)."""
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form, doseq=True), "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.connection.port}{path}"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        self.zipped = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, answer.headers.get("Location", ""), raw

    def page(self, path: str) -> str:
        _status, _location, raw = self.ask("GET", path)
        return (gzip.decompress(raw) if self.zipped else raw).decode()

    def sign_in(self, account: str) -> None:
        form = Form.of(self.page("/sign-in"))
        status, _location, _raw = self.ask(
            "POST", "/sign-in", form.values | {"username": account, "password": PASSWORD}
        )
        if status != 303:
            raise RuntimeError(f"sign-in answered {status}")


class Form(HTMLParser):
    """The fields of the last form of a page, with a plausible answer for those left empty."""

    def __init__(self):
        super().__init__()
        self.values: dict[str, str] = {}
        self.links: set[str] = set()
        self._select: str | None = None

    @classmethod
    def of(cls, page: str) -> "Form":
        found = cls()
        found.feed(page)
        return found

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, value = given.get("name"), given.get("value") or ""
        address = given.get("href") if tag == "link" else given.get("src") if tag in ("script", "img") else None
        if address and address.startswith("/static"):
            self.links.add(address)
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and value:
            self.values.setdefault(self._select, value)
        elif tag == "textarea" and name:
            self.values[name] = "Gặp tại nhà, tình hình ổn định."
        elif (
            tag == "input"
            and name
            and given.get("type") == "radio"
            or tag == "input"
            and name
            and given.get("type") not in ("submit", "checkbox", "search")
        ):
            self.values.setdefault(name, value)

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None


def asked(client: Client, path: str, rounds: int) -> dict:
    """One client, one page after the other."""
    status, _location, raw = client.ask("GET", path)
    if status != 200:
        return {"status": status}
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        client.ask("GET", path)
        times.append((time.perf_counter() - started) * 1000)
    return {"status": status, "gzip": len(raw)} | spread(times)


def spread(times: list[float], prefix: str = "") -> dict:
    cuts = quantiles(times, n=20)
    return {f"{prefix}p50": round(cuts[9], 1), f"{prefix}p95": round(cuts[18], 1)}


def loaded(port: int, account: str, path: str, seconds: float, server: int) -> dict:
    """Eight clients at once for some seconds; also the processor time that the workers spend on a request."""
    clients = [Client(port) for _ in range(CLIENTS)]
    for client in clients:
        client.sign_in(account)
        client.ask("GET", path)  # every worker has read its templates
    spent = _processor_seconds(server)
    until = time.perf_counter() + seconds

    def work(client: Client) -> list[float]:
        times = []
        while (started := time.perf_counter()) < until:
            status, _location, _raw = client.ask("GET", path)
            times.append((time.perf_counter() - started) * 1000)
            if status != 200:
                raise RuntimeError(f"{path} answered {status} under load")
        return times

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        times = [each for found in pool.map(work, clients) for each in found]
    rate = round(len(times) / (time.perf_counter() - started), 1)
    spent = _processor_seconds(server) - spent
    return spread(times, "load_") | {"per_second": rate, "load_cpu": round(spent * 1000 / len(times), 1)}


def appends(client: Client, path: str, rounds: int) -> dict:
    """Entries written through the form of a page, each committed; the time is that of the POST alone."""
    times, status = [], 0
    for n in range(rounds):
        first, _location, raw = client.ask("GET", path)
        if first != 200:
            return {"status": first}
        form = Form.of((gzip.decompress(raw) if client.zipped else raw).decode()).values
        form |= {name: "14/06/2022" for name in form if name.startswith("occurred") and "time" not in name}
        form |= {
            name: f"{8 + n % 9:02d}:{n % 60:02d}" for name in form if name.startswith("occurred") and "time" in name
        }
        started = time.perf_counter()
        status, _location, _raw = client.ask("POST", path, form)
        times.append((time.perf_counter() - started) * 1000)
        if status != 303:
            return {"status": status}
    return {"status": status} | spread(times)


def first_visit(port: int, account: str) -> int:
    """Bytes over the wire, compressed, for the first page after the sign-in with all it links to."""
    client = Client(port)
    client.sign_in(account)
    status, _location, raw = client.ask("GET", "/")
    if status != 200:
        return 0
    page = (gzip.decompress(raw) if client.zipped else raw).decode()
    return len(raw) + sum(len(client.ask("GET", link)[2]) for link in sorted(Form.of(page).links))


def memory(parent: int) -> list[float]:
    """MB of resident memory of each worker below a process."""
    return [round(_resident(child) / 1024, 1) for child in _children(parent)]


def _processor_seconds(parent: int) -> float:
    """What all workers below a process have spent so far."""
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in _stats().values() if int(fields[1]) == parent)
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(parent: int) -> list[int]:
    return sorted(pid for pid, fields in _stats().items() if int(fields[1]) == parent)


def _stats() -> dict[int, list[str]]:
    """{process: the fields of its stat after the name}."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(status.parent.name)] = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_for(port: int, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            Client(port).ask("GET", "/sign-in")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not come up")
