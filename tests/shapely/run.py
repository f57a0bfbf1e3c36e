"""Checks what scripts say of geometries against shapely: relations, measures and overlays of random points, lines and polygons.

    /usr/bin/python3 tests/shapely/run.py build/dev/tests/processes/script_arrays

Both stand on GEOS, so that numbers must agree to the last digits; what is tested is which function is called with what.
"""
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "numpy"))

import numpy as np
import shapely.ops
from shapely import wkt
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

import arrays

RELATIONS = "intersects disjoint contains within touches overlaps crosses equals".split()
OVERLAYS = "union intersection difference symmetric_difference".split()
ROUNDS = 6  # often enough that geometries become prepared
CAPS = {"round": 1, "flat": 2, "square": 3}

SCRIPT = """
local texts = { %s }

local function measures(g)
  return g:area(), g:length(), g.is_empty and 0 or g:centroid():coordinates()[1], g.is_empty and 0 or g.bounds.top
end

return process {
  run = function(tile, input, p)
    local shapes, values = {}, {}
    local function add(...)
      for i = 1, select('#', ...) do
        local value = select(i, ...)
        values[#values + 1] = value == true and 1 or value == false and 0 or value or -1
      end
    end
    for i, text in ipairs(texts) do
      shapes[i] = vector.wkt(text)
    end
    for round = 1, %d do
      values = {}
      for i, a in ipairs(shapes) do
        for j, b in ipairs(shapes) do
          add(%s, a:distance(b))
        end
      end
    end
    for i, a in ipairs(shapes) do
      for j, b in ipairs(shapes) do
        %s
      end
      add(measures(a:convex_hull()))
      add(measures(a:boundary()))
      add(measures(a:simplify(0.7)))
      for _, cap in ipairs { 'round', 'flat', 'square' } do
        add(measures(a:buffer(0.5, { cap = cap, segments = 5 })))
      end
      add(measures(a:buffer(-0.3)))
      add(measures(a))
    end
    add(measures(vector.union(shapes)))
    return input.image:read():map({ 'i' }, { 'v' }, function(i)
      return values[i + 1]
    end, { dtype = 'float64' })
  end,
}
"""


def star(rng, x, y, size):
    """A ring around a place, which does not cross itself."""
    angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(rng.randint(3, 9)))
    while max(b - a for a, b in zip(angles, angles[1:] + [angles[0] + 2 * math.pi])) > math.pi:
        angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(rng.randint(3, 9)))
    return [(x + size * rng.uniform(0.4, 1) * math.cos(a), y + size * rng.uniform(0.4, 1) * math.sin(a)) for a in angles]


def random_shapes(rng):
    place = lambda: (rng.uniform(0, 10), rng.uniform(0, 10))
    lattice = lambda: rng.randint(0, 9)
    shapes = [Point(place()) for _ in range(3)] + [MultiPoint([place() for _ in range(4)])]
    shapes += [LineString([place() for _ in range(rng.randint(2, 6))]) for _ in range(5)]
    shapes += [shape for shape in (Polygon(star(rng, *place(), 3)) for _ in range(8)) if shape.is_valid]
    shapes += [box(2, 2, 8, 8).difference(Polygon(star(rng, 5, 5, 1.5)).buffer(0))]
    shapes += [MultiPolygon([box(0, 0, 2, 2), box(3, 3, 5, 6)])]
    for _ in range(8):  # on whole numbers: these touch, and are equal to each other
        x, y = lattice(), lattice()
        shapes += [box(x, y, x + rng.randint(1, 3), y + rng.randint(1, 3)), Point(x, y), LineString([(x, y), (lattice(), 11)])]
    return [wkt.loads(shape.wkt) for shape in shapes]


def measures(shape):
    empty = shape.is_empty
    return [shape.area, shape.length, 0 if empty else shape.centroid.x, 0 if empty else shape.bounds[3]]


def expected(shapes):
    """Numbers, and what each of them is."""
    found = []
    for a in shapes:
        for b in shapes:
            found += [(float(getattr(a, name)(b)), (name, a, b)) for name in RELATIONS]
            found.append((a.distance(b), ("distance", a, b)))
    for a in shapes:
        for b in shapes:
            for name in OVERLAYS:
                found += [(number, (name, a, b)) for number in measures(getattr(a, name)(b))]
        made = [a.convex_hull, a.boundary, a.simplify(0.7, preserve_topology=True)]
        made += [a.buffer(0.5, resolution=5, cap_style=cap) for cap in CAPS.values()] + [a.buffer(-0.3, resolution=8), a]
        found += [(number, ("change %d" % i, a)) for i, shape in enumerate(made) for number in measures(shape)]
    return found + [(number, ("union of all",)) for number in measures(shapely.ops.unary_union(shapes))]


def script(shapes):
    texts = ", ".join("'%s'" % shape.wkt for shape in shapes)
    relations = ", ".join("a:%s(b)" % name for name in RELATIONS)
    overlays = "\n        ".join("add(measures(a:%s(b)))" % name for name in OVERLAYS)
    return SCRIPT % (texts, ROUNDS, relations, overlays)


def main():
    failed = 0
    for seed in range(3):
        shapes = random_shapes(random.Random(seed))
        wanted = expected(shapes)
        batch = arrays.Batch()
        index = np.arange(len(wanted), dtype="float64").reshape(1, -1)
        batch.add_text("shapes.lua", script(shapes), [arrays.tile({"image": arrays.raster(i=index)})])
        result = batch.run(sys.argv[1])[0][0]
        if isinstance(result, str):
            print(result)
            return 1
        for got, (number, what) in zip(result["v"][0][0], wanted):
            if not math.isclose(got, number, rel_tol=1e-12, abs_tol=1e-9):
                failed += 1
                print(f"{got!r} is not {number!r}:", *what)
        print(f"{len(shapes)} geometries, {len(wanted)} numbers")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
