"""Translate products.wat to the products.wasm that travels with the package."""

from pathlib import Path

import wasmtime

FOLDER = Path(__file__).parents[2] / "gentutor" / "widgets"


def build() -> bytes:
    """Return the bytes of the module that the text stands for."""
    return bytes(wasmtime.wat2wasm((FOLDER / "products.wat").read_text(encoding="utf-8")))


if __name__ == "__main__":
    fresh = FOLDER / "products.wasm.new"
    fresh.write_bytes(build())
    fresh.rename(FOLDER / "products.wasm")
