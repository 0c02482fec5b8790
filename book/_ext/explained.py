"""Run one step of make, and where it fails say last what is wrong and what to do.

``python book/_ext/explained.py COMMAND …`` passes everything on as it comes: output, Ctrl-C and
the exit status. What the command writes to stderr is searched for the troubles below.
"""

import re
import shutil
import signal
import subprocess
import sys

TAIL = 100_000  # bytes of stderr that are searched, the last ones
FULL = 2e8  # bytes free below which a step without a known trouble is taken to want space
SPACE = (
    "No disk space: {free:.1f} GB are free here. Reading and running take 2 GB, testing half of "
    "that again, and pip as much in TMPDIR and its cache while it installs. Make room ('make "
    "clean' and 'pip cache purge' help), then run make again."
)
NETWORK = (
    "No network: pip reaches no package index. Where one is reached by a proxy or a mirror, name "
    "it by HTTPS_PROXY or PIP_INDEX_URL. Then run make again."
)
PACKAGE = (
    "No {found} for this Python, {python}. The versions of the locks are tested with Python 3.11: "
    "make book PYTHON=/path/to/python3.11"
)
MEMORY = (
    "The process of a notebook was ended from outside, most often for want of memory. Close what "
    "needs it, then run make again: the notebooks that are done are kept."
)
TROUBLES = {
    r"No space left on device|Disk quota exceeded|disk is full|No usable temporary dir": SPACE,
    r"NewConnectionError|Failed to establish a new connection|ConnectTimeoutError": NETWORK,
    r"Retrying \(Retry|Temporary failure in name resolution|ReadTimeoutError": NETWORK,
    r"No matching distribution found for (\S+)": PACKAGE,
    r"Kernel died": MEMORY,
}


def explained(said: str, free: float) -> str:
    """Return what is wrong and what to do, or an empty string where no trouble is known.

    Args:
        said: what a failed command wrote to stderr.
        free: bytes free on this disk.

    >>> explained("OSError: [Errno 28] No space left on device: '/tmp/x'", 1e9)[:42]
    'No disk space: 1.0 GB are free here. Readi'
    >>> explained("NameError: name 'x' is not defined", 1e10)
    ''
    """
    fits = ((re.search(sign, said), advice) for sign, advice in TROUBLES.items())
    for match, advice in fits:
        if match:
            python = sys.version.partition(" ")[0]
            return advice.format(free=free / 1e9, found=match[match.lastindex or 0], python=python)
    return SPACE.format(free=free / 1e9) if free < FULL else ""


def run(command: list[str]) -> int:
    """Run a command, repeat what it writes to stderr, explain where it fails; return its status."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, bufsize=0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command by itself
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    said = b""
    with process:
        assert process.stderr
        while chunk := process.stderr.read(65536):
            sys.stderr.buffer.write(chunk)
            sys.stderr.buffer.flush()
            said = (said + chunk)[-TAIL:]
    status = process.returncode
    if status < 0:  # ended by a signal; a shell counts so
        return 128 - status
    if status and (why := explained(said.decode(errors="replace"), shutil.disk_usage(".").free)):
        print(f"\n{why}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
