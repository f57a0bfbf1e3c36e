"""Scripts that compute with geometries, from outside: compared with what shapely makes of the same features, tile by tile."""
import json
import math

from shapely.geometry import Point, box, shape
from shapely.ops import unary_union

import harness
import runs

ZOOM, ROW, COL = 6, 20, 32
SIDE = 2 * harness.HALF_MERCATOR / (1 << ZOOM)
LEFT, TOP = -harness.HALF_MERCATOR + COL * SIDE, harness.HALF_MERCATOR - ROW * SIDE

# A town that all tiles know, kept from the loading of the script.
SCRIPT = """local town = vector.point(%r, %r):buffer(%r, { segments = 16 })

return process {
  inputs = { fields = 'vector' },
  run = function(tile, input)
    local near, result = {}, {}
    for _, field in ipairs(input.fields:features { clip = true }) do
      if field.properties.rank and field.geometry:intersects(town) then
        near[#near + 1] = field.geometry:buffer(%r):simplify(10)
      end
    end
    local all = vector.union(near):difference(town)
    return vector.feature(all, { count = #near, area = all:area(), edge = all:length() })
  end,
}
"""
SCHEMA = {"properties": {"count": "int", "area": "float", "edge": "float"}, "geometry": "Unknown"}
TOWN, RADIUS, GROWTH = (LEFT + 0.9 * SIDE, TOP - 1.1 * SIDE), 0.8 * SIDE, 0.01 * SIDE


def field(i):
    x, y = LEFT + (i * 0.381966 % 1) * 2 * SIDE, TOP - (i * 0.276393 % 1) * 2 * SIDE
    angles = [2 * math.pi * k / (3 + i % 5) for k in range(3 + i % 5)]
    ring = [(x + 0.07 * SIDE * math.cos(a), y + 0.05 * SIDE * math.sin(a)) for a in angles]
    return {"type": "Feature", "properties": {"rank": i if i % 4 else None},
            "geometry": {"type": "Polygon", "coordinates": [ring + ring[:1]]}}


class Geometries(runs.Case):
    def setUp(self):
        super().setUp()
        self.fields = [field(i) for i in range(150)]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
        self.write("fields.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": self.fields}))

    def configure(self, path):
        changes = {"input": {"inp": None, "fields": "fields.geojson"}, "zoom_levels": ZOOM, "baselevels": None,
                   "pyramid": {"metatiling": 1},
                   "output": {"format": "GeoJSON", "nodata": None, "schema": SCHEMA, "path": path}}
        self.config(script=SCRIPT % (*TOWN, RADIUS, GROWTH), **changes)

    def expected(self, row, col):
        tile, town = box(*harness.tile_bounds(ZOOM, row, col)), Point(TOWN).buffer(RADIUS, resolution=16)
        near = [shape(one["geometry"]).intersection(tile) for one in self.fields if one["properties"]["rank"]]
        near = [part.buffer(GROWTH, resolution=8).simplify(10) for part in near if part.area and part.intersects(town)]
        return len(near), unary_union(near).difference(town)

    def test_results_are_those_of_shapely(self):
        self.configure("out")
        self.must_execute()
        found = 0
        for path in sorted((self.folder / "out").rglob("*.geojson")):
            if path.parent.parent.name != str(ZOOM):
                continue
            features = json.loads(path.read_text())["features"]
            count, geometry = self.expected(int(path.parent.name), int(path.stem))
            for one in features:
                self.assertEqual(one["properties"]["count"], count)
                self.assertAlmostEqual(one["properties"]["area"] / geometry.area, 1, 9)
                self.assertAlmostEqual(one["properties"]["edge"] / geometry.length, 1, 9)
            tile = box(*harness.tile_bounds(ZOOM, int(path.parent.name), int(path.stem)))
            written = sum(shape(one["geometry"]).area for one in features)
            self.assertAlmostEqual(written / geometry.intersection(tile).area, 1, 9)
            found += count
        self.assertGreater(found, 40)

    def test_any_number_of_workers_makes_the_same_bytes(self):
        for workers in (1, 4):
            self.configure(f"out{workers}")
            self.must_execute("--workers", workers)
        self.assertEqual(self.tree("out1"), self.tree("out4"))


if __name__ == "__main__":
    harness.main()
