from __future__ import annotations

import pytest

from gateway.language.operation import Field, OperationKind, VariableDefinition
from gateway.language.printing import arguments_text, masked_text, operation_text, selections_text, variables_text
from tests.gateway.language.harness import normalized


def test_variables_with_defaults():
    variables = [VariableDefinition("a", "[ID!]!"), VariableDefinition("b", "Int", "3")]
    assert variables_text(variables) == "($a: [ID!]!, $b: Int = 3)"
    assert variables_text([]) == ""


def test_arguments_keep_variables_and_literals():
    (field,) = normalized('query ($n: Int) { p: person(where: { name: "é\\n", age: $n }) { id } }').selections
    assert isinstance(field, Field)
    assert arguments_text(field) == '(where: { name: "é\\n", age: $n })'


def test_an_operation_of_ones_own():
    (field,) = normalized("{ person { id n: name } }").selections
    assert operation_text(OperationKind.MUTATION, "M", [], field.selections) == "mutation M { id n: name }"


def test_nothing_selected_is_still_an_object():
    assert selections_text([]) == "{ __typename @skip(if: true) }"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('query { a1: b(of: "999990019", n: -12, x: 1.5e3) }', 'query { a1: b(of: "", n: 0, x: 0) }'),
        (r'{ a(x: "a\"b", y: "") c(z: "\\") }', '{ a(x: "", y: "") c(z: "") }'),
        ('{ a(x: """one "two" \\""" 3""", y: [1, 22, E1]) }', '{ a(x: "", y: [0, 0, E1]) }'),
        ("query Q9($v1: Int2! = 7) { a(x: $v1) }", "query Q9($v1: Int2! = 0) { a(x: $v1) }"),
    ],
)
def test_a_masked_text_has_no_value_of_a_client(text: str, masked: str):
    assert masked_text(text) == masked
