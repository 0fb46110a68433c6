"""The supervisor with tiny processes: order, readiness, restarts, giving up, what a killed one leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from network.postgres_process import is_alive
from network.processes import ProcessSpec, RunFile, end_processes, leftover_processes, read_run_file
from network.supervisor import Patience, Supervisor, SupervisorError

PATIENCE = Patience(ready=10, poll=0.02, pause=0.05, longest_pause=0.1, quick=60, deaths=3, stop=3)

SERVER = """
import http.server, signal, socketserver, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2])); self.send_header("Content-Length", "0"); self.end_headers()
    def address_string(self): return "-"
    def log_message(self, *_): pass
class Server(socketserver.UnixStreamServer):
    def get_request(self):
        return super().get_request()[0], ("-", 0)
def stop(*_):
    print("asked to stop", flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("serving", flush=True)
Server(sys.argv[1], Answer).serve_forever()
"""


def script(name: str, code: str, tmp_path: Path, **options: Any) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", code), tmp_path / "log" / f"{name}.log", **options)


def server(name: str, tmp_path: Path, status: int = 200) -> ProcessSpec:
    unix = tmp_path / f"{name}.sock"
    command = (sys.executable, "-c", SERVER, str(unix), str(status))
    return ProcessSpec(name, command, tmp_path / "log" / f"{name}.log", socket=unix, probe="/health")


SLEEP = "import time; print('begun', flush=True); time.sleep(60)"


class Network:
    """Supervisors of a test, all stopped after it."""

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path / "run.json"
        self.sentences: list[str] = []
        self.supervisors: list[Supervisor] = []

    def supervise(self, *specs: ProcessSpec, **options: Any) -> Supervisor:
        options = {"patience": PATIENCE, "tell": self.sentences.append, **options}
        self.supervisors.append(Supervisor(specs, RunFile(self.path), **options))
        return self.supervisors[-1]

    def process(self, name: str) -> dict[str, Any]:
        content = read_run_file(self.path)
        assert content is not None
        return next(process for process in content["processes"] if process["name"] == name)


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    network = Network(tmp_path)
    yield network
    for supervisor in network.supervisors:
        await supervisor.stop()


async def until(condition: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


async def test_start_returns_when_all_answer_and_run_json_says_so(network: Network, tmp_path: Path):
    supervisor = network.supervise(server("one", tmp_path), server("two", tmp_path, status=404))
    await supervisor.start()
    content = read_run_file(network.path)
    assert content is not None
    assert content["ready"] is True
    assert content["supervisor"] == os.getpid()
    processes = [
        {**process, "pid": is_alive(process["pid"]), "command": len(process["command"])}
        for process in content["processes"]
    ]
    assert processes == [
        {
            "name": name,
            "pid": True,
            "url": None,
            "socket": str(tmp_path / f"{name}.sock"),
            "ready": True,
            "restarts": 0,
            "command": 5,
        }
        for name in ("one", "two")
    ]


async def test_stop_goes_by_stage_and_asks_first(network: Network, tmp_path: Path):
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        "    with open({order!r}, 'a') as file: file.write({name!r} + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    specs = [
        script(name, code.format(order=str(order), name=name), tmp_path, stage=stage)
        for stage, name in enumerate(("one", "two", "three"))
    ]
    supervisor = network.supervise(*specs)
    await supervisor.start()
    await until(lambda: all("ready" in spec.log.read_text() for spec in specs))
    await supervisor.stop()
    assert order.read_text() == "three two one "
    assert not network.path.exists()


async def test_a_process_that_ignores_the_request_is_killed(network: Network, tmp_path: Path):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    spec = script("deaf", code, tmp_path)
    supervisor = network.supervise(spec, patience=Patience(stop=0.2))
    await supervisor.start()
    await until(lambda: "deaf" in spec.log.read_text())
    pid = network.process("deaf")["pid"]
    await supervisor.stop()
    assert not is_alive(pid)


async def test_what_dies_is_started_again(network: Network, tmp_path: Path):
    supervisor = network.supervise(server("one", tmp_path), server("two", tmp_path))
    await supervisor.start()
    watching = asyncio.create_task(supervisor.watch())
    first = network.process("one")["pid"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: network.process("one")["pid"] != first and network.process("one")["ready"])
    assert network.process("one")["restarts"] == 1
    assert network.process("two")["restarts"] == 0
    assert len(network.sentences) == 1
    assert network.sentences[0].startswith("one was killed by signal 9.")
    assert network.sentences[0].endswith("Starting it again in 0.05 s.")
    supervisor.request_stop()
    await watching


async def test_what_keeps_dying_ends_everything_with_a_sentence(network: Network, tmp_path: Path):
    marker = tmp_path / "marker"
    code = f"import os, sys, time\nif os.path.exists({str(marker)!r}): sys.exit('no luck today')\ntime.sleep(60)\n"
    supervisor = network.supervise(script("weak", code, tmp_path))
    await supervisor.start()
    marker.touch()
    os.kill(network.process("weak")["pid"], signal.SIGTERM)
    with pytest.raises(SupervisorError) as caught:
        await asyncio.wait_for(supervisor.watch(), 10)
    assert str(caught.value) == (
        f"weak stopped with status 1. It said: no luck today Its log is {tmp_path}/log/weak.log. "
        "That was death 3; giving up."
    )


async def test_a_death_before_the_first_answer_ends_the_start_with_the_reason(network: Network, tmp_path: Path):
    good, bad = script("good", SLEEP, tmp_path), server("bad", tmp_path)
    bad = ProcessSpec(
        "bad", (sys.executable, "-c", "import sys; sys.exit('bad setting')"), bad.log, socket=bad.socket, probe="/x"
    )
    supervisor = network.supervise(good, bad)
    with pytest.raises(SupervisorError, match=r"^bad stopped with status 1\. It said: bad setting Its log is "):
        await supervisor.start()
    assert not network.path.exists()
    assert supervisor._children == {}


async def test_a_process_that_never_answers(network: Network, tmp_path: Path):
    spec = script("mute", SLEEP, tmp_path, socket=tmp_path / "mute.sock", probe="/health")
    with pytest.raises(SupervisorError, match=r"mute does not answer after 0 seconds\. Its log is"):
        await network.supervise(spec, patience=Patience(ready=0.3)).start()


async def test_a_server_error_is_no_readiness(network: Network, tmp_path: Path):
    with pytest.raises(SupervisorError, match="does not answer"):
        await network.supervise(server("ill", tmp_path, status=503), patience=Patience(ready=1)).start()


async def test_a_program_that_does_not_exist(network: Network, tmp_path: Path):
    spec = ProcessSpec("none", ("/no/such/program",), tmp_path / "none.log")
    with pytest.raises(SupervisorError, match="none cannot be started: No such file"):
        await network.supervise(spec).start()


async def test_the_database_is_watched_too(network: Network, tmp_path: Path):
    class Database:
        starts = 0

        def alive(self) -> bool:
            return self.starts > 0

        def start(self) -> bool:
            self.starts += 1
            return True

    database = Database()
    supervisor = network.supervise(script("one", SLEEP, tmp_path), guarded=database)
    await supervisor.start()
    watching = asyncio.create_task(supervisor.watch())
    await until(lambda: database.starts == 1)
    supervisor.request_stop()
    await watching
    assert network.sentences == ["The database stopped; starting it again."]


# --- after a supervisor that was killed ---


@contextlib.contextmanager
def background(*command: str):
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_a_killed_supervisor_left_is_found_and_ended(tmp_path: Path):
    command = (sys.executable, "-c", SLEEP)
    with background(*command) as process:
        record = {"name": "one", "pid": process.pid, "command": list(command)}
        (tmp_path / "run.json").write_text(json.dumps({"processes": [record]}))
        wait_until_running(process.pid)
        assert leftover_processes(tmp_path / "run.json") == [process.pid]
        end_processes([process.pid])
        assert not is_alive(process.pid)
        assert leftover_processes(tmp_path / "run.json") == []


def wait_until_running(pid: int) -> None:
    """Until exec has happened, a child shows the command line of its parent."""
    while "sleep(60)" not in Path(f"/proc/{pid}/cmdline").read_text():
        time.sleep(0.01)


def test_a_process_that_merely_has_the_id_is_left_alone(tmp_path: Path):
    with background(sys.executable, "-c", SLEEP) as process:
        record = {"name": "one", "pid": process.pid, "command": [sys.executable, "-m", "registers", "serve"]}
        (tmp_path / "run.json").write_text(json.dumps({"processes": [record]}))
        assert leftover_processes(tmp_path / "run.json") == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"processes": [{}, {"pid": "x", "command": ["a"]}]}'])
def test_a_run_file_that_says_nothing(tmp_path: Path, content: str):
    (tmp_path / "run.json").write_text(content)
    assert leftover_processes(tmp_path / "run.json") == []
    assert leftover_processes(tmp_path / "none.json") == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks in /proc")
def test_our_processes_are_found_by_their_state_folder(tmp_path: Path):
    # A package named like ours, that sleeps: what counts is `python -m registers … STATE/…`.
    (tmp_path / "registers.py").write_text("import time\ntime.sleep(60)\n")
    state = tmp_path / "state"
    command = (sys.executable, "-m", "registers", "serve", "--unix", f"{state}/run/x.sock")
    others = (
        (sys.executable, "-c", SLEEP, f"{state}/run/x.sock"),
        (sys.executable, "-m", "registers", "serve", "--unix", f"{state}-other/run/x.sock"),
    )
    with contextlib.ExitStack() as stack:
        ours, *_ = (stack.enter_context(_in(tmp_path, *line)) for line in (command, *others))
        time.sleep(0.3)
        assert leftover_processes(tmp_path / "none.json", marker=str(state)) == [ours.pid]


@contextlib.contextmanager
def _in(folder: Path, *command: str):
    process = subprocess.Popen(command, cwd=folder)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
