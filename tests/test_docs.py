"""The documentation keeps up: every code, recorded proof and generated page that it speaks of exists, and the other way round."""

from __future__ import annotations

import re

from gateway.errors import Code
from registers.common.errors import STATUS
from tests.harness import REPOSITORY
from tests.proof.__main__ import PROOFS

DOCS = REPOSITORY / "docs"


def _listed() -> dict[str, int]:
    rows = re.findall(r"^\| (\d{3}) \| `([A-Z_]+)` \|", (DOCS / "errors.md").read_text(), re.MULTILINE)
    return {code: int(status) for status, code in rows}


def test_every_code_of_the_gateway_is_documented_with_its_status() -> None:
    listed = _listed()
    assert {code.name: listed.get(code.name) for code in Code} == {code.name: code.status for code in Code}


def test_every_code_of_a_register_is_documented_with_its_status() -> None:
    listed = _listed()
    assert {code: listed.get(code) for code in STATUS} == dict(STATUS)


def test_every_recorded_proof_that_is_claimed_is_there() -> None:
    assert [name for name in PROOFS if not (DOCS / "proof" / f"{name}.md").exists()] == []


def test_links_between_documents_lead_somewhere() -> None:
    missing = [
        f"{page.relative_to(REPOSITORY)}: {link}"
        for page in sorted(DOCS.rglob("*.md"))
        # What stands between fences is code, and `rows[0](x)` no link.
        for link in re.findall(
            r"\]\(([^)#:]+)\)", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
        )
        if not (page.parent / link).exists()
    ]
    assert missing == []
