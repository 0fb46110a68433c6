"""The state folder: its secrets, its lock."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gateway.identity.context import ContextSigner, read_signing_key
from network.errors import NetworkError
from network.state import AlreadyRunning, State


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.open()
    return state


def test_secrets_are_made_once_and_closed(state: State):
    state.ensure_secrets()
    first = (state.client_key.read_bytes(), state.gateway_key.read_bytes(), state.gateway_jwks.read_bytes())
    state.ensure_secrets()
    assert (state.client_key.read_bytes(), state.gateway_key.read_bytes(), state.gateway_jwks.read_bytes()) == first
    assert stat.S_IMODE(state.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(state.client_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.gateway_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.audit_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.audit_secret.stat().st_mode) == 0o600
    assert len(bytes.fromhex(state.client_key.read_text())) == 32


def test_the_gateways_key_set_is_the_one_that_the_gateway_itself_names(state: State):
    state.ensure_secrets()
    signer = ContextSigner(read_signing_key(state.gateway_key), issuer="x")
    assert json.loads(state.gateway_jwks.read_text()) == signer.jwks()


def test_parties_are_made_once(state: State):
    state.ensure_parties()
    first = state.participants.read_bytes()
    state.ensure_parties()
    assert state.participants.read_bytes() == first
    assert stat.S_IMODE(state.participants.stat().st_mode) == 0o600


def test_one_supervisor_holds_a_state(state: State):
    assert state.holder() is None
    with state.held():
        assert state.holder() == os.getpid()
        with pytest.raises(AlreadyRunning) as caught, State(state.root).held():
            pass
        assert caught.value.pid == os.getpid()
    assert state.holder() is None
    with state.held():
        pass


def test_the_lock_goes_with_its_process(state: State):
    code = f"import pathlib, time; from network.state import State\nwith State(pathlib.Path({str(state.root)!r})).held(): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
    assert state.holder() == holder.pid
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert state.holder() is None
    with state.held():
        pass


def test_a_long_state_path_gets_a_short_socket_folder(tmp_path: Path):
    state = State(tmp_path / ("a" * 100))
    state.open()
    folder = state.sockets()
    assert len(str(folder / "zorglevering.sock")) < 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_used():
    with tempfile.TemporaryDirectory() as folder:  # a short path: sockets behind a long one are elsewhere
        state = State(Path(folder) / "state")
        state.open()
        _check_somebody_elses(state)


def _check_somebody_elses(state: State) -> None:
    (state.root / "elsewhere").mkdir()
    (state.root / "run").symlink_to(state.root / "elsewhere")
    with pytest.raises(NetworkError, match="belongs to another user"):
        state.sockets()


def test_a_state_that_is_a_file(tmp_path: Path):
    (tmp_path / "state").touch()
    with pytest.raises(NetworkError, match=r"The state folder .* cannot be used: File exists\."):
        State(tmp_path / "state").open()
