#!/usr/bin/env python3
"""The house in numbers: functions of at most 60 lines and 6 parameters, files of at most 500 lines. Exceptions are callbacks
whose parameters a library prescribes.

Needs universal-ctags. Prints each offender; exit 1 when there is one.
"""
import pathlib
import re
import subprocess
import sys

LONGEST_FUNCTION, MOST_PARAMETERS, LONGEST_FILE, MEDIAN = 60, 6, 500, 15
PRESCRIBED = {("devserver/server.c", "handle")}  # MHD_AccessHandlerCallback
ROOT = pathlib.Path(__file__).resolve().parents[2]


def source_files():
    try:
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                                check=True)
        names = listed.stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    names = [n for n in names if re.search(r"\.(c|h|lua|js)$", n) and not n.startswith("build/")]
    return [n for n in names if (ROOT / n).is_file()]


def functions(names):
    tags = subprocess.run(["ctags", "-L", "-", "--languages=C", "--kinds-C=f", "--fields=+neS", "-f", "-"], cwd=ROOT,
                          input="\n".join(n for n in names if n.endswith(".c")), capture_output=True, text=True, check=True)
    for line in tags.stdout.splitlines():
        fields = dict(f.split(":", 1) for f in line.split("\t")[3:] if ":" in f)
        name, path = line.split("\t")[:2]
        if "end" in fields:
            length = int(fields["end"]) - int(fields["line"]) + 1
            signature = re.sub(r"\([^()]*\)", "", fields.get("signature", "()")[1:-1])
            yield path, int(fields["line"]), name, length, signature.count(",") + 1 if signature.strip() else 0


def main():
    bad, lengths, names = [], [], source_files()
    for path, line, name, length, parameters in functions(names):
        if not path.startswith("tests/"):
            lengths.append(length)
        if length > LONGEST_FUNCTION:
            bad.append(f"{path}:{line}: {name} has {length} lines, at most {LONGEST_FUNCTION} are allowed")
        if parameters > MOST_PARAMETERS and (path, name) not in PRESCRIBED:
            bad.append(f"{path}:{line}: {name} has {parameters} parameters, at most {MOST_PARAMETERS} are allowed")
    for name in names:
        lines = len((ROOT / name).read_text().splitlines())
        if lines > LONGEST_FILE:
            bad.append(f"{name}: {lines} lines, at most {LONGEST_FILE} are allowed")
    median = sorted(lengths)[len(lengths) // 2]
    if median > MEDIAN:
        bad.append(f"the median function has {median} lines, at most {MEDIAN} are wanted")
    print("\n".join(bad) or f"{len(lengths)} functions, median {median} lines, longest {max(lengths)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
