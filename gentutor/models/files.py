"""Saving and loading of models: safetensors with the constructor's arguments in the header.

Nothing is ever unpickled: a file holds numbers and a JSON text, and anything else is refused.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

FORMAT = "gentutor-model-1"

ModelT = TypeVar("ModelT", bound=nn.Module)


def save_model(model: nn.Module, path: str | Path) -> None:
    """Write ``model`` (any class with a ``config``) to ``path``, whole or not at all.

    The file is written under a temporary name beside ``path``, then renamed.
    """
    header = {"format": FORMAT, "class": type(model).__name__, "config": json.dumps(model.config)}
    write_tensors(path, header, model.state_dict())


def write_tensors(path: str | Path, header: dict[str, str], tensors: Mapping[str, Tensor]) -> None:
    """Write tensors, a header with ``format`` and ``config``, and a digest of config and tensors.

    The file is written under a temporary name beside ``path``, then renamed: whole or not at all.
    """
    path = Path(path)
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    header = header | {"digest": _digest(header["config"], tensors)}
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(save(tensors, metadata=header))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _digest(config: str, tensors: Mapping[str, Tensor]) -> str:
    """Return a SHA-256 over the configuration and every tensor's name, form and bytes."""
    digest = hashlib.sha256(config.encode())
    for name, value in sorted(tensors.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def load_model(model_class: type[ModelT], path: str | Path) -> ModelT:
    """Read a model of class ``model_class`` that :func:`save_model` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is truncated or no safetensors file, or it holds another class, a
            format this version does not read, or tensors that do not fit its own configuration.

    >>> import tempfile
    >>> from gentutor.models.vae import VAE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(VAE(4, latent_dim=2), f"{folder}/vae.safetensors")
    ...     load_model(VAE, f"{folder}/vae.safetensors").latent_dim
    2
    """
    header, state = read_tensors(path, FORMAT, remedy="save the model again with this version")
    if header.get("class") != model_class.__name__:
        raise ValueError(
            f"path: expected a {model_class.__name__}, {path} holds a {header.get('class')}"
        )
    try:
        model = model_class(**json.loads(header["config"]))
        model.load_state_dict(state, assign=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"path: the weights in {path} do not fit its own configuration ({error})"
        ) from error
    return model


def read_tensors(
    path: str | Path, wanted: str, *, name: str = "path", remedy: str
) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return the header and the tensors that :func:`write_tensors` wrote.

    Args:
        path: of the file.
        wanted: the header's ``format``.
        name: the caller's argument that holds the path, for error messages.
        remedy: what to do about another format.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is truncated, tampered with, of another format or no safetensors file.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{name}: no file at {path}")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"{name}: expected a whole safetensors file, {path} is damaged or another kind "
            f"({error})"
        ) from error
    if header.get("format") != wanted:
        raise ValueError(
            f"{name}: expected format {wanted}, {path} has {header.get('format', 'none')}; {remedy}"
        )
    if header.get("digest") != _digest(header.get("config", ""), tensors):
        raise ValueError(f"{name}: {path} is damaged: its content differs from what was written")
    return header, tensors
