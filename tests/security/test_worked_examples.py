"""The worked examples of `docs/nl/autorisatie.md` run: what the page says is what happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from gateway.answers import issues_of
from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide
from gateway.authorization.grants import load_grants
from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.expressions import Call, Function
from gateway.language.documents import Limits, parse_operation
from gateway.supergraph.reader import read_supergraph
from tests.gateway.authorization.evaluate import _Evaluator  # pyright: ignore[reportPrivateUsage] - the meaning in Python
from tests.gateway.authorization.harness import SCOPES, mapping_of
from tests.gateway.test_cli import gateway
from tests.harness import REPOSITORY

PAGE = (REPOSITORY / "docs" / "nl" / "autorisatie.md").read_text()
GRANTS = (REPOSITORY / "network" / "grants.yaml").read_text()


def example(number: int) -> str:
    return PAGE.partition(f"\n## Voorbeeld {number}:")[2].partition("\n## ")[0]


def block(kind: str, text: str) -> str:
    return text.partition(f"```{kind}\n")[2].partition("```")[0]


def test_1_a_field_that_this_caller_does_not_get():
    text = example(1)
    graph = read_supergraph((REPOSITORY / "schema.graphql").read_text())
    operation = parse_operation(graph.api, block("graphql", text), None, Limits())
    caller = Caller("ZORGAANBIEDER", {"agb": "51510101"}, frozenset(SCOPES.values()))
    decision = decide(operation, {}, load_grants(GRANTS, graph), caller)
    assert [issue.message for issue in issues_of(decision)] == block("text", text).splitlines()


class _Typed(_Evaluator):
    """Functions of one name are told apart by what they are given."""

    def call(self, node: Call, scope: Mapping[str, Any]) -> Any:
        given = [self.value(argument, scope) for argument in node.arguments]
        for function in self.file.functions:
            if function.name == node.function and _takes(function, given):
                names = (parameter.name for parameter in function.parameters)
                return self.value(function.body, dict(zip(names, given, strict=True)))
        return super().call(node, scope)


def _takes(function: Function, given: list[Any]) -> bool:
    return all(
        isinstance(value, tuple) and ("object" in parameter.types or value[0] in parameter.types)  # pyright: ignore[reportUnknownMemberType]
        for parameter, value in zip(function.parameters, given, strict=True)
    )


def test_2_a_row_that_is_visible_for_a_while():
    assert block("yaml", PAGE).replace("\n", "\n  ").strip() in GRANTS
    file = parse_grants(GRANTS)
    (grant,) = [grant for grant in file.grants if grant.id == "BR-RH-ZA"]
    assert grant.when is not None
    held = {"client_key": "k", "bemiddelingID": "b"}
    world = {
        "Bemiddeling": [held],
        "Bemiddelingspecificatie": [
            {
                **held,
                "instelling": "1",
                "toewijzingIngangsdatum": date(2024, 2, 21),
                "vaststellingMoment": datetime(2024, 2, 21, 12, tzinfo=UTC),
                "toewijzingEinddatum": date(2025, 7, 15),
            }
        ],
    }
    row = {**held, "ingangsdatum": date(2024, 3, 1), "einddatum": None}
    days = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (zichtbaar|niet zichtbaar) \|$", example(2), re.MULTILINE)
    assert len(days) == 3
    for day, told in days:
        evaluator = _Typed(file, mapping_of("bemiddeling"), world, date.fromisoformat(day))
        assert bool(evaluator.value(grant.when, {"X": ("Regiehouder", row)})) is (told == "zichtbaar"), day


def test_3_a_rule_that_changes(tmp_path: Path):
    text = example(3)
    old, new = (line[1:] for line in block("diff", text).splitlines())
    head, _, rest = GRANTS.partition("- id: BR-BS-ZA\n")
    assert rest.index(old) < rest.index("- id: ")
    before, after = tmp_path / "old.yaml", tmp_path / "new.yaml"
    before.write_text(GRANTS)
    after.write_text(f"{head}- id: BR-BS-ZA\n{rest.replace(old, new, 1)}")
    assert gateway("grants", "diff", before, after) == (1, block("text", text), "")
