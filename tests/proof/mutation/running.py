"""A pytest session that runs nothing itself: it collects, and then forks, once for each test to trace and once for each mutant to try.

A child of the tracing says which lines of the modules its one test touches, and how long that took. A child of the trying puts one mutant in
place and runs the tests that touch its line, the quick ones first, until one fails. Each child has a limit in time and memory.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.proof.mutation.changes import Mutant
from tests.proof.mutation.swapping import Functions, functions_of, put_in, put_in_module

__all__ = ["SESSION", "SameExamples", "Session", "Touched"]

PASSED, FAILED, NOT_PLACED, SLOW, BROKEN = 0, 1, 3, 4, 99
PATIENCE = 8.0
"""How many times as long as usual a test may take, and so many seconds more."""
LONGEST = 5.0
"""Seconds of the processor for the tests of one mutant. What only a later one would kill counts as alive."""
MEMORY = 1024 * 1024 * 1024
"""Bytes that a child may take on top of what its parent has."""
SESSION = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib --strict-markers"]

Touched = dict[str, Any]
"""`seconds`, and `lines` by module, of a test."""

_WITH_DATABASE = {"postgres", "postgres_server"}
"""Tests with a database are left out: too slow for this. The text of the policies is compared by others."""


class SameExamples:
    """A plugin: invented examples are the same in each child, and a failure is not made smaller, nor kept."""

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings  # only now: pytest wants to be there first

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", derandomize=True, database=None, phases=phases, print_blob=False)
        settings.load_profile("mutation")


class Session:
    """The plugin. `work` is called with it when everything is collected."""

    def __init__(self, root: Path, modules: list[str], work: Callable[[Session], None]) -> None:
        self.root = root
        self.modules = modules
        self.items: dict[str, pytest.Item] = {}
        self.functions: Functions = {}
        self._work = work
        self._child = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items if not _WITH_DATABASE & set(_fixtures(item))}
        self.functions = functions_of(self.root, self.modules)
        gc.freeze()  # children share what is there
        self._work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._child and report.failed:
            os._exit(FAILED)

    def trace(self, nodeid: str) -> Touched | None:
        """What a test touches; None when it does not pass here."""
        with tempfile.NamedTemporaryFile() as told:
            status = self._fork(lambda: self._traced(nodeid, Path(told.name)), limit=120)
            return json.loads(Path(told.name).read_text()) if status == PASSED else None

    def attempt(self, mutant: Mutant, tests: Sequence[tuple[str, float]]) -> int:
        """What becomes of a mutant under these tests (and the seconds that they take), in this order: PASSED, FAILED, NOT_PLACED or SLOW."""
        return self._fork(lambda: self._tried(mutant, tests), limit=60)

    def _fork(self, work: Callable[[], NoReturn], limit: float) -> int:
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                self._child = True
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, limit)
                resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, resource.RLIM_INFINITY))
                work()
            except BaseException:  # noqa: BLE001 - a child may not go on where its parent was
                traceback.print_exc(file=sys.__stderr__)
                os._exit(BROKEN)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        if os.WIFSIGNALED(status):
            return SLOW if os.WTERMSIG(status) == signal.SIGALRM else FAILED
        if os.WEXITSTATUS(status) == BROKEN:
            raise RuntimeError("a child failed before any test did")
        return os.WEXITSTATUS(status)

    def _traced(self, nodeid: str, told: Path) -> NoReturn:
        files = {str(self.root / module): module for module in self.modules}
        lines: dict[str, set[int]] = {module: set() for module in self.modules}

        def local(frame: Any, event: str, _: Any) -> Any:
            if event == "line":
                lines[files[frame.f_code.co_filename]].add(frame.f_lineno)
            return local

        def on_call(frame: Any, event: str, argument: Any) -> Any:
            if frame.f_code.co_filename not in files:
                return None
            lines[files[frame.f_code.co_filename]].add(frame.f_lineno)
            return local

        started = time.perf_counter()
        threading.settrace(on_call)
        sys.settrace(on_call)
        item = self.items[nodeid]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        sys.settrace(None)
        seconds = time.perf_counter() - started
        touched = {module: sorted(found) for module, found in lines.items() if found}
        told.write_text(json.dumps({"seconds": seconds, "lines": touched}))
        os._exit(PASSED)

    def _tried(self, mutant: Mutant, tests: Sequence[tuple[str, float]]) -> NoReturn:
        if not self._placed(mutant):
            os._exit(NOT_PLACED)
        items = [self.items[nodeid] for nodeid, _ in tests]
        started = time.process_time()
        try:
            for (_, seconds), item, following in zip(tests, items, [*items[1:], None], strict=True):
                signal.setitimer(signal.ITIMER_REAL, PATIENCE * (1 + seconds))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if time.process_time() - started > LONGEST:
                    break
        except BaseException:  # noqa: BLE001 - whatever the mutant does, it was noticed
            os._exit(FAILED)  # out of memory, out of the test runner
        os._exit(PASSED)

    def _placed(self, mutant: Mutant) -> bool:
        if mutant.outer:
            return put_in(self.root, mutant, self.functions)
        try:
            return put_in_module(self.root, mutant)
        except Exception:  # noqa: BLE001 - whatever the mutant does, it was noticed
            os._exit(FAILED)  # the module cannot even be imported


def _fixtures(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
