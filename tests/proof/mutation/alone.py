"""One mutant in a fresh process: the module is changed while it is imported. `python -m tests.proof.mutation.alone MODULE NUMBER`, tests on
standard input. Ends as pytest does: 0 for a mutant that lives.
"""

from __future__ import annotations

import importlib.machinery
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof.mutation.changes import compiled, mutants_of


def main() -> int:
    root = Path(__file__).parent.parent.parent.parent
    mutant = mutants_of(root, sys.argv[1])[int(sys.argv[2])]
    code, file = compiled(root, mutant), str(root / mutant.module)
    usual: Any = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> Any:
        return code if self.path == file else usual(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign] - that is the point
    assert not any(name.startswith("gateway") for name in sys.modules), "the gateway is imported already"
    from tests.proof.mutation.running import SESSION, SameExamples  # only now: it imports what the tests import

    return pytest.main([*SESSION, "-x", *sys.stdin.read().split("\n")], plugins=[SameExamples()])


if __name__ == "__main__":
    sys.exit(main())
