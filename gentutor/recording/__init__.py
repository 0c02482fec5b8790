"""Recordings: sweeps too long for a chapter, declared in YAML, trained once, kept in a small file.

``record`` trains what ``recordings/<name>.yml`` declares and writes ``<name>.safetensors`` beside
it, ``read_recording`` reads and refuses, ``phase_diagram`` reads for the lab, ``check`` trains a
few cells again and compares. The command is ``gentutor record``. The features behind the matrix of
metrics are made by ``python -m gentutor.recording.metric_matrix``.
"""

from gentutor.recording.diagram import phase_diagram
from gentutor.recording.files import Recording, read_recording
from gentutor.recording.recheck import check
from gentutor.recording.record import record
from gentutor.recording.sweep import Sweep, read_sweep

__all__ = ["Recording", "Sweep", "check", "phase_diagram", "read_recording", "read_sweep", "record"]
