"""Evaluates the bank's expressions: arithmetic and listed calls, nothing else, never for long.

``grammar`` refuses what is not allowed before anything runs; here the tree of what is left is
walked. Python's ``eval`` has no part in it. An expression can be large but not endless: steps are
counted, and the sizes of numbers, powers, ranges and tensors are limited.
"""

import ast
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gentutor.proof.grammar import BINARY, COMPARE, UNARY, ExpressionError, parse
from gentutor.proof.namespace import ATTRIBUTES, NAMES, dotted

STEPS = 500_000  # nodes visited in one evaluation
ELEMENTS = 10_000  # of a tensor or a list, so that a product of two still fits
POWER, INTEGER = 1000, 2**200  # largest exponent, largest integer


def evaluate(text: str, values: Mapping[str, Any] | None = None, *, loops: bool = False) -> Any:
    """Return the value of an expression.

    Args:
        text: as :func:`gentutor.proof.grammar.parse` takes it.
        values: what further names mean: parameters, ``answer``, functions of a check module.
        loops: whether comprehensions are allowed.

    Raises:
        ExpressionError: refused, unknown, too large, or failed with the error that is named.

    >>> evaluate("2 * log(s)", {"s": 0.5})
    -1.3862943611198906
    >>> evaluate("variational.gaussian_kl(tensor([[1]]), tensor([[0]])).item()")
    0.5
    >>> evaluate("9 ** 9 ** 9")
    Traceback (most recent call last):
    gentutor.proof.grammar.ExpressionError: expected an exponent of at most 1000; got 3.8742e+08
    """
    tree = parse(text, loops=loops)
    walker = Walker(dict(values or {}))
    try:
        return walker.run(tree)
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError("nested too deeply") from None
    except Exception as error:  # whatever a listed function raises is the author's to read
        raise ExpressionError(f"{type(error).__name__}: {error}") from None


class Walker:
    """Visits a tree that ``parse`` has let pass."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values, self.steps = values, 0

    def run(self, tree: ast.Module) -> Any:
        """Carry out the lines and return the last one's value."""
        for line in tree.body:
            if isinstance(line, ast.Assign):
                target = line.targets[0]
                assert isinstance(target, ast.Name)
                if target.id in NAMES:
                    raise ExpressionError(f"{target.id!r} has a meaning already")
                self.values[target.id] = self.value(line.value)
        last = tree.body[-1]
        assert isinstance(last, ast.Expr)
        return self.value(last.value)

    def value(self, node: ast.AST) -> Any:
        """Return a node's value, if there are steps left and it is not too large."""
        self.steps += 1
        if self.steps > STEPS:
            raise ExpressionError(f"expected an end within {STEPS} steps")
        return sized(self.visit(node))

    def visit(self, node: ast.AST) -> Any:
        """Return a node's value."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                if name not in self.values and name not in NAMES:
                    raise ExpressionError(f"the name {name!r} is not listed")
                return self.values[name] if name in self.values else NAMES[name]
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return [self.value(part) for part in parts]
            case ast.Dict(keys=keys, values=parts):
                pairs = zip(keys, parts, strict=True)
                return {self.value(k): self.value(v) for k, v in pairs if k is not None}
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.value(body if self.value(test) else other)
            case ast.BoolOp(op=op, values=parts):
                found = (bool(self.value(part)) for part in parts)
                return all(found) if isinstance(op, ast.And) else any(found)
            case ast.UnaryOp(op=op, operand=part):
                return UNARY[type(op)](self.value(part))
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(op, self.value(left), self.value(right))
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [self.value(left), *map(self.value, others)]
                steps = zip(ops, sides, sides[1:], strict=False)
                return all(bool(COMPARE[type(op)](a, b)) for op, a, b in steps)
            case ast.Subscript(value=whole, slice=index):
                return self.value(whole)[self.value(index)]
            case ast.ListComp() | ast.SetComp():
                return self.loop(node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Call(func=func, args=args, keywords=keywords):
                called = self.value(func)
                if not callable(called):
                    raise ExpressionError(f"{ast.unparse(func)} cannot be called")
                return called(
                    *map(self.value, args), **{str(k.arg): self.value(k.value) for k in keywords}
                )
        raise ExpressionError(f"{type(node).__name__} is not allowed here")

    def binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        """Return a sum, product or power of numbers and tensors."""
        for side in (left, right):
            if not isinstance(side, int | float | Tensor):
                raise ExpressionError(f"expected numbers or tensors, got {type(side).__name__}")
        if isinstance(op, ast.Pow) and isinstance(right, int | float) and abs(right) > POWER:
            raise ExpressionError(f"expected an exponent of at most {POWER}; got {right:g}")
        return BINARY[type(op)](left, right)

    def attribute(self, node: ast.Attribute) -> Any:
        """Return a listed function of gentutor, or a listed attribute of a value."""
        if (
            isinstance(node.value, ast.Name)
            and node.value.id not in self.values
            and (found := dotted(f"{node.value.id}.{node.attr}")) is not None
        ):
            return found
        owner = self.value(node.value)
        if node.attr not in ATTRIBUTES.get(type(owner).__name__, ()):
            raise ExpressionError(f"{ast.unparse(node)}: this attribute is not listed")
        return getattr(owner, node.attr)

    def loop(self, node: ast.ListComp | ast.SetComp) -> list[Any]:
        """Return a comprehension's values; its names hold within it alone."""
        outer = dict(self.values)
        found: list[Any] = []

        def descend(rest: list[ast.comprehension]) -> None:
            if not rest:
                found.append(self.value(node.elt))
                return
            first, *others = rest
            for value in self.value(first.iter):
                self.bind(first.target, value)
                if all(self.value(test) for test in first.ifs):
                    descend(others)

        descend(node.generators)
        self.values = outer
        return found

    def bind(self, target: ast.expr, value: Any) -> None:
        """Give a loop's names their values."""
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        parts = list(value) if isinstance(target, ast.Tuple) else [value]
        for name, part in zip(names, parts, strict=True):
            if not isinstance(name, ast.Name) or name.id in NAMES:
                raise ExpressionError(f"{ast.unparse(target)!r} cannot be a loop's name")
            self.values[name.id] = part


def sized(value: Any) -> Any:
    """Return a value that is not too large."""
    if isinstance(value, int) and abs(value) > INTEGER:
        raise ExpressionError("expected an integer below 2 to the 200")
    size = value.numel() if isinstance(value, Tensor) else 0
    size = len(value) if isinstance(value, list | str) else size
    if size > ELEMENTS:
        raise ExpressionError(f"expected at most {ELEMENTS} elements; got {size}")
    return value


def number(value: Any) -> float:
    """Return a finite number, from a number or a tensor of one element."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ExpressionError(f"expected a number; got {value!r:.60}")
    if abs(value) == torch.inf:
        raise ExpressionError("expected a finite number; got an infinite one")
    return float(value)
