"""One mutant into a process that has imported everything: the code of its function is exchanged, wherever that function is known.

What stands in no function (constants, tables) is evaluated anew, with all assignments of the module below it, and put wherever the
old value is. That may miss who made something of it at import, so that a mutant that lives on this way is tried once more in a fresh process.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.proof.mutation.changes import Mutant, changed, compiled

__all__ = ["Functions", "functions_of", "put_in", "put_in_module"]

Functions = Mapping[tuple[str, str, int], list[FunctionType]]


def functions_of(root: Path, modules: list[str]) -> Functions:
    """All functions of `modules` that live in this process, by file, qualified name and first line."""
    files = {str(root / module) for module in modules}
    found: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        # Not isinstance: it asks the object itself, and a weak proxy whose object is gone raises.
        if type(one) is FunctionType and one.__code__.co_filename in files:
            code = one.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
    return found


def put_in(root: Path, mutant: Mutant, functions: Functions) -> bool:
    """Whether the mutant is in place. Only for one with an `outer` function."""
    assert mutant.outer is not None
    file = str(root / mutant.module)
    code = next(
        (
            code
            for code in _codes(compiled(root, mutant, part=True))
            if (code.co_qualname, code.co_firstlineno) == mutant.outer
        ),
        None,
    )
    living = functions.get((file, *mutant.outer), [])
    if code is None or not living or any(one.__code__.co_freevars != code.co_freevars for one in living):
        return False
    for one in living:
        one.__code__ = code
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def put_in_module(root: Path, mutant: Mutant) -> bool:
    """The same for a mutant of an assignment of the module itself, or of a default."""
    tree = changed(root, mutant)
    module: Any = sys.modules[mutant.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")]
    file = str(root / mutant.module)
    if not isinstance(tree.body[mutant.statement], ast.Assign | ast.AnnAssign):
        return _put_defaults(module, tree.body[mutant.statement], file)
    for statement in tree.body[mutant.statement :]:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if isinstance(target, ast.Name):
                _replace(module, target.id, statement.value, file)
    return True


def _put_defaults(module: Any, node: ast.stmt, file: str) -> bool:
    """Defaults of a function, of methods, and of the fields of a dataclass. False for a class of another kind."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _defaults(getattr(module, node.name), node, file)
    class_: Any = getattr(module, node.name) if isinstance(node, ast.ClassDef) else None
    if class_ is None or not (is_dataclass(class_) or all(isinstance(one, _Harmless) for one in node.body)):  # type: ignore[attr-defined] - a class
        return False
    for one in node.body:  # type: ignore[attr-defined] - a class
        function = vars(class_).get(getattr(one, "name", ""))
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(function, FunctionType):
            _defaults(function, one, file)
    return not is_dataclass(class_) or _fields(class_, node, file)  # type: ignore[arg-type] - a class


_Harmless = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Expr)


def _defaults(function: Any, node: ast.FunctionDef | ast.AsyncFunctionDef, file: str) -> bool:
    arguments, names = node.args, function.__globals__
    if not isinstance(function, FunctionType):
        return False
    function.__defaults__ = tuple(_value(value, names, file) for value in arguments.defaults) or None
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    function.__kwdefaults__ = {
        one.arg: _value(value, names, file) for one, value in keywords if value is not None
    } or None
    return True


def _fields(class_: Any, node: ast.ClassDef, file: str) -> bool:
    made = class_.__init__
    names = list(made.__code__.co_varnames[: made.__code__.co_argcount])
    first = len(names) - len(made.__defaults__ or ())
    defaults = list(made.__defaults__ or ())
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or one.value is None or not isinstance(one.target, ast.Name):
            continue
        if isinstance(one.value, ast.Call):
            continue  # field(…): made anew for each object
        defaults[names.index(one.target.id) - first] = _value(one.value, vars(sys.modules[class_.__module__]), file)
    before, made.__defaults__ = made.__defaults__, tuple(defaults)
    return (before or ()) != made.__defaults__


def _value(node: ast.expr, names: dict[str, Any], file: str) -> Any:
    return eval(compile(ast.Expression(node), file, "eval"), names)  # our own source


def _replace(module: Any, name: str, value: ast.expr, file: str) -> None:
    missing = object()
    old = getattr(module, name, missing)
    new = _value(value, vars(module), file)
    setattr(module, name, new)
    for other in list(sys.modules.values()):
        if getattr(other, "__dict__", {}).get(name, missing) is old:
            setattr(other, name, new)
