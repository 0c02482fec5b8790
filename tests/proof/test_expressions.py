"""The bank's expressions compute what they say, and nothing hostile gets through."""

import math

import pytest
import torch

from gentutor.proof.expressions import evaluate, number
from gentutor.proof.grammar import ExpressionError
from gentutor.proof.namespace import ATTRIBUTES, FUNCTIONS, NAMES, dotted, only_order


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 ** 2 // 4 % 5 - -1", 1 + 2 * 3**2 // 4 % 5 - -1),
        ("log(s) if s > 1 else exp(s)", math.exp(0.5)),
        ("0 < s <= 1 and not s == 2", True),
        ("s == 2 or 1 in [1, 2]", True),
        ('{"a": [1, 2]}["a"][1]', 2),
        ("half = s * s\nhalf + 1", 1.25),
        ("tensor([[1, 2], [3, 4]]).sum().item()", 10),
        ("(tensor([1, 2]) @ tensor([3, 4])).item()", 11),
        ("logsumexp(tensor([0, 0]), 0).item()", math.log(2)),
        ("gaussians.kl_diagonal(tensor([1]), tensor([1])).item()", 0.5),
        ("variational.gaussian_kl(mu=tensor([[1]]), logvar=zeros(1, 1)).item()", 0.5),
        ("round(pi, 2)", 3.14),
    ],
)
def test_what_is_allowed_gives_its_value(text: str, value: float) -> None:
    assert evaluate(text, {"s": 0.5}) == pytest.approx(value)


def test_comprehensions_are_for_checks_and_keep_their_names() -> None:
    text = "x = 7\nsum([x * y for x, y in zip([1, 2], [3, 4]) if y > 3]) + x"
    assert evaluate(text, loops=True) == 2 * 4 + 7
    with pytest.raises(ExpressionError, match="ListComp is not allowed in a key"):
        evaluate(text)


def test_numbers_are_of_float64() -> None:
    assert {evaluate(f"{one}").dtype for one in ("tensor(1)", "ones(2)", "linspace(0, 1, 3)")} == {
        torch.float64
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os').system('ls')", "the name '__import__' is not allowed"),
        ("().__class__.__bases__[0].__subclasses__()", "the name '__"),
        ("tensor(1).__class__", "the name '__class__' is not allowed"),
        ("import os", "expected lines 'name = expression'|Import is not allowed"),
        ("eval('1')", "the name 'eval' is not listed"),
        ("open('/etc/passwd')", "the name 'open' is not listed"),
        ("getattr(1, 'real')", "the name 'getattr' is not listed"),
        ("torch.load('x')", "the name 'torch' is not listed"),
        ("gentutor.checks", "the name 'gentutor' is not listed"),
        ("variational.math", "the name 'variational' is not listed"),
        ("files.save(1)", "the name 'files' is not listed"),
        ("tensor(1).numpy()", "this attribute is not listed"),
        ("tensor(1).data", "this attribute is not listed"),
        ("'{0.real}'.format(1)", "this attribute is not listed"),
        ("exp.func_globals", "this attribute is not listed"),
        ("f'{1}'", "JoinedStr is not allowed"),
        ("lambda: 1", "Lambda is not allowed"),
        ("(x := 1)", "NamedExpr is not allowed"),
        ("[1, 2, 3][0:2]", "Slice is not allowed"),
        ("max(*[1, 2])", "Starred is not allowed"),
        ("max(**{'a': 1})", r"\*\* in a call is not allowed"),
        ("b'bytes'", "the constant b'bytes' is not allowed"),
        ("1j", "the constant 1j is not allowed"),
        ("1 + None", "the constant None is not allowed"),
        ("while True: pass", "is not allowed"),
        ("def f(): return f()\nf()", "is not allowed"),
        ("x, y = 1, 2\nx", "an assignment gives one name a value"),
        ("log = 3\nlog", "'log' has a meaning already"),
        ("pi()", "pi cannot be called"),
        ("'a' * 10**9", "expected numbers or tensors, got str"),
        ("[0] * 10**9", "expected numbers or tensors, got list"),
        ("9 ** 9 ** 9", "expected an exponent of at most 1000"),
        ("1.5 ** -1001", "expected an exponent of at most 1000; got -1001"),
        ("10.0 ** 999", "OverflowError"),
        ("(10**150) * (10**150)", "expected an integer below"),
        ("zeros(100000, 100000)", "expected at most 10000 elements"),
        ("linspace(0, 1, 10**8)", "expected at most 10000 elements"),
        ("stack([ones(9000), ones(9000)])", "expected at most 10000 elements; got 18000"),
        ("comb(10**6, 5 * 10**5)", "expected n of at most 1000"),
        ("1 / 0", "ZeroDivisionError"),
        ("log(-1)", "ValueError: math domain error"),
        ("variational.gaussian_kl(ones(2), ones(2))", "ValueError: mu: expected shape"),
        ("", "expected lines 'name = expression'"),
        ("x = 1", "expected lines 'name = expression'"),
        ("1 +", "no expression: invalid syntax"),
        ("+".join(["1"] * 400), "expected at most 600 nodes"),
        ("1" * 5000, "expected at most 4000 characters"),
    ],
)
def test_what_is_hostile_or_wrong_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        evaluate(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[x for x in range(10**9)]", "expected at most 100000 numbers"),
        ("sum([1 for x in range(1000) for y in range(10000)])", "expected an end within 500000"),
        ("[pi for pi in [1]]", "cannot be a loop's name"),
        ("[x.__class__ for x in [1]]", "the name '__class__' is not allowed"),
        ("[x for x in [1] for x.y in [2]]", "cannot be a loop's name"),
    ],
)
def test_loops_end_and_reach_no_further(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        evaluate(text, loops=True)


@pytest.mark.parametrize("value", [True, "1", [1], math.nan, math.inf, torch.ones(2)])
def test_a_key_is_a_finite_number(value: object) -> None:
    with pytest.raises(ExpressionError, match="expected a"):
        number(value)


def test_every_listed_function_exists_and_is_public() -> None:
    for module, functions in FUNCTIONS.items():
        for name in functions:
            assert callable(dotted(f"{module.rpartition('.')[2]}.{name}"))
            assert not name.startswith("_")
    assert not any(name.startswith("_") for names in ATTRIBUTES.values() for name in names)
    assert {"open", "eval", "exec", "getattr", "vars", "type"}.isdisjoint(NAMES)


def test_an_order_must_be_the_only_one() -> None:
    assert only_order({"loss": ["z"], "z": ["mu", "eps"], "eps": ["mu"]}) == [
        "mu",
        "eps",
        "z",
        "loss",
    ]
    with pytest.raises(ValueError, match="a, b could come next"):
        only_order({"c": ["a", "b"]})
    with pytest.raises(ValueError, match="nothing could come next"):
        only_order({"a": ["b"], "b": ["a"]})
