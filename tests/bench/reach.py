#!/usr/bin/python3
"""One table of how fast tilewright is on this machine, beside its peers, and of what it is to reach (docs/performance.md).

    sh tests/bench/run.sh [--only PART,...] [--rounds 3] [--side 16384] [--no-peers] [--skip TOOL,...]

Commands that are compared run in turn, and medians are shown. On a machine that does other work at the same time look at the CPU
column: wall seconds are worth nothing there. Images are made once in the folder of --work (5 GB with the largest).
"""
import argparse
import json
import pathlib
import shutil

import archives
import measure
import works

HEAD = ["work", "tool", "wall s", "CPU s", "memory MB", "files", "MB", "reach", "reached"]


def prepare(bench, row):
    out = bench.out(row)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    if row.tool == "gdal2tiles":
        out.rmdir()


def measured(bench, rows, rounds):
    """Runs the commands of one work in turn. Returns their medians, with files and megabytes."""
    named = {str(index): row for index, row in enumerate(rows)}
    taken = measure.in_turn({name: row.command for name, row in named.items()}, rounds, lambda name: prepare(bench, named[name]),
                            {name: row.env for name, row in named.items()})
    for name, row in named.items():
        out = bench.out(row)
        single = out.with_suffix(row.suffix) if row.suffix else out
        files, size = (1, single.stat().st_size / 1e6) if single.is_file() else measure.tree_size(out, row.suffix)
        taken[name].update(files=files, size=size)
        shutil.rmtree(out, ignore_errors=True)
        if single.is_file():
            single.unlink()
    return [taken[name] for name in named]


def verdict(row, taken):
    """What is to be reached, as text, and whether it is."""
    if not row.limit:
        return ["", ""]
    key, most = row.limit
    found = taken[key]
    text = f"{most:.3g} s {'CPU' if key == 'cpu' else key}"
    if found <= most:
        return [text, "yes"]
    if key == "wall" and row.suffix and taken["cpu"] / 2 <= most:
        return [text, f"{found / most:.2f} times over; CPU / 2: yes"]
    return [text, f"{found / most:.2f} times over"]


def shown(row, taken):
    digits = 3 if taken["wall"] < 0.1 else 2 if taken["wall"] < 2 else 1
    files = [str(taken["files"]), f"{taken['size']:.0f}"] if row.suffix else ["", ""]
    return [row.work, row.tool, f"{taken['wall']:.{digits}f}", f"{taken['cpu']:.{digits}f}", f"{taken['memory']:.0f}", *files,
            *verdict(row, taken)]


def scaling_text(one, two):
    """With two threads: as measured; and as it would be if each thread had a processor for itself."""
    return f"scaling 1 to 2 threads: {one['wall'] / two['wall']:.2f} by wall, {2 * one['cpu'] / two['cpu']:.2f} by CPU (to reach: 1.85)"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = {**works.PARTS, "archives": archives.rows}
    known = [*parts, "cloudless", "preview"]
    parser.add_argument("--only", default=",".join(known), help=f"parts: {', '.join(known)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", type=int, default=16384, help="of the image, in pixels; what is to be reached is scaled")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--skip", default="", help="peers to leave out: gdal2tiles, vips, gdalwarp")
    parser.add_argument("--binary", default=str(works.ROOT / "build/release/tilewright"))
    parser.add_argument("--scripts", default=str(works.ROOT / "build/bench/tests/processes/script_arrays"))
    parser.add_argument("--work", default="/tmp/tilewright-bench")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    bench, table, notes, figures = works.Bench(options), [HEAD], [], []
    for part in options.only.split(","):
        if part not in known:
            parser.error(f"no part '{part}'; there are: {', '.join(known)}")
        if part == "preview":
            import preview_latency
            notes += preview_latency.measured(options)
            continue
        if part == "cloudless":
            import cloudless  # late: a process begins with the memory of the one that starts it
            rows, text = cloudless.measured(options)
            table += rows
            notes.append(text)
            continue
        for rows in parts[part](bench):
            rows = bench.kept(rows)
            found = measured(bench, rows, options.rounds)
            table += [shown(row, taken) for row, taken in zip(rows, found)]
            figures += [dict(work=row.work, tool=row.tool, **taken) for row, taken in zip(rows, found)]
            if part == "scaling":
                notes.append(scaling_text(*found))
            print(f"{rows[0].work}: done", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=1))
    print(f"\n{options.side} x {options.side} RGB pixels, two threads; medians of {options.rounds} rounds")
    measure.table(table)
    print("\n".join(notes))


if __name__ == "__main__":
    main()
