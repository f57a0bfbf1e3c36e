"""No seams: what a tile makes of its pixels and their margin are the same bits that a larger window makes of them.

    /usr/bin/python3 tests/numpy/seams.py build/dev/tests/processes/script_arrays [WORD...]

runs the cases of cases_focal.py, each on a window and on a part of it.
"""
import sys

import numpy as np

import arrays
import cases_focal
import run

SHAPE, CORNER, PART = (96, 130), (8, 12), (72, 101)  # the corner is a multiple of all blocks


def part_of(band):
    return band[CORNER[0]:CORNER[0] + PART[0], CORNER[1]:CORNER[1] + PART[1]]


def images(dtype, values):
    whole = run.new_image(np.random.default_rng(7), dtype, SHAPE, "some", values)
    return whole, {name: tuple(np.ascontiguousarray(part_of(one)) for one in band) for name, band in whole.items()}


def inside(band, margin, shape):
    """Pixels and validity without the margin; what nodata holds does not count."""
    pixels, valid = band
    inner = tuple(slice(margin, size - margin) for size in shape)
    there = np.ones(shape, bool) if valid is None else valid[:shape[0], :shape[1]] != 0
    bits = pixels.view("uint%d" % (8 * pixels.itemsize))
    return np.where(there, bits, 0)[inner], there[inner]


def seam(case, whole, part):
    """The names of the bands that differ."""
    cut = lambda band: tuple(None if one is None else part_of(one) for one in band)
    margin = min(case.buffer, (min(PART) - 1) // 2)
    return [name for name in whole if not all(map(np.array_equal, inside(cut(whole[name]), margin, PART),
                                                  inside(part[name], margin, PART)))]


def main():
    program, words = sys.argv[1], sys.argv[2:]
    cases = [case for case in cases_focal.CASES if not words or any(word in case.name for word in words)]
    batch, jobs = arrays.Batch(), []
    for case in cases:
        for dtype in case.dtypes:
            for values in ("random", "extreme") if case.extreme else ("random",):
                tiles = [arrays.tile({"image": image}, case.buffer) for image in images(dtype, values)]
                batch.add_text(f"{case.name}_{len(jobs)}.lua", case.script(), tiles, case.params)
                jobs.append((case, dtype))
    wrong = 0
    for (case, dtype), (whole, part) in zip(jobs, batch.run(program)):
        problem = whole if isinstance(whole, str) else seam(case, whole, part)
        if problem:
            wrong += 1
            print(f"{case.name} ({dtype}): {problem}")
    print(f"{len(jobs)} seams, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
