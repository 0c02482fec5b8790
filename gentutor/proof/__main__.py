"""``python -m gentutor.proof compile | prove | mutate | cues``: the bank's commands."""

import argparse
import sys
from time import perf_counter

from gentutor.bank.compiled import COMPILED
from gentutor.bank.loader import SCHEMA, BankError, schema_text
from gentutor.proof.compiling import as_text, compile_bank, write
from gentutor.proof.cues import cues
from gentutor.proof.mutation import mutate
from gentutor.proof.proving import prove

LEAST_KILLED = 0.95


def run_prove(section: str | None) -> int:
    """Print the faults of a section, or of all, and what was proven."""
    report = prove(section)
    for fault in report.faults:
        print(fault)
    slow = max(report.seconds, key=lambda name: report.seconds[name], default="")
    print(
        f"{report.questions} questions, {report.variants} variants, {report.checked} keys with a "
        f"check: {len(report.faults)} faults; {sum(report.seconds.values()):.1f} s"
        + (f", the longest {slow}: {report.seconds[slow]:.1f} s" if slow else "")
    )
    return bool(report.faults)


def run_compile() -> int:
    """Prove and compile the bank; write ``bank.json`` and the schema if nothing is at fault."""
    if run_prove(None):
        return 1
    start = perf_counter()
    bank = compile_bank()
    write(schema_text(), SCHEMA)
    write(as_text(bank), COMPILED)
    size = COMPILED.stat().st_size / 1000
    seconds = perf_counter() - start
    print(f"{COMPILED.name}: {len(bank['questions'])} questions, {size:.0f} kB, {seconds:.1f} s")
    return 0


def run_mutate(section: str | None) -> int:
    """Print the mutants that a check let pass."""
    found = mutate(section)
    for survivor in found.survivors:
        print(f"survives: {survivor}")
    share = found.killed / found.shown if found.shown else 1.0
    print(f"{found.killed} of {found.shown} mutants killed, {share:.1%}")
    return share < LEAST_KILLED


def run_cues() -> int:
    """Print what each surface rule scores, and the guesser that picks among them."""
    found = cues(compile_bank())
    print(f"{found.items} questions with options; chance {found.chance:.1%}")
    for name, score in sorted(found.rules.items(), key=lambda pair: -pair[1]):
        print(f"{name:18}{score:7.1%}  {score - found.chance:+.1%}")
    verdict = "even" if found.even else "more than five points above chance"
    print(f"{'guesser':18}{found.guesser:7.1%}  {found.guesser - found.chance:+.1%}: {verdict}")
    return not found.even


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if nothing is at fault."""
    parser = argparse.ArgumentParser(prog="python -m gentutor.proof", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("compile", help="prove the bank and write bank.json")
    for name, text in {"prove": "prove keys and traps", "mutate": "try out the checks"}.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("section", nargs="?", help="such as vae; all if left out")
    commands.add_parser("cues", help="measure what a guesser gets from the surface")
    given = parser.parse_args(arguments)
    try:
        match given.command:
            case "compile":
                return run_compile()
            case "prove":
                return run_prove(given.section)
            case "mutate":
                return run_mutate(given.section)
            case _:
                return run_cues()
    except (BankError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
