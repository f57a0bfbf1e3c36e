"""Runs process scripts on numpy arrays, through the program script_arrays (tests/processes/arrays.h says what a batch is).

    image = raster(red=red, nir=nir, valid=valid)            # one validity for all bands
    image = raster(red=(red, red_valid), nir=nir)            # one for each
    scenes = stack([scene("a", raster(...), datetime="2023-08-10T10:00:31Z", cloud_cover=5.0, properties={})])
    batch = Batch()
    batch.add("ndvi.lua", [tile({"image": image, "scenes": scenes}, pixelbuffer=3)], params={"q": 0.5})
    (result,) = batch.run("build/dev/tests/processes/script_arrays")    # a list of lists: of scripts, of tiles
    pixels, valid = result[0]["ndvi"]                        # or result[0] is a text: the error

A validity is an array of bytes or booleans, or None. A result without a valid pixel is the empty dict.
"""
import json
import mmap
import pathlib
import subprocess
import tempfile

import numpy as np


def raster(valid=None, **bands):
    return {name: band if isinstance(band, tuple) else (band, valid) for name, band in bands.items()}


def scene(name, bands, **fields):
    """fields: datetime, cloud_cover, properties."""
    return dict(fields, id=name, bands=bands)


def stack(scenes):
    return list(scenes)


def tile(inputs, pixelbuffer=0):
    return dict(inputs=inputs, pixelbuffer=pixelbuffer)


def shape_of(inputs):
    first = next(iter(inputs.values()))
    bands = first[0]["bands"] if isinstance(first, list) else first
    return next(iter(bands.values()))[0].shape


class Data:
    """The data file: every array once, at a multiple of 64 bytes."""

    def __init__(self, path):
        self.file, self.places, self.kept = open(path, "wb"), {}, []

    def place(self, array):
        if id(array) not in self.places:
            self.kept.append(array)  # so that no other array gets its id
            self.file.write(b"\0" * (-self.file.tell() % 64))
            self.places[id(array)] = self.file.tell()
            np.ascontiguousarray(array).tofile(self.file)
            self.file.flush()
        return self.places[id(array)]

    def valid(self, valid):
        if valid.dtype != bool:
            return self.place(valid)
        if ("bytes", id(valid)) not in self.places:
            self.kept.append(valid)
            self.places["bytes", id(valid)] = self.place(np.where(valid, 255, 0).astype("uint8"))
        return self.places["bytes", id(valid)]

    def band(self, band):
        pixels, valid = band
        return [pixels.dtype.name, self.place(pixels)] + ([] if valid is None else [self.valid(valid)])

    def input(self, value):
        if not isinstance(value, list):
            return {"bands": {name: self.band(band) for name, band in value.items()}}
        return {"scenes": [self.scene(one) for one in value]}

    def scene(self, one):
        fields = dict(one, bands=self.input(one["bands"])["bands"])
        if "properties" in fields:
            fields["properties"] = json.dumps(fields["properties"])
        return fields

    def tile(self, value):
        height, width = shape_of(value["inputs"])
        inputs = {name: self.input(one) for name, one in value["inputs"].items()}
        return dict(width=width, height=height, pixelbuffer=value["pixelbuffer"], inputs=inputs)


class Batch:
    """Scripts and their tiles, in a new folder below `parent` that lives as long as the batch, or in `path`, which stays."""

    def __init__(self, parent=None, path=None):
        self.folder = None if path else tempfile.TemporaryDirectory(prefix="tilewright-arrays-", dir=parent)
        self.path = pathlib.Path(path or self.folder.name)
        self.path.mkdir(parents=True, exist_ok=True)
        self.data, self.scripts, self.tiles, self.shapes = Data(self.path / "data"), [], {}, []

    def add(self, script, tiles, params=None):
        """script: a path."""
        numbers = [self.number(one) for one in tiles]
        self.scripts.append(dict(path=str(script), params=params or {}, tiles=numbers))
        self.shapes.append([shape_of(one["inputs"]) for one in tiles])

    def number(self, one):
        """A tile is described once; scripts name its number."""
        if id(one) not in self.tiles:
            self.data.kept.append(one)
            self.tiles[id(one)] = (len(self.tiles), self.data.tile(one))
        return self.tiles[id(one)][0]

    def add_text(self, name, text, tiles, params=None):
        (self.path / name).write_text(text)
        self.add(self.path / name, tiles, params)

    def write(self):
        """Writes the description; returns the two paths that script_arrays wants."""
        (self.path / "batch.json").write_text(json.dumps(dict(scripts=self.scripts, tiles=[one for _, one in self.tiles.values()])))
        return [str(self.path / "batch.json"), str(self.path / "data")]

    def run(self, program):
        """Returns a list for each script, with a dict name -> (pixels, valid) for each tile, or the text of its error."""
        command = [str(program), *self.write(), str(self.path / "results")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr[-6000:]}")
        lines = iter(done.stdout.splitlines())
        with open(self.path / "results", "rb") as file:
            self.results = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.seek(0, 2) else b""
        return [[self.result(json.loads(next(lines)), shape) for shape in shapes] for shapes in self.shapes]

    def result(self, line, shape):
        if "error" in line:
            return line["error"]
        return {name: (self.array(dtype, at, shape), None if valid is None else self.array("uint8", valid, shape))
                for name, dtype, at, valid in line.get("bands", [])}

    def array(self, dtype, at, shape):
        return np.frombuffer(self.results, dtype, shape[0] * shape[1], at).reshape(shape)
