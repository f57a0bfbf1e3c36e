"""What the tests of execute --update share: scenes that lie apart, and what an update must have left as it was."""
import json
import shutil

import numpy as np

import runs

STACK = """return process {
  inputs = { scenes = 'stack' },
  output = { bands = 3, dtype = 'uint8', nodata = 0 },
  run = function(tile, input, p)
    return input.scenes:median()
  end,
}
"""
SCENES = {"inp": None, "scenes": {"format": "stack", "files": []}}
NOTHING = r"\A(.*/)?out: nothing to do, all \d+ metatiles are done\n\Z"
# each scene is 2 x 2 tiles, which is one metatile; they lie apart, two metatiles from one to the next
PLACES = {"a.tif": (0, 0), "b.tif": (4, 0), "c.tif": (0, 4), "d.tif": (4, 4)}


class Case(runs.Case):
    def make(self, name, seed=1, tiles=2, place=None):
        """A scene of noise without nodata."""
        row, col = place if place else PLACES[name]
        side = tiles * runs.TILE
        array = np.random.default_rng(seed).integers(1, 255, (3, side, side)).astype("uint8")
        bounds = runs.scene_bounds(tiles, row=runs.FIRST_ROW + row, col=runs.FIRST_COL + col)
        return self.image(name, array, bounds, nodata=0)

    def stack(self, names, name="run.yaml", **changes):
        files = [{"path": scene, "date": f"2020-01-{i + 1:02}"} for i, scene in enumerate(names)]
        inputs = {"inp": None, "scenes": {"format": "stack", "files": files}}
        return self.config(name, script=STACK, **runs.merge({"input": inputs}, changes))

    def stack_of(self, *names, **changes):
        for seed, name in enumerate(names):
            self.make(name, seed=seed + 1)
        self.stack(names, **changes)

    def summary(self, *arguments, **more):
        """Runs with --json and returns the summary."""
        out = self.must_execute("--json", *arguments, **more)
        return json.loads(out.strip().splitlines()[-1])

    def check_like_fresh(self, names=None, hidden=True, **changes):
        """The output is that of a run from nothing."""
        changes = runs.merge(changes, {"output": {"path": "fresh"}})
        shutil.rmtree(self.folder / "fresh", ignore_errors=True)
        if names:
            self.stack(names, "fresh.yaml", **changes)
        else:
            self.config("fresh.yaml", script=(self.folder / "run.lua").read_text(), **changes)
        self.must_execute("--quiet", config="fresh.yaml")
        self.check_same_trees("out", "fresh", hidden=hidden)
        self.check_same_records()

    def check_same_records(self):
        mine, theirs = ((self.folder / folder / ".tilewright/inputs").read_text() for folder in ("out", "fresh"))
        self.assertEqual(mine, theirs)

    def tiles_changed(self, before):
        after = self.stamps("out", hidden=False)
        return {name for name in set(before) | set(after) if before.get(name) != after.get(name) and name.endswith(".png")}

    def tiles_of(self, *names):
        """The tiles at the deepest zoom that scenes lie on, and those of the metatiles above."""
        found = set()
        for name in names:
            row, col = PLACES[name]
            row, col = (runs.FIRST_ROW + row) // 2, (runs.FIRST_COL + col) // 2
            for zoom in range(runs.ZOOM, 2, -1):
                found |= {f"{zoom}/{row * 2 + r}/{col * 2 + c}.png" for r in (0, 1) for c in (0, 1)}
                row, col = row // 2, col // 2
        return found

    def squares(self, places, name="zones.geojson", values=None):
        """A square inside each of the metatiles (row, col), in order."""
        features = []
        for i, (row, col) in enumerate(places):
            left, bottom, right, top = runs.scene_bounds(1, row=runs.FIRST_ROW + row, col=runs.FIRST_COL + col)
            inset = (right - left) / 4
            ring = [[left + inset, bottom + inset], [right - inset, bottom + inset], [right - inset, top - inset], [left + inset, bottom + inset]]
            features.append({"type": "Feature", "properties": {"value": values[i] if values else 10 * (row + col + 1)},
                             "geometry": {"type": "Polygon", "coordinates": [ring]}})
        self.write(name, json.dumps({"type": "FeatureCollection", "features": features,
                                     "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}))
