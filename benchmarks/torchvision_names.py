"""Let peers import torchvision where its compiled operators do not fit the installed torch.

The peers use torchvision's networks and transforms, which are plain Python. Its compiled library
is a separate matter: a wheel built for CUDA does not load beside a CPU torch, and then the import
fails because two operators that nobody calls have no name. Importing this module gives them one.
"""

import sys

import torch


def import_torchvision() -> None:
    """Import torchvision; if its operators are missing, name them and import it again."""
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            NAMES.define(f"{operator}() -> ()")
        import torchvision  # noqa: F401


NAMES = torch.library.Library("torchvision", "FRAGMENT")  # the names last as long as this object
import_torchvision()
