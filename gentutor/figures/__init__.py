"""Figures of the chapters: arrays in, a Figure out; a mistyped keyword is named."""

import importlib
import inspect
import pkgutil

from gentutor.keywords import names_its_keywords

for _part in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_part.name}")
    for _name, _function in inspect.getmembers(_module, inspect.isfunction):
        _ours = _function.__module__.startswith(f"{__name__}.") and not _name.startswith("_")
        if _ours and not hasattr(_function, "__wrapped__"):
            setattr(_module, _name, names_its_keywords(_function))
