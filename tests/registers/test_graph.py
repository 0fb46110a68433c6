"""What several registers declare, they declare alike: the graph has one of each."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from graphql import DefinitionNode, parse, print_ast
from graphql.language import ObjectTypeDefinitionNode

from registers.graph import REGISTERS, register


def declarations() -> dict[str, dict[str, DefinitionNode]]:
    """Per name of a type: its definition in each register that has it."""
    found: dict[str, dict[str, DefinitionNode]] = defaultdict(dict)
    for name in REGISTERS:
        for definition in parse(register(name).schema.as_str()).definitions:
            declared: Any = getattr(definition, "name", None)
            if declared is not None and not declared.value.startswith("_") and declared.value != "Query":
                found[declared.value][name] = definition
    return found


def test_the_types_that_registers_share() -> None:
    shared = {
        name: sorted(by_register)
        for name, by_register in declarations().items()
        if len(by_register) > 1 and isinstance(next(iter(by_register.values())), ObjectTypeDefinitionNode)
    }
    assert shared == {
        "Bemiddelingspecificatie": ["bemiddeling", "zorglevering"],
        "Clientprofiel": ["bemiddeling", "client", "indicatie", "inzage", "zorglevering"],
        "WlzIndicatie": ["bemiddeling", "indicatie"],
    }


def test_shared_types_have_one_key_and_one_description_and_share_no_other_field() -> None:
    for name, by_register in declarations().items():
        definitions = [d for d in by_register.values() if isinstance(d, ObjectTypeDefinitionNode)]
        if len(definitions) < 2:
            continue
        assert len({print_ast(d.directives[0]) for d in definitions if d.directives}) == 1, name
        assert len({d.description.value for d in definitions if d.description}) == 1, name
        fields = [{print_ast(field) for field in d.fields or ()} for d in definitions]
        assert [len(a & b) for a in fields for b in fields if a is not b] == [1] * len(fields) * (len(fields) - 1), name


def test_everything_else_that_is_shared_is_the_same_text() -> None:
    for name, by_register in declarations().items():
        if not any(isinstance(d, ObjectTypeDefinitionNode) for d in by_register.values()):
            assert len({print_ast(d) for d in by_register.values()}) == 1, name
