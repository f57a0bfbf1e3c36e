#!/usr/bin/env python3
"""PostGIS as an input, by hand: starts a server of its own in a temporary folder, and compares what tiles of a table hold with those of
the same features in a GeoPackage. Needs postgresql and postgis (Debian: postgresql-15-postgis-3), which the tests do not install: they are large.

usage (as root, who starts the server as the user postgres): TILEWRIGHT=build/release/tilewright python3 tests/bench/postgis.py
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from osgeo import ogr, osr

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "cli"))
import harness  # noqa: E402

BIN = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
PORT, PASSWORD = "54329", "open-sesame"
CONNECTION = f"PG:host=127.0.0.1 port={PORT} dbname=postgres user=reader password={PASSWORD}"
CONFIG = """process: script.lua
input:
  zones:
    path: {path}
    layer: zones
    {more}
pyramid: {{grid: geodetic, tile_size: 256, metatiling: 2}}
zoom_levels: 5
output: {{path: {out}, format: GeoJSON, schema: {{properties: {{name: str, height: float}}, geometry: Polygon}}}}
"""
SCRIPT = "return process { inputs = { zones = 'vector' }, run = function(tile, input) return input.zones:features() end }\n"


def server(folder, *command):
    subprocess.run(["runuser", "-u", "postgres", "--", *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd=folder)


class PostGIS(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.data = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-postgis-"))
        shutil.chown(cls.data, "postgres")
        server(cls.data, BIN / "initdb", "-D", cls.data / "db", "-A", "trust")
        hba = cls.data / "db/pg_hba.conf"
        hba.write_text("host all reader 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        server(cls.data, BIN / "pg_ctl", "-D", cls.data / "db", "-w", "-l", cls.data / "log", "-o", f"-p {PORT} -k {cls.data}", "start")
        server(cls.data, "psql", "-q", "-h", cls.data, "-p", PORT, "-c", "create extension postgis", "-c",
               f"create role reader login superuser password '{PASSWORD}'", "postgres")
        cls.source = ogr.Open(CONNECTION, 1)
        cls.fill(cls.source.CreateLayer("zones", cls.crs(), ogr.wkbPolygon), 40)
        cls.source = None  # what was written is there then
        cls.source = ogr.Open(CONNECTION, 1)

    @classmethod
    def tearDownClass(cls):
        cls.source = None
        server(cls.data, BIN / "pg_ctl", "-D", cls.data / "db", "-m", "immediate", "stop")
        shutil.rmtree(cls.data)

    @staticmethod
    def crs():
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(4326)
        crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return crs

    @staticmethod
    def fill(layer, count):
        layer.CreateField(ogr.FieldDefn("name", ogr.OFTString))
        layer.CreateField(ogr.FieldDefn("height", ogr.OFTReal))
        for i in range(count):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature["name"], feature["height"] = f"zone {i}", i / 2
            x, y = i % 8 * 2.5, i // 8 * 2.5
            feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON (({x} {y}, {x + 2} {y}, {x + 2} {y + 2}, {x} {y}))"))
            layer.CreateFeature(feature)

    def setUp(self):
        super().setUp()
        self.write("script.lua", SCRIPT)

    def made(self, path, out, *arguments, more=""):
        self.write(f"{out}.yaml", CONFIG.format(path=path, out=out, more=more))
        code, said, err = self.run_tilewright("execute", f"{out}.yaml", *arguments)
        self.assertEqual(code, 0, err)
        self.assertNotIn(PASSWORD, said + err + "".join(p.read_text() for p in (self.folder / out).rglob("*") if p.is_file()))
        return {str(p.relative_to(self.folder / out)): json.loads(p.read_text())["features"] for p in (self.folder / out).rglob("*.geojson")}

    def test_a_table_is_a_layer(self):
        made = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.folder / "zones.gpkg"))
        self.fill(made.CreateLayer("zones", self.crs(), ogr.wkbPolygon), 40)
        made = None
        for more in ("", "where: height > 5"):
            self.assertEqual(self.made(CONNECTION, "database", "--overwrite", more=more), self.made("zones.gpkg", "file", "--overwrite", more=more))
        self.assertIn("layer zones, 40 features", self.must_run("check", "database.yaml"))

    def test_changes_are_noticed(self):
        self.made(CONNECTION, "database")
        self.source.ExecuteSQL("update zones set height = 99 where name = 'zone 3'")
        made = self.made(CONNECTION, "database", "--update")
        self.assertTrue(any(f["properties"]["height"] == 99 for features in made.values() for f in features))

    def test_wrong_uses(self):
        self.write("bad.yaml", CONFIG.format(path=CONNECTION.replace(PASSWORD, "wrong-one"), out="bad", more=""))
        code, _, err = self.run_tilewright("execute", "bad.yaml")
        self.assertEqual(code, 2)
        self.assertIn("password=*********'", err)
        self.assertIn("password authentication failed", err)
        self.write("bad.yaml", CONFIG.format(path=CONNECTION, out="bad", more="").replace("layer: zones", "layer: zonse"))
        self.assertIn("unknown layer 'zonse'; did you mean 'zones'?", self.run_tilewright("check", "bad.yaml")[2])


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    harness.main()
