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
    path = Path(path)
    header = {
        "format": FORMAT,
        "class": type(model).__name__,
        "config": json.dumps(model.config),
    }
    tensors = {name: value.contiguous() for name, value in model.state_dict().items()}
    header["digest"] = _digest(header["config"], tensors)
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
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: no file at {path}")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            state = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"path: expected a whole safetensors file, {path} is damaged or another kind ({error})"
        ) from error
    if header.get("format") != FORMAT:
        raise ValueError(
            f"path: expected format {FORMAT}, {path} has {header.get('format', 'none')}; "
            "save the model again with this version"
        )
    if header.get("class") != model_class.__name__:
        raise ValueError(
            f"path: expected a {model_class.__name__}, {path} holds a {header.get('class')}"
        )
    if header.get("digest") != _digest(header.get("config", ""), state):
        raise ValueError(f"path: {path} is damaged: its content differs from what was written")
    try:
        model = model_class(**json.loads(header["config"]))
        model.load_state_dict(state, assign=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"path: the weights in {path} do not fit its own configuration ({error})"
        ) from error
    return model
