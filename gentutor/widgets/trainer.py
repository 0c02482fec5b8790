"""The engine that trains small networks in the page, as text for a widget's own source."""

import base64
from pathlib import Path

from gentutor.widgets.explorable import source


def trainer(*objectives: str) -> str:
    """Return the engine's source with its SIMD products, and with files that hold objectives.

    The page's constant ``PRODUCTS`` is base64 of ``products.wasm``, which is built from
    ``products.wat``; ``trainer.js`` does without it where WebAssembly is missing.

    >>> text = trainer("trainer_vae.js")
    >>> text.count("function makeEngine"), text.count("function makeVae("), text.count("import ")
    (1, 1, 0)
    """
    products = (Path(__file__).parent / "products.wasm").read_bytes()
    bytes_of = f'const PRODUCTS = "{base64.b64encode(products).decode()}";'
    return f"{bytes_of}\n{source('trainer.js', *objectives, 'trainer_run.js')}\n"
