"""The mutants of a module: every place where one small change should make a test fail.

Left alone are sentences for people, annotations, decorators, patterns of `match`, docstrings and assertions. A mutant is known by its function,
its line and its change, not by its place in the file, so that what is said of it holds while code around it moves.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import TypeVar

__all__ = ["Mutant", "changed", "compiled", "mutants_of", "prepare"]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_PAIRS = (
    ("any", "all"),
    ("min", "max"),
    ("lower", "upper"),
    ("startswith", "endswith"),
    ("issuperset", "issubset"),
    ("removeprefix", "removesuffix"),
    ("partition", "rpartition"),
    ("union", "intersection"),
)
_NAMES = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_TELLING = frozenset(
    [
        "Problem",
        "problem",
        "at",
        "_error",
        "unauthenticated",
        "invalid_certificate",
        "_refused",
        "_not_allowed",
        "GraphQLIssue",
        "warning",
        "error",
        "_complain",
        "meant",
    ]
)
"""Calls whose arguments are sentences for people."""
_TOLD = frozenset({"message", "hint"})
_UNTOUCHED: dict[type[ast.AST], set[str]] = {
    ast.AnnAssign: {"annotation"},
    ast.arg: {"annotation"},
    ast.FunctionDef: {"returns", "decorator_list"},
    ast.AsyncFunctionDef: {"returns", "decorator_list"},
    ast.ClassDef: {"decorator_list", "bases", "keywords"},
    ast.match_case: {"pattern"},
}
_Def = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module. `number` counts the changes of the module; `lines` is what a test must touch to see it.

    `function` is the qualified name of what it stands in, empty for the module itself. `outer` is name and first line of the
    outermost function around it, None when there is none. `statement` is the place of its statement in the module's body. `within` is a digest of that
    function, or of that statement.
    """

    module: str
    number: int
    function: str
    text: str
    change: str
    lines: range
    outer: tuple[str, int] | None
    statement: int
    within: str

    @property
    def name(self) -> str:
        return f"{self.module} · {self.function} · {self.written}"

    @property
    def written(self) -> str:
        """Line and change, as the list of survivors has them."""
        return f"{self.text} ▸ {self.change}"


@dataclass(frozen=True, slots=True)
class _Context:
    function: str = ""
    outer: tuple[str, int] | None = None
    lines: range = range(0)
    statement: int = 0
    told: bool = False
    within: str = ""


@dataclass(frozen=True, slots=True)
class _Site:
    """A node, where it hangs, and what takes its place."""

    parent: ast.AST
    field: str
    index: int | None
    before: ast.AST
    after: ast.AST
    change: Callable[[], str]
    context: _Context

    def apply(self) -> None:
        if self.index is None:
            setattr(self.parent, self.field, self.after)
        else:
            getattr(self.parent, self.field)[self.index] = self.after


def mutants_of(root: Path, module: str) -> list[Mutant]:
    """The mutants of `root / module`, in the order of the file."""
    source = (root / module).read_text("utf-8")
    lines = source.split("\n")
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[Mutant] = []
    for number, site in enumerate(_sites(ast.parse(source))):
        line: int = getattr(site.before, "lineno", site.context.lines.start)
        text = lines[line - 1].strip()
        written = site.change()
        key = (site.context.function, text, written)
        seen[key] += 1
        change = written if seen[key] == 1 else f"{written} (no. {seen[key]})"
        context = site.context
        found.append(
            Mutant(
                module,
                number,
                context.function,
                text,
                change,
                context.lines,
                context.outer,
                context.statement,
                context.within,
            )
        )
    return found


def changed(root: Path, mutant: Mutant) -> ast.Module:
    """The module with the change made. Once for each module and process: the tree is kept, so that children of a process share it."""
    tree, sites = _parsed(root / mutant.module)
    sites[mutant.number].apply()
    return ast.fix_missing_locations(tree)


def compiled(root: Path, mutant: Mutant, *, part: bool = False) -> CodeType:
    """The code of the changed module; with `part` of the one statement that holds the change."""
    tree = changed(root, mutant)
    if part:
        tree.body = [_FUTURE, tree.body[mutant.statement]]
    return compile(ast.fix_missing_locations(tree), str(root / mutant.module), "exec", dont_inherit=True)


def prepare(root: Path, mutant: Mutant) -> None:
    """Read the module, so that no child has to."""
    _parsed(root / mutant.module)


_FUTURE = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)


@cache
def _parsed(file: Path) -> tuple[ast.Module, list[_Site]]:
    tree = ast.parse(file.read_text("utf-8"))
    return tree, list(_sites(tree))


def _sites(tree: ast.Module) -> Iterator[_Site]:
    for number, statement in enumerate(tree.body):
        yield from _visit(tree, "body", number, statement, _Context(statement=number, within=_digest(statement)))


def _visit(parent: ast.AST, field: str, index: int | None, node: ast.AST, context: _Context) -> Iterator[_Site]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert) or _is_text(node) or _is_names(node):
        return
    context = _within(node, context)
    for change, after in _changes(node, parent, field, context):
        yield _Site(parent, field, index, node, after, change, context)
    untouched = _UNTOUCHED.get(type(node), set[str]())
    for name, value in ast.iter_fields(node):
        if name in untouched:
            continue
        inner = _early(context) if name in {"defaults", "kw_defaults"} else context
        if isinstance(value, list):
            for position, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _visit(node, name, position, item, inner)
        elif isinstance(value, ast.AST):
            yield from _visit(node, name, None, value, inner)


def _early(context: _Context) -> _Context:
    """Defaults of a function of the module or of a class are made when the module is."""
    return replace(context, outer=None) if context.outer and context.outer[0] == context.function else context


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_names(node: ast.AST) -> bool:
    """`__all__`, or a name for a union of types."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    name = node.targets[0].id
    return name == "__all__" or (
        name.lstrip("_")[:1].isupper() and not name.isupper() and not isinstance(node.value, ast.Call)
    )


def _within(node: ast.AST, context: _Context) -> _Context:
    function, outer, told, within = context.function, context.outer, context.told, context.within
    if isinstance(node, (*_Def, ast.ClassDef)):
        function = f"{function}.{node.name}" if function else node.name
        if outer is None and isinstance(node, _Def):
            outer = (function, min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]))
            within = _digest(node)
    if (
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and _called(node) in _TELLING)
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _TOLD)
    ):
        told = True
    elif isinstance(node, ast.stmt):
        told = False
    lines = _header(node) if isinstance(node, ast.stmt) else context.lines
    return _Context(function, outer, lines, context.statement, told, within)


def _digest(node: ast.AST) -> str:
    return sha256(ast.dump(node).encode()).hexdigest()[:16]


def _header(node: ast.stmt) -> range:
    """The lines of a statement; of one with a body, those before it."""
    body: list[ast.stmt] | None = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    first = body[0]
    start: int = first.pattern.lineno if isinstance(first, ast.match_case) else first.lineno
    return range(node.lineno, max(start, node.lineno + 1))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _changes(
    node: ast.AST, parent: ast.AST, field: str, context: _Context
) -> Iterator[tuple[Callable[[], str], ast.AST]]:
    if isinstance(node, ast.stmt):
        yield from ((partial(_said, node, after), after) for after in _of_statement(node, context))
    elif isinstance(node, ast.ExceptHandler):
        yield from _of_handler(node)
    elif isinstance(node, ast.expr):
        yield from ((partial(_said, node, after), after) for after in _of_expression(node, parent, context))
        if field in {"test", "ifs", "guard"} and not isinstance(
            node, ast.Compare | ast.UnaryOp | ast.BoolOp | ast.Constant
        ):
            after = _placed(ast.UnaryOp(ast.Not(), node), node)
            yield partial(_said, node, after), after
        if field == "ifs":
            yield lambda: f"`if {_shown(node)}` → nothing", _placed(ast.Constant(value=True), node)


def _said(before: ast.AST, after: ast.AST) -> str:
    return f"`{_shown(before)}` → {'nothing' if isinstance(after, ast.Pass) else f'`{_shown(after)}`'}"


def _of_statement(node: ast.stmt, context: _Context) -> Iterator[ast.stmt]:
    nothing = _placed(ast.Pass(), node)
    if context.outer is None:
        return
    match node:
        case ast.Raise() | ast.Expr() | ast.AugAssign() | ast.Delete():
            yield nothing
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield nothing
        case ast.Continue():
            yield _placed(ast.Break(), node)
            yield nothing
        case ast.Break():
            yield _placed(ast.Continue(), node)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield _placed(ast.Return(ast.Constant(value=None)), node)
        case _:
            pass
    if isinstance(node, ast.AugAssign) and type(node.op) in _OPERATORS:
        after = copy.copy(node)
        after.op = _OPERATORS[type(node.op)]()
        yield after


def _of_handler(node: ast.ExceptHandler) -> Iterator[tuple[Callable[[], str], ast.AST]]:
    if not isinstance(node.type, ast.Tuple):
        return
    for position, one in enumerate(node.type.elts):
        after = copy.copy(node)
        others = [other for index, other in enumerate(node.type.elts) if index != position]
        after.type = _placed(ast.Tuple(others, ast.Load()), node.type)
        yield partial("`except … {}` → not caught".format, _shown(one)), after


def _of_expression(node: ast.expr, parent: ast.AST, context: _Context) -> Iterator[ast.expr]:
    make: Callable[[ast.expr], Iterator[ast.expr]] | None = {
        ast.Compare: _of_comparison,
        ast.BoolOp: _of_logic,
        ast.UnaryOp: _of_sign,
        ast.BinOp: _of_sum,
        ast.Name: _of_name,
        ast.Attribute: _of_name,
    }.get(type(node))  # type: ignore[assignment] - each takes its own kind of node
    if make is not None:
        yield from make(node)
    elif isinstance(node, ast.Constant) and not isinstance(parent, ast.JoinedStr):
        yield from _of_constant(node, context)


def _of_comparison(node: ast.Compare) -> Iterator[ast.expr]:
    for position, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            after = copy.copy(node)
            after.ops = [other() if index == position else op for index, op in enumerate(node.ops)]
            yield after


def _of_logic(node: ast.BoolOp) -> Iterator[ast.expr]:
    after = copy.copy(node)
    after.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield after
    for position in range(len(node.values)):
        left = [value for index, value in enumerate(node.values) if index != position]
        if len(left) == 1:
            yield left[0]
        else:
            after = copy.copy(node)
            after.values = left
            yield after


def _of_sign(node: ast.UnaryOp) -> Iterator[ast.expr]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _of_sum(node: ast.BinOp) -> Iterator[ast.expr]:
    if type(node.op) in _OPERATORS:
        after = copy.copy(node)
        after.op = _OPERATORS[type(node.op)]()
        yield after


def _of_name(node: ast.Name | ast.Attribute) -> Iterator[ast.expr]:
    name = node.id if isinstance(node, ast.Name) else node.attr
    if name not in _NAMES or not isinstance(node.ctx, ast.Load):
        return
    after = copy.copy(node)
    if isinstance(after, ast.Name):
        after.id = _NAMES[name]
    else:
        after.attr = _NAMES[name]
    yield after


def _of_constant(node: ast.Constant, context: _Context) -> Iterator[ast.expr]:
    other = _another(node.value, sentences=not context.told)
    if other is not None:
        yield _placed(ast.Constant(value=other), node)


def _another(value: object, *, sentences: bool) -> bool | float | str | bytes | None:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if sentences and " " not in value:
            return value + "XX"
        case bytes() if sentences and b" " not in value:
            return value + b"XX"
        case _:
            return None


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:89]}…"


N = TypeVar("N", bound=ast.AST)


def _placed(node: N, where: ast.AST) -> N:
    return ast.copy_location(node, where)
