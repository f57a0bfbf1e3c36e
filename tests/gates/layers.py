#!/usr/bin/env python3
"""An include points down: every #include "x.h" names a header of the file's own layer or of one below it.

The build enforces this through include paths; this test also refuses `../`, doors that a layer may not open (only core/io sees
GDAL and libpng, only config libyaml, only processes Lua, only core/base GEOS), and checks that a forbidden include really does not compile.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELOW = {
    "core/base": [],
    "pyramid": ["core/base"],
    "core/io": ["pyramid", "core/base"],
    "config": ["pyramid", "core/base"],
    "processes": ["pyramid", "core/base"],
    "core/run": ["config", "processes", "core/io", "pyramid", "core/base"],
    "devserver": ["core/run", "config", "processes", "core/io", "pyramid", "core/base"],
    "core/cli": ["devserver", "core/run", "config", "processes", "core/io", "pyramid", "core/base"],
}
DOORS = {r"^(gdal|ogr|cpl_)": "core/io", r"^png\.h|^libdeflate": "core/io", r"^yaml\.h": "config",
         r"^(lua|lauxlib|lualib|luajit)": "processes", r"^geos_c": "core/base",
         r"^microhttpd": "devserver"}


def headers(layer):
    return {p.name for p in (ROOT / layer).glob("*.h")}


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found[1] == '"', found[2]


def check_layer(layer):
    allowed = set().union(headers(layer), *(headers(b) for b in BELOW[layer]))
    for path in sorted((ROOT / layer).glob("*.[ch]")):
        where = path.relative_to(ROOT)
        for number, own, name in includes(path):
            if own and name not in allowed:
                yield f"{where}:{number}: '{name}' is not in {layer} or a layer below it"
            for door, owner in DOORS.items():
                if not own and re.match(door, name) and owner != layer:
                    yield f"{where}:{number}: only {owner} may include <{name}>"


def compiles(layer, header):
    folders = [f"-I{ROOT / f}" for f in [layer, *BELOW[layer]]]
    text = f'#include "{header}"\n'
    return subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", "-xc", *folders, "-"], input=text, text=True,
                          capture_output=True, cwd=ROOT / layer).returncode == 0


def main():
    bad = [problem for layer in BELOW for problem in check_layer(layer)]
    if not compiles("config", "tile.h"):
        bad.append("config cannot include pyramid's tile.h, and should")
    for layer, header in (("config", "source.h"), ("core/io", "config.h"), ("pyramid", "sink.h"), ("core/base", "tile.h"),
                          ("processes", "run.h")):
        if compiles(layer, header):
            bad.append(f"{layer} can include '{header}', and should not")
    print("\n".join(bad) or "every include points down")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
