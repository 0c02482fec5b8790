"""What an expression of the bank may be made of, told from its syntax before anything runs."""

import ast
import operator
from collections.abc import Callable
from typing import Any

LONGEST, NODES = 4000, 600  # characters and nodes of an expression

BINARY: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
UNARY: dict[type[ast.AST], Callable[..., Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
COMPARE: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
VALUES = (ast.Constant, ast.Name, ast.List, ast.Tuple, ast.Dict, ast.Attribute, ast.Subscript)
STEPS_OF = (ast.IfExp, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.keyword)
MARKS = (ast.Assign, ast.Load, ast.Store, ast.And, ast.Or, ast.Expr, ast.Module)
PLAIN = (*VALUES, *STEPS_OF, *MARKS, *BINARY, *UNARY, *COMPARE)
LOOPS = (ast.ListComp, ast.SetComp, ast.comprehension)


class ExpressionError(ValueError):
    """An expression that is refused, or that fails; the message says why."""


def parse(text: str, *, loops: bool = False) -> ast.Module:
    """Return an expression's tree if everything in it is allowed.

    Args:
        text: lines ``name = expression`` and a last expression.
        loops: whether comprehensions are allowed.

    Raises:
        ExpressionError: no Python, too long, or with a part that is not allowed.

    >>> parse("__import__('os').system('ls')")
    Traceback (most recent call last):
    gentutor.proof.grammar.ExpressionError: the name '__import__' is not allowed
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"expected at most {LONGEST} characters; got {len(text)}")
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"no expression: {getattr(error, 'msg', error)}") from None
    nodes = list(ast.walk(tree))
    if len(nodes) > NODES:
        raise ExpressionError(f"expected at most {NODES} nodes; got {len(nodes)}")
    for node in nodes:
        if not isinstance(node, (*PLAIN, *(LOOPS if loops else ()))):
            hint = " in a key" if isinstance(node, LOOPS) else ""
            raise ExpressionError(f"{type(node).__name__} is not allowed{hint}")
        name = getattr(node, "id", getattr(node, "attr", ""))
        if name.startswith("_"):
            raise ExpressionError(f"the name {name!r} is not allowed")
        if isinstance(node, ast.keyword) and node.arg is None:
            raise ExpressionError("** in a call is not allowed")
        if isinstance(node, ast.Constant) and type(node.value) not in (int, float, bool, str):
            raise ExpressionError(f"the constant {node.value!r} is not allowed")
        if isinstance(node, ast.Assign) and not (
            len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            raise ExpressionError("an assignment gives one name a value")
    *lines, last = tree.body or [ast.Pass()]
    if not isinstance(last, ast.Expr) or not all(isinstance(line, ast.Assign) for line in lines):
        raise ExpressionError("expected lines 'name = expression' and a last expression")
    return tree
