"""What machines do to a network: processes die, hang or are stopped, also the database, also all at once.

The tests share one network of five clients, in this order; each leaves it whole. First starts that go wrong are in
`test_first_start.py`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest

from network.postgres import EmbeddedPostgres
from network.postgres_process import is_alive, running_postmaster
from tests.harness import GATEWAY_AUDIENCE, REPOSITORY, SCOPES, Network, Reply, register_audience, request

ACROSS = "{ bemiddeling { bemiddelingID wlzIndicatie { besluitnummer } } }"
ALONE = "{ bemiddeling { bemiddelingID } }"
INDICATIONS = "{ wlzIndicatie { besluitnummer } }"
DOWN = ("DOWNSTREAM_SERVICE_ERROR", "A subgraph could not answer this field.")
LATE = ("DOWNSTREAM_TIMEOUT", "A subgraph did not answer in time.")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    running = Network(Path(tmp_path_factory.mktemp("adversity")) / "state", clients=5)
    running.start()
    yield running
    running.stop()
    EmbeddedPostgres(running.state).destroy()


def _ask(net: Network, query: str) -> Reply:
    return net.ask(query, token=net.token("uzovi:5050"))


def _command(net: Network, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command `network` on the state of a network."""
    command = [sys.executable, "-m", "network", *arguments, "--state", str(net.state)]
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=environment)


def _eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.02)


def _supervisor(net: Network) -> int:
    assert net.process is not None
    return net.process.pid


def _pid(net: Network, name: str) -> int:
    return net.services()[name]["pid"]


def _postmaster(net: Network) -> int:
    pid = running_postmaster(EmbeddedPostgres(net.state)._require_place().data)
    assert pid is not None
    return pid


@contextlib.contextmanager
def _paused(pid: int) -> Generator[None]:
    """A process that hangs; of the supervisor: nothing that dies is started again."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _assert_partial(reply: Reply, error: tuple[str, str], whole: Reply) -> None:
    """The mediations of `whole`, each with null for its indication and an error that says so."""
    rows = whole.json()["data"]["bemiddeling"]
    code, sentence = error
    assert (reply.status, reply.json()) == (
        200,
        {
            "errors": [
                {"message": sentence, "path": ["bemiddeling", n, "wlzIndicatie"], "extensions": {"code": code}}
                for n in range(len(rows))
            ],
            "data": {"bemiddeling": [{**row, "wlzIndicatie": None} for row in rows]},
        },
    )


def _nothing_but(error: tuple[str, str], root: str) -> dict[str, Any]:
    code, sentence = error
    return {"errors": [{"message": sentence, "path": [root], "extensions": {"code": code}}], "data": None}


# --- one process ------------------------------------------------------------------------------------------------------


def test_a_register_that_is_killed_is_started_again(own: Network) -> None:
    whole = _ask(own, ACROSS)
    assert len(whole.json()["data"]["bemiddeling"]) == 6
    killed = _pid(own, "indicatie")
    with _paused(_supervisor(own)):
        os.kill(killed, signal.SIGKILL)
        _eventually(lambda: not is_alive(killed))
        _assert_partial(_ask(own, ACROSS), DOWN, whole)
    _eventually(lambda: own.services()["indicatie"]["restarts"] == 1 and own.services()["indicatie"]["ready"])
    assert _ask(own, ACROSS).body == whole.body
    log = own.state / "log" / "indicatie.log"
    sentence = f"indicatie was killed by signal 9. Its log is {log}. Starting it again in 0.5 s."
    assert sentence in own.output().splitlines()


def test_a_register_that_stays_away(own: Network) -> None:
    whole = _ask(own, ACROSS)
    killed = _pid(own, "indicatie")
    with _paused(_supervisor(own)):
        os.kill(killed, signal.SIGKILL)
        _eventually(lambda: not is_alive(killed))
        _assert_partial(_ask(own, ACROSS), DOWN, whole)
        reply = _ask(own, INDICATIONS)
        assert (reply.status, reply.json()) == (502, _nothing_but(DOWN, "wlzIndicatie"))
        # A root that may not be null takes the others with it.
        reply = _ask(own, "{ bemiddeling { bemiddelingID } wlzIndicatie { besluitnummer } }")
        assert (reply.status, reply.json()) == (502, _nothing_but(DOWN, "wlzIndicatie"))
        assert _ask(own, ALONE).status == 200
    _eventually(lambda: _ask(own, ACROSS).body == whole.body)


def test_c16_indications_are_answered_while_the_bemiddelingsregister_is_down(own: Network) -> None:
    """Who mediates and delivers is projected: nobody is asked at the time of the question, while the relations are fresh."""
    query = "{ wlzIndicatie { wlzindicatieID client { bsn } } }"
    token = own.token("agb:51510101")
    whole = own.ask(query, token=token)
    assert len(whole.json()["data"]["wlzIndicatie"]) == 5
    killed = _pid(own, "bemiddeling")
    with _paused(_supervisor(own)):
        os.kill(killed, signal.SIGKILL)
        _eventually(lambda: not is_alive(killed))
        assert own.ask(ALONE, token=token).status == 502
        found = own.ask(query, token=token)
        assert (found.status, found.body) == (200, whole.body)
    _eventually(lambda: own.ask(ALONE, token=token).status == 200)


def test_a_register_that_hangs(own: Network) -> None:
    whole = _ask(own, ACROSS)
    with _paused(_pid(own, "indicatie")), ThreadPoolExecutor() as threads:
        across, alone = threads.submit(_ask, own, ACROSS), threads.submit(_ask, own, INDICATIONS)
        # Nobody else waits for it.
        started = time.monotonic()
        assert _ask(own, ALONE).status == 200
        assert time.monotonic() - started < 5
        _assert_partial(across.result(), LATE, whole)
        assert (alone.result().status, alone.result().json()) == (504, _nothing_but(LATE, "wlzIndicatie"))
    assert _ask(own, ACROSS).body == whole.body


def test_the_gateway_is_started_again(own: Network) -> None:
    whole = _ask(own, ACROSS)
    os.kill(_pid(own, "gateway"), signal.SIGKILL)
    _eventually(lambda: own.services()["gateway"]["restarts"] == 1 and own.services()["gateway"]["ready"])
    assert _ask(own, ACROSS).body == whole.body


# --- the database -----------------------------------------------------------------------------------------------------


def test_a_database_that_is_down_says_nothing_of_itself(own: Network) -> None:
    whole = _ask(own, ACROSS)
    token = own.token("uzovi:5050", register_audience("indicatie"))
    postmaster = _postmaster(own)
    with _paused(_supervisor(own)):
        os.kill(postmaster, signal.SIGINT)
        _eventually(lambda: not is_alive(postmaster))
        reply = own.ask(INDICATIONS, token=token, at="indicatie")
        sentence = "The register cannot reach its data now."
        assert (reply.status, reply.json()) == (
            503,
            {"errors": [{"message": sentence, "extensions": {"code": "DATABASE_UNAVAILABLE"}}]},
        )
        reply = _ask(own, ACROSS)
        assert (reply.status, reply.json()) == (502, _nothing_but(DOWN, "bemiddeling"))
        health = {name: request(own.url("indicatie") + path, method="GET") for name, path in _HEALTH.items()}
        assert (health["live"].status, health["ready"].status) == (200, 503)
        assert health["ready"].json() == {"status": "unavailable", "reason": "The database cannot be reached."}
        # What needs no data is answered.
        assert _ask(own, "{ __schema { queryType { name } } }").status == 200
    _eventually(lambda: _ask(own, ACROSS).body == whole.body)
    assert "The database stopped; starting it again." in own.output()


_HEALTH = {"live": "/health/live", "ready": "/health/ready"}


def test_a_database_that_is_killed_keeps_what_it_had(own: Network) -> None:
    whole = _ask(own, ACROSS)
    killed = _postmaster(own)
    os.kill(killed, signal.SIGKILL)
    _eventually(lambda: not is_alive(killed))
    _eventually(lambda: _ask(own, ACROSS).body == whole.body)


# --- everything -------------------------------------------------------------------------------------------------------


def test_a_second_start_on_the_same_state_does_no_harm(own: Network) -> None:
    before = own.services()
    done = _command(own, "up", "--port-base", "0")
    sentence = f"The network of this state runs already (process {_supervisor(own)}). The gateway is {own.url('gateway')}/graphql "
    assert (done.returncode, done.stderr, done.stdout.startswith(sentence)) == (0, "", True)
    assert len(done.stdout.splitlines()) == 1
    assert own.services() == before
    assert _ask(own, ALONE).status == 200


def test_a_port_that_is_taken_is_named(own: Network, tmp_path: Path) -> None:
    """Our own gateway has it; the other network does not even begin."""
    port = own.url("gateway").rpartition(":")[2]
    state = tmp_path / "state"
    done = _command(Network(state), "up", "--port-base", port)
    sentence = f"Port {port}, meant for gateway, is in use by another program. "
    assert (done.returncode, done.stdout, done.stderr.startswith(sentence)) == (1, "", True)
    assert len(done.stderr.splitlines()) == 1
    assert _command(Network(state), "status").stdout == f"No network runs in {state}.\n"


def test_status(own: Network) -> None:
    done = _command(own, "status")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(own.services())
    with _paused(_supervisor(own)):
        os.kill(_pid(own, "client"), signal.SIGKILL)
    _eventually(lambda: not own.services()["client"]["ready"])
    assert _command(own, "status").returncode == 1
    _eventually(lambda: own.services()["client"]["ready"])
    assert _command(own, "status").returncode == 0


PARTIES = {
    "uzovi:5050": {"uzovi": "5050", "instantie_type": "Zorgkantoor"},
    "agb:51510101": {"agb": "51510101", "instantie_type": "Zorgaanbieder"},
    "kvk:62253778": {"kvk": "62253778", "instantie_type": "Onderneming"},
    "bsn:999990019": {"bsn": "999990019", "instantie_type": "Burger"},
}


def test_a_token_for_each_kind_of_party(own: Network) -> None:
    bsn = _ask(own, "{ client { bsn } }").json()["data"]["client"][0]["bsn"]
    for party, expected in PARTIES.items():
        kind = party.partition(":")[0]
        asked = f"bsn:{bsn}" if kind == "bsn" else party
        done = _command(own, "token", "--as", asked)
        assert (done.returncode, done.stderr) == (0, "")
        claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
        wanted = {**expected, "bsn": bsn} if kind == "bsn" else expected
        assert {name: claims[name] for name in wanted} == wanted
        assert claims["aud"] == GATEWAY_AUDIENCE
        assert 0 < claims["exp"] - claims["iat"] <= 3600
        assert own.ask("{ __typename }", token=done.stdout.strip()).status == 200


@pytest.mark.parametrize("party", ["uzovi:0000", "agb:1", "5050", "naam:jansen"])
def test_a_token_for_nobody(party: str, own: Network) -> None:
    done = _command(own, "token", "--as", party)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert party in done.stderr
    assert "Traceback" not in done.stderr


def _processes_of(net: Network) -> dict[int, str]:
    """Every process that knows the state folder, or the folder of its database: id → command line."""
    places = (str(net.state), str(EmbeddedPostgres(net.state)._require_place().home))
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((entry / "cwd").readlink())
            if any(place in words or where.startswith(place) for place in places) and is_alive(int(entry.name)):
                found[int(entry.name)] = words
    return found


def test_after_kill_9_of_everything_the_next_start_has_the_data(own: Network) -> None:
    whole = _ask(own, ACROSS)
    processes = _processes_of(own)
    assert len(processes) >= 8
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert own.process is not None
    own.process.wait()
    _eventually(lambda: not _processes_of(own))
    done = _command(own, "status")
    assert (done.returncode, done.stdout) == (1, f"No network runs in {own.state}.\n")
    own.log.close()
    own.start()
    assert _ask(own, ACROSS).body == whole.body
    assert "Loading" not in own.output()


def test_a_stop_ends_everything_in_order_and_leaves_nothing(own: Network) -> None:
    started = [*own.services()]
    assert started == ["issuer", "indicatie", "bemiddeling", "zorglevering", "client", "inzage", "relations", "gateway"]
    pids = {**{name: _pid(own, name) for name in started}, "database": _postmaster(own)}
    assert own.process is not None
    own.process.send_signal(signal.SIGTERM)
    ended: list[str] = []
    while own.process.poll() is None:
        ended += [name for name, pid in pids.items() if name not in ended and not is_alive(pid)]
        time.sleep(0.001)
    assert own.process.returncode == 0
    # Nobody loses what it still needs; the registers go together.
    assert (ended[0], set(ended[1:7]), ended[7:]) == (
        "gateway",
        {*SCOPES, "inzage", "relations"},
        ["issuer", "database"],
    )
    assert _processes_of(own) == {}
    assert not (own.state / "run.json").exists()
    assert own.output().splitlines()[-1] == "Stopping."
    assert _command(own, "down").stdout == f"No network runs in {own.state}.\n"
    done = _command(own, "status")
    assert (done.returncode, done.stdout) == (1, f"No network runs in {own.state}.\n")
    # A token does not need the network.
    assert _command(own, "token", "--as", "uzovi:5050").returncode == 0
