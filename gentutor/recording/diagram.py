"""A recording as the mode-collapse lab takes it, or the reason why it cannot be shown."""

from pathlib import Path
from typing import Any

from gentutor.recording.files import read_recording


def phase_diagram(path: str | Path) -> dict[str, Any] | str:
    """Return what ``ModeCollapseLab(recorded=...)`` shows of a recording.

    A file that is missing, truncated, tampered with, of another version or of another declaration
    gives a sentence for the reader in place of the diagram, not an error: the lab works without.

    Args:
        path: of the ``.safetensors`` file.

    Returns:
        The axes and, over them, ``verdict`` and every outcome as numpy arrays; ``steps`` of G; and
        ``settings``, what an objective was recorded with. Or the sentence.

    >>> phase_diagram("nowhere.safetensors").partition(";")[0]
    'No recorded runs: path: no recording at nowhere.safetensors'
    """
    try:
        kept = read_recording(path)
    except (OSError, ValueError) as fault:
        return f"No recorded runs: {fault}"
    outcomes = dict(zip(kept.outcomes, kept.outcome.float().unbind(-1), strict=True))
    own = kept.sweep["overrides"].get("objective", {})
    arrays = {"verdict": kept.verdict, **outcomes}
    rest = {"steps": kept.sweep["steps"], "settings": own}
    return {**kept.axes, **{name: each.numpy() for name, each in arrays.items()}, **rest}
