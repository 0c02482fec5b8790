"""Every refusal names the argument, what was expected and what came."""

import re

import numpy as np
import pytest
import torch

from gentutor.checks import (
    check_choice,
    check_int,
    check_number,
    check_same_shape,
    check_tensor,
    trusted,
)

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((2, 3), ("N", 3)),
        ((2, 3), ("N", "K")),
        ((4, 2, 3), (..., "N", 3)),
        ((2, 3), (..., "N", 3)),
        ((), (...,)),
        ((), ()),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_what_fits_is_handed_back_as_it_is(shape, wanted, dtype):
    value = torch.ones(shape, dtype=dtype)
    assert check_tensor("x", value, wanted, low=1.0, high=1.0) is value


@pytest.mark.parametrize(
    ("value", "shape", "error", "message"),
    [
        ([[1.0]], ("N", 1), TypeError, "x: expected a torch.Tensor, got list"),
        (np.ones((1, 1)), ("N", 1), TypeError, "x: expected a torch.Tensor, got ndarray"),
        (torch.ones(2, 1).long(), ("N", 1), TypeError, "x: expected a floating-point dtype, got"),
        (torch.ones(2, 1).bool(), ("N", 1), TypeError, "x: expected a floating-point dtype, got"),
        (torch.ones(2, 4), ("N", 3), ValueError, "x: expected shape (N, 3), got (2, 4)"),
        (torch.ones(3), ("N", 3), ValueError, "x: expected shape (N, 3), got (3,)"),
        (torch.ones(3), (..., "N", 3), ValueError, "x: expected shape (..., N, 3), got (3,)"),
        (torch.ones(1, 2, 3), ("N", 3), ValueError, "x: expected shape (N, 3), got (1, 2, 3)"),
        (torch.ones(0, 3), ("N", 3), ValueError, "x: expected at least one element, got (0, 3)"),
        (
            torch.tensor([[1.0, NAN], [INF, 0.0]]),
            ("N", 2),
            ValueError,
            "x: expected finite values, got 2 NaN or infinite, the first at (0, 1)",
        ),
        (torch.tensor([[-INF]]), ("N", 1), ValueError, "x: expected finite values, got 1 NaN"),
    ],
)
def test_a_wrong_tensor_is_refused(value, shape, error, message):
    with pytest.raises(error, match=re.escape(message)):
        check_tensor("x", value, shape)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-0.001, "p: expected values >= 0, got -0.001"),
        (1.001, "p: expected values <= 1, got 1.001"),
    ],
)
def test_values_out_of_range_are_refused(value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_tensor("p", torch.tensor([0.5, value]), ("N",), low=0.0, high=1.0)


def test_a_strict_bound_excludes_itself():
    assert check_tensor("v", torch.tensor([1e-30]), ("N",), above=0.0)
    for value in (0.0, -2.0):
        with pytest.raises(ValueError, match=re.escape(f"v: expected values > 0, got {value:g}")):
            check_tensor("v", torch.tensor([1.0, value]), ("N",), above=0.0)
    with pytest.raises(TypeError, match=r"v: expected dtype torch\.float32, got torch\.float64"):
        check_tensor("v", torch.ones(1).double(), ("N",), dtype=torch.float32)


def test_trusted_skips_values_only_and_only_inside():
    bad = torch.tensor([NAN])
    with trusted():
        with trusted():
            check_tensor("x", bad, ("N",))
        check_tensor("x", bad, ("N",))
        with pytest.raises(ValueError, match="shape"):
            check_tensor("x", bad, ("N", 1))
        with pytest.raises(TypeError, match="dtype"):
            check_tensor("x", torch.ones(1).long(), ("N",))
    with pytest.raises(ValueError, match="finite"):
        check_tensor("x", bad, ("N",))


def test_trust_ends_with_an_error_too():
    with pytest.raises(KeyError), trusted():
        raise KeyError
    with pytest.raises(ValueError, match="finite"):
        check_tensor("x", torch.tensor([NAN]), ("N",))


def test_shapes_are_compared():
    check_same_shape("a", torch.ones(2, 3), "b", torch.zeros(2, 3))
    message = "a: expected the shape of b, (3, 2), got (2, 3)"
    with pytest.raises(ValueError, match=re.escape(message)):
        check_same_shape("a", torch.ones(2, 3), "b", torch.ones(3, 2))


@pytest.mark.parametrize("value", [1, 5, np.int64(3)])
def test_integers_in_range_pass(value):
    found = check_int("k", value, high=5)
    assert (found, type(found)) == (value, int)


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        (0, {}, ValueError, "k: expected an integer >= 1, got 0"),
        (-1, {"low": 0}, ValueError, "k: expected an integer >= 0, got -1"),
        (6, {"high": 5}, ValueError, "k: expected an integer from 1 to 5, got 6"),
        (2.0, {}, TypeError, "k: expected an integer, got 2.0"),
        ("2", {}, TypeError, "k: expected an integer, got '2'"),
        (True, {}, TypeError, "k: expected an integer, got True"),
        (None, {}, TypeError, "k: expected an integer, got None"),
    ],
)
def test_a_wrong_integer_is_refused(value, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        check_int("k", value, **options)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.25), np.int64(2)])
def test_numbers_in_range_pass(value):
    found = check_number("lr", value)
    assert (found, type(found)) == (value, float)


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        (0, {}, ValueError, "lr: expected a finite number > 0, got 0"),
        (-1e-9, {"strict": False}, ValueError, "lr: expected a finite number >= 0, got -1e-09"),
        (NAN, {"strict": False}, ValueError, "lr: expected a finite number >= 0, got nan"),
        (INF, {}, ValueError, "lr: expected a finite number > 0, got inf"),
        ("0.1", {}, TypeError, "lr: expected a number, got '0.1'"),
        (True, {}, TypeError, "lr: expected a number, got True"),
        (1j, {}, TypeError, "lr: expected a number, got 1j"),
    ],
)
def test_a_wrong_number_is_refused(value, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        check_number("lr", value, **options)
    assert check_number("lr", 0, strict=False) == 0.0


@pytest.mark.parametrize("value", ["A", "", None, 3, ["a"]])
def test_a_wrong_choice_is_refused(value):
    assert check_choice("kind", "a", ("a", "b")) == "a"
    with pytest.raises(ValueError, match=re.escape(f"kind: expected one of a, b; got {value!r}")):
        check_choice("kind", value, ("a", "b"))
