"""Times process scripts on arrays in memory, in turn with numpy and scipy doing the same on the same arrays.

    cmake -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release && ninja -C build/bench script_arrays
    /usr/bin/python3 tests/bench/scripts.py [--runs 9] [--size 4096] [--only median] [--program PATH]

Nanoseconds per pixel, medians over the rounds; in each round every program runs once: ours with one thread, ours with two, and
the peer (one thread; on a part of the arrays where it would take minutes).
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from typing import Callable

import numpy as np
import scipy.ndimage

import measure

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/numpy"))
import arrays  # noqa: E402

DATES, CLOUDED = 12, 0.4
VALID_BLOCK = 1024  # pixels that `first` looks at together: TW_LAYERS_BLOCK

SCRIPTS = {
    "ndvi": "local r = input.image:read { 'red', 'nir' }\n    return (r.nir - r.red) / (r.nir + r.red)",
    "ndvi pixels": """return input.image:read():map({ 'red', 'nir' }, { 'ndvi' }, function(red, nir)
      return (nir - red) / (nir + red)
    end)""",
    "median": """local clear = {}
    for scene in input.scenes:each { 'red', 'cloud' } do
      clear[#clear + 1] = scene:pick { 'red' }:where(scene.cloud:lt(40))
    end
    return raster.median(clear)""",
    "best": """return input.scenes:map({ 'red', 'green', 'blue', 'nir', 'cloud' }, { 'red', 'green', 'blue', 'nir' },
      function(at, n)
        local best, greenest = nil, -math.huge
        for i = 1, n do
          local ndvi = (at.nir[i] - at.red[i]) / (at.nir[i] + at.red[i])
          if at.cloud[i] < 40 and ndvi > greenest then best, greenest = i, ndvi end
        end
        if not best then return nil end
        return at.red[best], at.green[best], at.blue[best], at.nir[best]
      end)""",
    "best arrays": """local clear = input.scenes:where(function(scene) return scene.cloud:lt(40) end)
    return clear:best_by({ 'red', 'green', 'blue', 'nir' }, function(scene)
      return (scene.nir - scene.red) / (scene.nir + scene.red)
    end, 'max')""",
    "gaussian": "return input.image.height_m:gaussian(1, { radius = 2 })",
    "mosaic": "return input.scenes:first { 'red', 'green', 'blue' }",
}


def blobs(rng, size):
    """A smooth field from 0 to 1, of which a share of CLOUDED is over 0.4: clouds some hundred pixels across."""
    coarse = scipy.ndimage.gaussian_filter(rng.standard_normal((size // 16 + 2,) * 2), 6)
    field = scipy.ndimage.zoom(coarse, 16, order=1)[:size, :size]
    edge = np.quantile(coarse, 1 - CLOUDED)
    low, high = field.min(), field.max()
    return np.where(field < edge, (field - low) / (edge - low) * 0.4, 0.4 + (field - edge) / (high - edge) * 0.6).astype("float32")


def reflectance(rng, ground, clouds, dtype, scale):
    noise = rng.standard_normal(ground.shape, dtype="float32") * (0.03 * scale)
    bright = ground * (0.5 * scale) + np.where(clouds > 0.4, clouds * (0.5 * scale), 0) + noise
    return np.clip(bright, 1, scale).astype(dtype)


class Inputs:
    """The arrays of a work: name of the input, bands, and the scenes' validity; clouded: with gaps of that share."""

    def __init__(self, size, seed=1):
        self.rng, self.size = np.random.default_rng(seed), size
        self.ground = blobs(self.rng, size)

    def valid(self, clouds, clouded):
        return clouds < 0.4 if clouded else None

    def scenes(self, bands, dtype, clouded, cloud_band):
        scale = 255 if dtype == "uint8" else 10000
        made = []
        for i in range(DATES):
            clouds = blobs(self.rng, self.size) if clouded else np.zeros_like(self.ground)
            images = {name: reflectance(self.rng, self.ground, clouds, dtype, scale) for name in bands}
            if cloud_band:  # a mask is computed from it; all pixels are valid
                images["cloud"] = (clouds * 100).astype("uint8")
            made.append(arrays.scene(f"s{i}", arrays.raster(None if cloud_band else self.valid(clouds, clouded), **images)))
        return {"scenes": made}

    def image(self, bands, dtype, clouded):
        clouds = blobs(self.rng, self.size) if clouded else np.zeros_like(self.ground)
        images = {name: reflectance(self.rng, self.ground, clouds, dtype, 10000) for name in bands}
        return {"image": arrays.raster(self.valid(clouds, clouded), **images)}


def cut(band, size):
    pixels, valid = band
    return np.ascontiguousarray(pixels[:size, :size]), None if valid is None else np.ascontiguousarray(valid[:size, :size])


def layers(inputs, name, size):
    return [cut(scene["bands"][name], size) for scene in inputs["scenes"]]


# Peers: each makes a function without arguments from the inputs and the size that it works on.

def ndvi_peer(inputs, size):
    (red, valid), (nir, _) = (cut(inputs["image"][name], size) for name in ("red", "nir"))

    def run():
        r, n = red.astype("float32"), nir.astype("float32")
        result = (n - r) / (n + r)
        return result if valid is None else np.where(valid, result, np.float32(-9999))
    return run


def median_peer(inputs, size):
    reds, clouds = (np.stack([pixels for pixels, _ in layers(inputs, name, size)]) for name in ("red", "cloud"))
    return lambda: np.nanmedian(np.where(clouds < 40, reds, np.float32(np.nan)), axis=0)


def best_peer(inputs, size):
    bands = {name: np.stack([pixels for pixels, _ in layers(inputs, name, size)]) for name in ("red", "green", "blue", "nir", "cloud")}

    def run():
        red, nir = bands["red"].astype("float32"), bands["nir"].astype("float32")
        ndvi = np.where(bands["cloud"] < 40, (nir - red) / (nir + red), -np.inf)
        best = np.argmax(ndvi, axis=0)[np.newaxis]
        missing = ndvi.max(axis=0) == -np.inf
        return [np.where(missing, 0, np.take_along_axis(bands[name], best, 0)[0]) for name in ("red", "green", "blue", "nir")]
    return run


def gaussian_peer(inputs, size):
    pixels, _ = cut(inputs["image"]["height_m"], size)
    return lambda: scipy.ndimage.gaussian_filter(pixels, 1, truncate=2)


def scenes_needed(valid):
    """How many scenes `first` reads of each block, until all of its pixels are covered."""
    blocks = [v.reshape(-1, VALID_BLOCK) for v in valid]
    seen, needed = np.zeros_like(blocks[0]), np.zeros(len(blocks[0]), int)
    for block in blocks:
        needed += ~seen.all(axis=1)
        seen |= block
    return needed


def mosaic_peer(inputs, size):
    """memcpy of the bytes that have to be read: three bands, and the validity where there is one."""
    scenes = inputs["scenes"]
    valid = [scene["bands"]["red"][1] for scene in scenes]
    needed = np.ones(1) if valid[0] is None else scenes_needed(valid)
    per_pixel = 3 * needed.mean() + (0 if valid[0] is None else needed.mean())
    from_ = np.concatenate([scene["bands"]["red"][0].ravel() for scene in scenes])
    from_ = np.resize(from_, int(per_pixel * size * size))
    to = np.empty_like(from_)
    return lambda: np.copyto(to, from_)


@dataclass
class Work:
    name: str
    script: str
    inputs: Callable  # of (Inputs, clouded)
    peer: Callable
    reach: Callable  # what ours may take, in ns, of the peer's time
    reach_text: str
    peer_name: str = "numpy"
    peer_size: int = 4096
    pixelbuffer: int = 0
    clouded: tuple = (False, True)


def image(*bands, dtype="uint16"):
    return lambda inputs, clouded: inputs.image(bands, dtype, clouded)


def scenes(*bands, dtype="uint16", cloud_band=True):
    return lambda inputs, clouded: inputs.scenes(bands, dtype, clouded, cloud_band)


WORKS = [
    Work("NDVI, arrays", "ndvi", image("red", "nir"), ndvi_peer, lambda peer: 1.0, "1.0"),
    Work("NDVI, pixels", "ndvi pixels", image("red", "nir"), ndvi_peer, lambda peer: 2.0, "2.0"),
    Work("median of 12", "median", scenes("red"), median_peer, lambda peer: 8.0, "8", "nanmedian", 512),
    Work("best of 12, pixels", "best", scenes("red", "green", "blue", "nir"), best_peer, lambda peer: 80.0, "80", "numpy", 1024),
    Work("best of 12, arrays", "best arrays", scenes("red", "green", "blue", "nir"), best_peer, lambda peer: 80.0, "80", "numpy", 1024),
    Work("gaussian 5 x 5", "gaussian", image("height_m", dtype="float32"), gaussian_peer, lambda peer: peer / 4, "peer / 4", "scipy",
         pixelbuffer=2, clouded=(False,)),
    Work("mosaic of 12", "mosaic", scenes("red", "green", "blue", dtype="uint8", cloud_band=False), mosaic_peer,
         lambda peer: 2 * peer, "peer x 2", "memcpy"),
]


class Script:
    """A running script_arrays that takes one step at a time."""

    def __init__(self, program, paths, threads, runs):
        command = [program, "--repeat", str(runs), "--threads", str(threads), "--step", *paths]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def step(self):
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.stderr.read().strip())
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(function, pixels):
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        function()
    return dict(wall_ns=(time.perf_counter_ns() - wall) / pixels, cpu_ns=(time.process_time_ns() - cpu) / pixels)


def medians(rounds):
    return {key: statistics.median(one[key] for one in rounds) for key in ("wall_ns", "cpu_ns")}


def run(work, clouded, options):
    """Medians by name: ours, two (threads), peer."""
    inputs = work.inputs(Inputs(options.size), clouded)
    batch = arrays.Batch("/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None, options.keep)
    text = f"return process {{\n  run = function(tile, input, p)\n    {SCRIPTS[work.script]}\n  end,\n}}\n"
    batch.add_text(f"{work.script.replace(' ', '_')}.lua", text, [arrays.tile(inputs, work.pixelbuffer)])
    paths = batch.write()
    size = min(work.peer_size, options.size)
    peer = work.peer(inputs, size)
    peer()
    ours = [Script(options.program, paths, threads, options.runs) for threads in (1, 2)]
    rounds = [(ours[0].step(), timed(peer, size * size), ours[1].step()) for _ in range(options.runs)]
    for script in ours:
        script.close()
    return {name: medians(taken) for name, taken in zip(("ours", "peer", "two"), zip(*rounds))}


def row(work, clouded, found):
    ours, two, peer = found["ours"], found["two"], found["peer"]
    reach = work.reach(peer["wall_ns"])
    return [work.name, "40 % clouds" if clouded else "all valid", f"{ours['wall_ns']:.2f}", f"{ours['cpu_ns']:.2f}", work.peer_name,
            f"{peer['wall_ns']:.2f}", f"{peer['cpu_ns']:.2f}", f"{peer['wall_ns'] / ours['wall_ns']:.1f}", work.reach_text,
            "yes" if ours["wall_ns"] <= reach else f"{ours['wall_ns'] / reach:.1f} times over", f"{two['wall_ns']:.2f}",
            f"{ours['wall_ns'] / two['wall_ns']:.2f}", f"{2 * ours['cpu_ns'] / two['cpu_ns']:.2f}"]


HEAD = ["work", "pixels", "wall", "CPU", "peer", "wall", "CPU", "times faster", "reach", "reached", "2 threads", "scaling",
        "by CPU"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--only", default="", help="works whose name holds this")
    parser.add_argument("--keep", help="folder for the files of the last work")
    parser.add_argument("--program", default=str(ROOT / "build/bench/tests/processes/script_arrays"))
    options = parser.parse_args()
    rows = [HEAD]
    for work in WORKS:
        for clouded in work.clouded if options.only in work.name else ():
            try:
                rows.append(row(work, clouded, run(work, clouded, options)))
            except RuntimeError as error:
                rows.append([work.name, "-"] + [""] * (len(HEAD) - 3) + [str(error).split(";")[0]])
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    measure.table(rows)


if __name__ == "__main__":
    main()
