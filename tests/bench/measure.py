"""Times whole commands: wall and CPU seconds, peak memory of the largest process, over several runs in turn.

Machines are noisy: commands that are to be compared run alternately (A B A B ...), and medians are quoted.
"""
import os
import statistics
import subprocess
import time


def run_once(command, cwd=None, env=None):
    """Runs a command to its end; returns wall and CPU seconds and the peak memory (MB) of its largest process."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{errors.decode()[-2000:]}")
    return dict(wall=time.monotonic() - started, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def in_turn(commands, runs, before, envs=None):
    """commands: name -> argument list; before(name) clears up; envs: name -> variables. Returns name -> medians."""
    taken = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            before(name)
            taken[name].append(run_once(command, env=(envs or {}).get(name)))
    return {name: {key: statistics.median(run[key] for run in runs_) for key in runs_[0]} for name, runs_ in taken.items()}


def tree_size(folder, suffix=""):
    """Number and megabytes of the files below a folder whose names end in suffix."""
    count, size = 0, 0
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffix):
                count += 1
                size += os.path.getsize(os.path.join(root, name))
    return count, size / 1e6


def table(rows):
    """Prints rows of text as aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
