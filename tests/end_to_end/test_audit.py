"""The shipped network keeps who saw what: before an answer leaves, without a BSN, and not without a journal."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from tests.harness import REPOSITORY, Network, Reply

OFFICE, PROVIDER = "uzovi:5050", "agb:51510101"
TRACE = {"X-B3-SpanId": "0020000000000001"}


def records(net: Network, trace: str) -> list[dict[str, Any]]:
    """What the journal holds of a trace."""
    lines = [line for path in sorted((net.state / "journal").glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [record for record in map(json.loads, lines) if record.get("trace") == trace]


def asked(net: Network, query: str, trace: str, party: str = OFFICE) -> Reply:
    return net.ask(query, token=net.token(party), headers={**TRACE, "X-B3-TraceId": trace, "X-Purpose": "wlz:toezicht"})


def hashed(net: Network, value: str) -> str:
    secret = (net.state / "gateway" / "audit-secret").read_bytes().strip()
    return hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()


def gateway(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, input=stdin, check=False)


def test_a_query_leaves_a_record_with_what_it_returned(net: Network) -> None:
    trace = "a0d17000000000000000000000000001"
    reply = asked(net, "{ bemiddeling { bemiddelingID client { clientID bsn } } }", trace)
    rows = reply.json()["data"]["bemiddeling"]
    assert rows
    (record,) = records(net, trace)
    assert (record["result"], record["purpose"], record["registers"]) == ("success", "wlz:toezicht", ["bemiddeling"])
    assert (record["caller"]["role"], record["caller"]["identifiers"]) == ("ZORGKANTOOR", {"uzovi": "5050"})
    assert record["operation"]["coordinates"] == [
        "Bemiddeling.bemiddelingID",
        "Bemiddeling.client",
        "BemiddelingClient.bsn",
        "BemiddelingClient.clientID",
    ]
    assert record["operation"]["grants"]
    assert record["records"] == {
        "Bemiddeling": list(dict.fromkeys(row["bemiddelingID"] for row in rows)),
        "BemiddelingClient": list(dict.fromkeys(row["client"]["clientID"] for row in rows)),
    }
    persons = list(dict.fromkeys(row["client"]["bsn"] for row in rows))
    assert record["persons"] == [hashed(net, bsn) for bsn in persons]
    assert not any(bsn in json.dumps(record) for bsn in persons)


def test_records_are_known_when_their_ids_are_not_asked_for(net: Network) -> None:
    one, other = "a0d17000000000000000000000000002", "a0d17000000000000000000000000003"
    with_ids = asked(net, "{ bemiddeling { bemiddelingID wlzIndicatieID } }", one).json()["data"]["bemiddeling"]
    without = asked(net, "{ bemiddeling { wlzIndicatieID } }", other).json()["data"]["bemiddeling"]
    assert without == [{"wlzIndicatieID": row["wlzIndicatieID"]} for row in with_ids]
    assert records(net, one)[0]["records"] == records(net, other)[0]["records"]


def test_who_saw_a_client_is_found_and_the_journal_is_proven(net: Network) -> None:
    trace = "a0d17000000000000000000000000004"
    rows = asked(net, "{ bemiddeling { client { bsn } } }", trace).json()["data"]["bemiddeling"]
    journal, keys = net.state / "journal", net.state / "gateway"
    seen = gateway(
        "audit", "who-saw", journal, "--person", "-", "--secret", keys / "audit-secret", stdin=rows[0]["client"]["bsn"]
    )
    assert (seen.returncode, seen.stderr) == (0, "")
    assert any(
        line.endswith(f"trace {trace}") and "ZORGKANTOOR uzovi:5050" in line for line in seen.stdout.splitlines()
    )
    proven = gateway("audit", "verify", journal, "--key", keys / "audit-key.pem")
    assert (proven.returncode, "PROBLEM" in proven.stdout) == (0, False)


async def test_the_journal_gets_to_the_audit_database(net: Network) -> None:
    trace = "a0d17000000000000000000000000006"
    asked(net, "{ bemiddeling { bemiddelingID } }", trace)
    (record,) = records(net, trace)
    settings = msgspec.yaml.decode((net.state / "gateway" / "gateway.yaml").read_bytes())
    connection = await asyncpg.connect(settings["audit"]["database"])
    deadline = time.monotonic() + 20
    found: list[dict[str, Any]] = []
    while not found and time.monotonic() < deadline:
        rows = await connection.fetch("SELECT line FROM audit_record WHERE line LIKE $1", f"%{trace}%")
        found = [json.loads(row["line"]) for row in rows]
    assert found == [record]
    # The gateway adds and reads; nobody changes anything in its name.
    for statement in ("UPDATE audit_record SET line = ''", "DELETE FROM audit_record", "TRUNCATE audit_anchor"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


@contextlib.contextmanager
def read_only(folder: Path) -> Generator[None]:
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(0o700)


@contextlib.contextmanager
def full_disk(net: Network) -> Generator[None]:
    """No file of the gateway grows any more: not its journal, not its log."""
    run = json.loads((net.state / "run.json").read_text())
    (process,) = (process["pid"] for process in run["processes"] if process["name"] == "gateway")
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("harm", ["closed", "full"])
def test_without_its_journal_the_gateway_answers_nothing(net: Network, harm: str) -> None:
    query, trace = "{ bemiddeling { bemiddelingID } }", uuid.uuid4().hex
    with read_only(net.state / "journal") if harm == "closed" else full_disk(net):
        replies = [asked(net, query, trace) for _ in range(2)]
        assert [(reply.status, reply.codes) for reply in replies] == [(503, ["AUDIT_UNAVAILABLE"])] * 2
        assert not any(b"bemiddelingID" in reply.body for reply in replies)
    deadline = time.monotonic() + 20
    while asked(net, query, trace).status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [record["status"] for record in records(net, trace)] == [200]
    proven = gateway("audit", "verify", net.state / "journal", "--key", net.state / "gateway" / "audit-key.pem")
    assert (proven.returncode, "PROBLEM" in proven.stdout) == (0, False), proven.stdout
