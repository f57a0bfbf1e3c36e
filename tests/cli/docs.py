"""Runs what a page of the documentation shows, from top to bottom, in one folder.

- A block of Lua or YAML is written to the file that the paragraph above it names in back quotes (the last such name).
- A `console` block is run line by line: `$ command`. What stands below a command must be what it prints, `...` standing for
  anything; a command with nothing below it must succeed.
- Any other block of Lua is the body of run(tile, input, p), tried on an image with the bands red, green, blue and nir.
- An image shows in the tutorial what `mosaic.tif` is by then.
"""
import os
import pathlib
import re
import subprocess

import harness

FENCE = re.compile(r"```(\w*)$")
IMAGE = re.compile(r"!\[.*?\]\(images/(\w+)\.jpg\)")


def events(page):
    """What a page shows, in order: (line number, kind, name, text), of the kinds file, console, lua and image."""
    lines = pathlib.Path(page).read_text().splitlines()
    paragraph, ended, block = "", False, None
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if block is not None and fence:
            start, language, text = block
            block = None
            named = re.findall(rf"`([\w./-]+\.{language})`", paragraph)
            if named and language in ("lua", "yaml"):
                yield start, "file", named[-1], text
            elif language in ("console", "lua"):
                yield start, language, None, text
            paragraph, ended = "", False
        elif fence:
            block = (number, fence[1], "")
        elif block is not None:
            block = (*block[:2], block[2] + line + "\n")
        elif not line.strip():
            ended = True
        else:
            paragraph, ended = (line if ended else paragraph + "\n" + line), False
            for name in IMAGE.findall(line):
                yield number, "image", name, ""


def commands(text):
    """Of a console block: pairs of a command and what it prints."""
    for part in re.split(r"(?m)^\$ ", text)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def run(command, folder):
    """Runs one command of a console block; returns the exit code and what it printed, without lines about progress."""
    env = {**os.environ, "LC_ALL": "C", "PATH": f"{os.path.dirname(harness.BINARY)}:{os.environ['PATH']}"}
    done = subprocess.run(command, shell=True, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=600)
    return done.returncode, re.sub(r"(?m)^\d+ of \d+ metatiles.*\n", "", done.stdout)


def is_as_told(printed, told):
    pattern = r".*?".join(re.escape(part) for part in told.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.S) is not None
