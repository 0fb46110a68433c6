"""Predicates: Python's expression syntax, parsed with `ast`, cut down to a whitelist.

An expression means what it means in Python, over rows instead of objects, with one addition: **a comparison with a missing
value is false**, whatever the operator, and `not` makes it true; ask `… is None` when absence itself matters. What it may say:

    X.until is None or today <= years(X.until, 2)
    any(mine(L) and overlap(L, X) for L in X.book.loans if L.kind == 'long')
    X.kind in ('long', 'short') and not X.branch == caller.branch

Names of columns, relations and functions are looked up later, where the tables are known (`types`).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from gateway.authorization.language.problems import GrantsError, Position
from gateway.authorization.language.source import Text

__all__ = [
    "MAX_CALLS",
    "Any_",
    "Attribute",
    "Call",
    "Choice",
    "Comparison",
    "Constant",
    "Expression",
    "Function",
    "Logic",
    "Name",
    "Negation",
    "Parameter",
    "Presence",
    "Step",
    "Sum",
    "parse_expression",
    "parse_functions",
]


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | int | bool
    position: Position


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Attribute:
    """A step along a path: a column, or a relation to rows of another type."""

    owner: Expression
    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Comparison:
    """`==`, `!=`, `<`, `<=`, `>` or `>=`; a chain has become a conjunction."""

    left: Expression
    operator: str
    right: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Choice:
    """`value in ('a', 'b')`."""

    value: Expression
    among: tuple[Constant, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Presence:
    """`value is None` (`present` false) or `value is not None`."""

    value: Expression
    present: bool
    position: Position


@dataclass(frozen=True, slots=True)
class Logic:
    operator: str
    parts: tuple[Expression, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Negation:
    value: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Sum:
    """`left + right` or `left - right` over whole numbers."""

    left: Expression
    operator: str
    right: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Step:
    """`for variable in path`."""

    variable: str
    path: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - Any would shadow the type
    """`any(condition for … in … for … in …)`; the `if` parts have joined the condition."""

    steps: tuple[Step, ...]
    condition: Expression
    position: Position


Expression = Constant | Name | Attribute | Call | Comparison | Choice | Presence | Logic | Negation | Sum | Any_


@dataclass(frozen=True, slots=True)
class Parameter:
    """`types` are the types that this parameter accepts; `register.Type` narrows one to a register, `object` is any row."""

    name: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A named predicate or value; functions of one name differ in the types of their parameters."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Expression
    position: Position


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_LINE = re.compile("\r\n?|\n")
"""What ends a line for `ast`."""
MAX_LENGTH = 4000
MAX_CALLS = 32
"""How many functions deep calls may go: a register writes the body of each in the place of its call."""
"""Characters of one predicate; a longer one is a mistake, and the parser's stack is finite."""


def parse_expression(text: Text) -> Expression:
    """Parse one predicate. Raises `GrantsError` with the place of what is not allowed."""
    if not text.raw.strip():
        raise GrantsError.at(text.position, "a predicate is expected here; without `when` it holds for every row")
    if len(text.raw) > MAX_LENGTH:
        raise GrantsError.at(
            text.position, f"a predicate has at most {MAX_LENGTH} characters; name parts of it in `functions`"
        )
    reader = _Reader(text, opened=1)
    body: ast.expr = reader.parse(f"({text.raw}\n)", "eval").body
    found = reader.expression(body)
    if (body.lineno, body.col_offset) == (1, 0):  # `a) or (b` used the brackets that stand around it
        raise GrantsError.at(text.position, "the brackets do not match")
    return found


def parse_functions(text: Text) -> tuple[Function, ...]:
    """Parse the `functions` block: `def name(parameter: Type | Type, …): return expression`, one after the other."""
    lines = text.raw.split("\n")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    reader = _Reader(Text("\n".join(line[indent:] for line in lines), text.position), opened=0, indent=indent)
    return tuple(reader.function(node) for node in reader.parse(reader.text.raw, "exec").body)


class _Reader:
    """Turns `ast` nodes into ours. `opened` counts characters put before the first line, `indent` those taken off each."""

    def __init__(self, text: Text, opened: int, indent: int = 0) -> None:
        self.text = text
        self._opened = opened
        self._indent = indent
        self._lines = _LINE.split(text.raw)

    def parse(self, source: str, mode: str) -> Any:
        try:
            return ast.parse(source, mode=mode)
        except SyntaxError as error:
            line, offset = error.lineno or 1, (error.offset or 1) - 1
            raise GrantsError.at(
                self._place(line, self._offset(line, offset)), f"not an expression: {error.msg}"
            ) from None
        except (ValueError, RecursionError, MemoryError):
            raise GrantsError.at(self.text.position, "not an expression") from None

    def function(self, node: ast.stmt) -> Function:
        if not isinstance(node, ast.FunctionDef):
            raise self._error(node, "only functions stand here: def name(X: Type): return …")
        arguments = node.args
        if arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.defaults:
            raise self._error(node, "parameters are plain: def name(X: Type, Y: Type)")
        body = [statement for statement in node.body if not _is_docstring(statement)]
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None or node.decorator_list:
            raise self._error(node, "a function has one statement: return …")
        return Function(
            node.name,
            tuple(self._parameter(argument) for argument in arguments.args),
            self.expression(body[0].value),
            self._at(node),
        )

    def _parameter(self, argument: ast.arg) -> Parameter:
        if argument.annotation is None:
            raise self._error(argument, f"a parameter says its type: {argument.arg}: Type")
        return Parameter(argument.arg, tuple(self._types(argument.annotation)))

    def _types(self, node: ast.expr) -> list[str]:
        match node:
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return [*self._types(left), *self._types(right)]
            case ast.Name(id=name):
                return [name]
            case ast.Attribute(value=ast.Name(id=register), attr=name):
                return [f"{register}.{name}"]
            case _:
                raise self._error(node, "a type is written Type, register.Type, or Type | Type")

    def expression(self, node: ast.expr) -> Expression:
        try:
            return self._expression(node)
        except RecursionError:
            raise GrantsError.at(self.text.position, "this predicate is nested too deeply") from None

    def _expression(self, node: ast.expr) -> Expression:
        place = self._at(node)
        match node:
            case ast.Constant(value=bool() | int() | str() as value):
                return Constant(value, place)
            case ast.Constant(value=None):
                raise self._error(node, "None is asked for with `is None` or `is not None`")
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if not isinstance(value, bool):
                return Constant(-value, place)
            case ast.Name(id=name):
                return Name(name, place)
            case ast.Attribute(value=owner, attr=name):
                return Attribute(self._expression(owner), name, place)
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) else "or"
                return Logic(word, tuple(self._expression(value) for value in values), place)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(self._expression(operand), place)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
                sign = "+" if isinstance(operator, ast.Add) else "-"
                return Sum(self._expression(left), sign, self._expression(right), place)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
            case _:
                raise self._error(node, f"{_kind(node)} is not part of the language")

    def _comparison(self, node: ast.Compare) -> Expression:
        left, parts = node.left, list[Expression]()
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._compared(node, left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), self._at(node))

    def _compared(self, node: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Expression:
        place = self._at(node)
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise self._error(right, "`is` is followed by None; compare values with ==")
            return Presence(self._expression(left), isinstance(operator, ast.IsNot), place)
        if isinstance(operator, ast.In | ast.NotIn):
            choice = Choice(self._expression(left), self._among(right), place)
            return choice if isinstance(operator, ast.In) else Negation(choice, place)
        return Comparison(self._expression(left), _COMPARISONS[type(operator)], self._expression(right), place)

    def _among(self, node: ast.expr) -> tuple[Constant, ...]:
        if not isinstance(node, ast.Tuple | ast.List) or not node.elts:
            raise self._error(node, "`in` is followed by values: in ('a', 'b')")
        found: list[Constant] = []
        for item in node.elts:
            constant = self._expression(item)
            if not isinstance(constant, Constant):
                raise self._error(item, "only literal values stand in this list")
            found.append(constant)
        return tuple(found)

    def _call(self, node: ast.Call) -> Expression:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._error(node, "functions are called by name, without keywords: overlap(S, X)")
        if node.func.id == "any":
            return self._any(node)
        return Call(node.func.id, tuple(self._expression(argument) for argument in node.args), self._at(node))

    def _any(self, node: ast.Call) -> Expression:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            raise self._error(node, "any is written any(condition for S in X.relation)")
        generator = node.args[0]
        conditions = [self._expression(generator.elt)]
        steps: list[Step] = []
        for comprehension in generator.generators:
            if not isinstance(comprehension.target, ast.Name):
                raise self._error(comprehension.target, "one name stands between `for` and `in`")
            place = self._at(comprehension.target)
            steps.append(Step(comprehension.target.id, self._expression(comprehension.iter), place))
            conditions += [self._expression(condition) for condition in comprehension.ifs]
        condition = conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions), self._at(node))
        return Any_(tuple(steps), condition, self._at(node))

    def _at(self, node: ast.expr | ast.stmt | ast.arg) -> Position:
        before = self._lines[node.lineno - 1].encode()[: self._offset(node.lineno, node.col_offset)]
        return self._place(node.lineno, len(before.decode()))  # ast counts bytes of UTF-8

    def _offset(self, line: int, offset: int) -> int:
        """The offset in the text of one in what was parsed."""
        return max(offset - self._opened, 0) if line == 1 else offset

    def _place(self, line: int, offset: int) -> Position:
        start = self.text.position.column if line == 1 else 1
        return Position(self.text.position.line + line - 1, start + self._indent + offset)

    def _error(self, node: ast.expr | ast.stmt | ast.arg, message: str) -> GrantsError:
        return GrantsError.at(self._at(node), message)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _kind(node: ast.expr) -> str:
    return _KINDS.get(type(node), type(node).__name__)


_KINDS: dict[type[ast.expr], str] = {
    ast.Lambda: "a lambda",
    ast.IfExp: "`… if … else …`",
    ast.Subscript: "indexing",
    ast.JoinedStr: "a formatted string",
    ast.ListComp: "a list comprehension; write any(… for … in …)",
    ast.GeneratorExp: "a bare generator; write any(… for … in …)",
    ast.UnaryOp: "this sign",
    ast.BinOp: "this operator",
    ast.Constant: "this kind of literal",
}
