"""tilewright serve: the same bytes as a run, what is asked wrongly, reloading."""
import concurrent.futures
import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import numpy as np
from osgeo import gdal, gdal_array

import harness
from preview import BOUNDS, CONFIG, SCHEMAS, SCRIPT, Serve

gdal.UseExceptions()


class Tiles(Serve):
    def test_bytes_are_those_of_a_run(self):
        """Computed zooms, overviews of one and two zooms, whatever the metatiles; and the empty ones."""
        for format, extension, more in (("PNG", "png", ", metatiling: 1"), ("PNG", "png", ""), ("WebP", "webp", ", lossless: true"),
                                        ("GTiff", "tif", ", metatiling: 1")):
            with self.subTest(format + more):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.config(format=format, more=more)
                self.must_run("execute", "map.yaml", "--quiet")
                tiles = self.tiles(extension)
                server = self.serve()
                for name, content in tiles.items():
                    zoom = int(name.split("/")[0])
                    if zoom >= 4:
                        self.assertEqual(self.get(f"/tiles/{name}"), content, name)
                        if format != "GTiff" and "metatiling: 1" in more:
                            zoom, row, col = re.match(r"(\d+)/(\d+)/(\d+)", name).groups()
                            self.assertEqual(self.get(f"/{zoom}/{col}/{row}.png"), content, name)
                self.get("/6/0/0.png", 204)
                self.end(server)
                self.assertEqual(self.tiles(extension), tiles)

    def test_nothing_is_written(self):
        self.config()
        server = self.serve()
        before = sorted(path.name for path in self.folder.iterdir())
        self.get("/6/24/20.png")
        self.end(server, signal.SIGINT)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)

    def test_numbers_become_pictures(self):
        self.image("image.tif", (self.array[:1].astype("float32") * 10 - 500), BOUNDS, nodata=-490)
        self.config(format="GTiff", dtype="float32", bands=1, more=", nodata: -9999")
        self.serve()
        self.write("tile.png", "")
        (self.folder / "tile.png").write_bytes(self.get("/5/13/10.png"))
        shown = gdal.Open(str(self.folder / "tile.png")).ReadAsArray()
        values = shown[0][shown[-1] > 0]
        self.assertEqual((values.max() >= 250, values.std() > 3), (True, True))
        self.assertIsNotNone(json.loads(self.get("/status"))["range"])

    def test_a_zoom_far_above_is_a_draft(self):
        self.config(min_zoom=0)
        self.serve()
        self.assertEqual(json.loads(self.get("/layer.json"))["drafts"], [0, 1, 2, 3])
        self.assertTrue(self.get("/2/1/1.png").startswith(b"\x89PNG"))

    def test_a_metatile_is_made_once(self):
        self.write("run.lua", self.slow(30))
        self.config(metatiling=4)
        self.serve("map.yaml", "--workers", 2)
        paths = [f"/6/{col}/{row}.png" for row in range(20, 24) for col in range(24, 28)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(self.get, paths))
        self.assertEqual(len(set(answers)), 16)
        status = json.loads(self.get("/status"))
        self.assertEqual((status["made"], status["failed"], status["cached_tiles"]), (1, 0, 16))

    def test_a_browser_that_has_gone_is_not_worked_for(self):
        self.write("run.lua", self.slow(2000))
        self.config(metatiling=1)
        self.serve("map.yaml", "--workers", 1)
        sockets = []
        for col in range(24, 28):
            sock = socket.create_connection(("127.0.0.1", self.port))
            sock.sendall(f"GET /6/{col}/21.png HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            sockets.append(sock)
        time.sleep(0.3)
        for sock in sockets:
            sock.close()
        limit = time.monotonic() + 150
        while True:
            status = json.loads(self.get("/status"))
            if status["waiting"] + status["in_work"] == 0:
                break
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.05)
        self.assertIn("tilewright_dropped_total ", self.get("/metrics").decode())
        dropped = int(re.search(r"(?m)^tilewright_dropped_total (\d+)$", self.get("/metrics").decode()).group(1))
        self.assertGreaterEqual(dropped, 1)

    def test_a_script_that_fails_fails_its_tiles_alone(self):
        self.write("run.lua", SCRIPT.replace("return input", "if tile.col > 12 then error('too far east') end\n    return input"))
        self.config()
        server = self.serve()
        message = "tile 6/10/13: run.lua:5: too far east"
        self.assertEqual(self.error("/6/26/20.png", 500), message)
        self.assertEqual(self.error("/6/26/20.png", 500), message)
        self.get("/6/24/20.png")
        status = json.loads(self.get("/status"))
        self.assertEqual([failure["message"] for failure in status["failures"]], [message])
        self.end(server)

    def test_features(self):
        self.write("run.lua", """return process {
  inputs = { inp = 'raster' },
  run = function(tile, input)
    return input.inp:read()[1]:contours { interval = 50, field = 'v' }
  end,
}
""")
        for format in ("GeoJSON", "FlatGeobuf"):
            self.write("map.yaml", f"""process: run.lua
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: 2, pixelbuffer: 2}}
zoom_levels: 6
output: {{path: out, format: {format}, schema: {{properties: {{v: float}}, geometry: LineString}}}}
""")
            server = self.serve()
            tile = json.loads(self.get("/6/25/21.geojson"))
            self.assertGreaterEqual(len(tile["features"]), 1)
            self.assertEqual(json.loads(self.get("/6/0/0.geojson"))["features"], [])
            self.end(server)


    def test_files_and_tiles_are_shown_by_themselves(self):
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        self.write("land.geojson", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1},
                   "geometry": {"type": "Polygon", "coordinates": [[[-40, 45], [-30, 45], [-30, 50], [-40, 45]]]}}]}))
        before = sorted(path.name for path in self.folder.iterdir())
        for name, is_vector in (("image.tif", False), ("out", False), ("land.geojson", True)):
            with self.subTest(name):
                server = self.serve(name)
                layer = json.loads(self.get("/layer.json"))
                self.assertEqual((layer["name"], layer["is_file"], layer["is_vector"]), (name, True, is_vector))
                if is_vector:
                    self.assertEqual(json.loads(self.get("/4/6/5.geojson"))["features"][0]["properties"], {"a": 1})
                else:
                    zoom = layer["max_zoom"]
                    col, row = 6 << (zoom - 4) if zoom >= 4 else 6 >> (4 - zoom), 5 << (zoom - 4) if zoom >= 4 else 5 >> (4 - zoom)
                    self.assertTrue(self.get(f"/{zoom}/{col}/{row}.png").startswith(b"\x89PNG"))
                self.end(server)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
        code, _, err = self.run_tilewright("serve", "none.tif")
        self.assertEqual(code, 2)
        self.assertIn("none.tif", err)


class Questions(Serve):
    def test_wrong_requests(self):
        self.config()
        self.serve()
        self.assertEqual(self.error("/9/1/1.png", 404), "zoom 9 is none of the configuration's: 3 to 6")
        self.assertEqual(self.error("/6/64/0.png", 404), "there is no tile 6/0/64: zoom 6 has 64 rows and 64 columns")
        self.assertEqual(self.error("/tiles/6/0/64.png", 404), "there is no tile 6/0/64: zoom 6 has 64 rows and 64 columns")
        self.assertEqual(self.error("/nothing", 404), "there is nothing at /nothing")
        self.assertEqual(self.error("/6/1/1.png/x", 404), "there is nothing at /6/1/1.png/x")
        for path in ("/../etc/passwd", "/page/../run.lua", "/%2e%2e/x", "/page/%00", "/a\\b", "/page//main.js"):
            self.assertEqual(self.error(path, 400), "the path holds what no path here does", path)
        self.assertEqual(self.error("/page/none.js", 404), "no such page")
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            status, headers, content = self.ask("/6/24/20.png", method=method, body="a=b")
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(self.ask("/", headers={"X-Long": "x" * 40000})[0], 431)
        self.assertEqual(self.error("/point", 400), "a point is ?lon=15.5&lat=46.1 or, in the grid's CRS, ?x=&y=")
        self.assertEqual(self.error("/point?lon=1&lat=2&zoom=40", 400), "zoom must be from 3 to 6")
        self.assertEqual(self.error("/point?x=1e9&y=0", 404), "the point lies outside the grid")

    def test_headers(self):
        self.config()
        self.serve()
        status, headers, content = self.ask("/6/24/21.png")
        self.assertEqual((status, headers["Content-Type"], headers["Access-Control-Allow-Origin"]), (200, "image/png", "*"))
        again = self.ask("/6/24/21.png", headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((again[0], again[2]), (304, b""))
        head = self.ask("/6/24/21.png", method="HEAD")
        self.assertEqual((head[0], head[1]["Content-Length"], head[2]), (200, str(len(content)), b""))

    def test_values_at_a_point(self):
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        self.serve()
        left, bottom, right, top = BOUNDS
        for col, row in ((300, 200), (10, 10), (511, 511)):
            x, y = left + (col + 0.5) * (right - left) / 512, top - (row + 0.5) * (top - bottom) / 512
            answer = json.loads(self.get(f"/point?x={x}&y={y}"))
            got = [value["value"] for value in answer["values"]][:3]
            wanted = self.array[:, row, col].tolist()
            self.assertEqual(got, wanted if any(wanted) else [None] * len(got))
        lonlat = json.loads(self.get("/point?lon=-30&lat=50&zoom=5"))
        self.assertEqual(lonlat["tile"][0], 5)

    def check_tms(self, grid, zoom, tiles, row, col):
        """GDAL's TMS client reads what the run has written, with the same checksums."""
        half, code, count = (harness.HALF_MERCATOR, 3857, 1) if grid == "mercator" else (180, 4326, 2)
        read = gdal.Open(f"""<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1:{self.port}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
            <DataWindow><UpperLeftX>{-half}</UpperLeftX><UpperLeftY>{half / count}</UpperLeftY><LowerRightX>{half}</LowerRightX>
            <LowerRightY>{-half / count}</LowerRightY><TileLevel>{zoom}</TileLevel><TileCountX>{count}</TileCountX><TileCountY>1</TileCountY>
            <YOrigin>top</YOrigin></DataWindow><Projection>EPSG:{code}</Projection><BlockSizeX>128</BlockSizeX><BlockSizeY>128</BlockSizeY>
            <BandsCount>4</BandsCount><ZeroBlockHttpCodes>204</ZeroBlockHttpCodes></GDAL_WMS>""")
        window = gdal.Translate("", read, format="MEM", srcWin=[col * 128, row * 128, tiles.shape[2], tiles.shape[1]])
        batch = gdal_array.OpenArray(tiles)
        self.assertEqual([window.GetRasterBand(band).Checksum() for band in (1, 2, 3, 4)], [batch.GetRasterBand(band).Checksum() for band in (1, 2, 3, 4)])
        self.assertNotEqual(batch.GetRasterBand(1).Checksum(), 0)

    def test_the_services_that_others_read(self):
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "wms"))
        self.addCleanup(gdal.SetConfigOption, "GDAL_DEFAULT_WMS_CACHE_PATH", None)
        for grid, code, zoom in (("mercator", ("3857",), 6), ("geodetic", ("4326", "CRS84"), 5)):
            with self.subTest(grid):
                self.write("map.yaml", CONFIG.format(grid=grid, metatiling=2, min_zoom=zoom - 2, format="PNG", dtype="uint8", bands=3,
                                                     more=", metatiling: 1", baselevels=f"baselevels: {{min: {zoom}, lower: nearest}}\n")
                           .replace(", 6]", f", {zoom}]"))
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.must_run("execute", "map.yaml", "--quiet")
                server = self.serve()
                url = f"http://127.0.0.1:{self.port}/WMTSCapabilities.xml"
                xml = self.get("/WMTSCapabilities.xml").decode()
                self.assertEqual(self.get("/wmts?SERVICE=WMTS&REQUEST=GetCapabilities").decode(), xml)
                self.write("capabilities.xml", xml)
                subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(SCHEMAS / "wmts/1.0/wmtsGetCapabilities_response.xsd"),
                                "capabilities.xml"], cwd=self.folder, check=True, capture_output=True)
                dataset = gdal.OpenEx(f"WMTS:{url}", gdal.OF_RASTER, open_options=["EXTENT_METHOD=MOST_PRECISE_TILE_MATRIX"])
                self.assertIn(dataset.GetSpatialRef().GetAuthorityCode(None), code)
                tiles, row, col = harness.mosaic(self.folder / "out", zoom, "png")
                left, width, _, top, _, height = dataset.GetGeoTransform()
                bounds = harness.tile_bounds(zoom, row, col) if grid == "mercator" else (
                    -180 + col * 180 / 2 ** zoom, 0, 0, 90 - row * 180 / 2 ** zoom)
                x, y = round((bounds[0] - left) / width), round((bounds[3] - top) / height)
                read = dataset.ReadAsArray(x, y, tiles.shape[2], tiles.shape[1])
                self.assertTrue(np.array_equal(read[:3] * (read[3] > 0), tiles[:3] * (tiles[3] > 0)))
                self.check_tms(grid, zoom, tiles, row, col)
                self.assertEqual(self.get(f"/wmts?service=WMTS&request=GetTile&TileMatrix={zoom}&tilerow={row}&TILECOL={col}"),
                                 self.get(f"/{zoom}/{col}/{row}.png"))
                self.end(server)
        self.config()
        self.serve()
        about = json.loads(self.get("/tilejson.json"))
        self.assertEqual((about["tilejson"], about["minzoom"], about["maxzoom"]), ("3.0.0", 3, 6))
        self.assertEqual(about["tiles"], [f"http://127.0.0.1:{self.port}/{{z}}/{{x}}/{{y}}.png"])
        self.assertEqual([round(number, 6) for number in about["bounds"]], [-45, 40.979898, -22.5, 55.776573])
        self.assertIn(b'locator="request"', self.ask("/wmts?request=GetMap")[2])
        self.assertEqual(self.get("/health"), b"ok\n")

    def test_bounds_in_degrees_around_a_pole(self):
        self.image("image.tif", self.array, (1000000, 1000000, 3000000, 3000000), nodata=0, srs="EPSG:5041")
        self.write("map.yaml", "process: convert\ninput: {inp: image.tif}\npyramid: {grid: UPSArcticWGS84Quad}\nzoom_levels: 4\n"
                               "output: {path: out, format: PNG, bands: 3}\n")
        self.serve()
        corners = re.findall(r"<ows:(?:Lower|Upper)Corner>(\S+) (\S+)<", self.get("/WMTSCapabilities.xml").decode())
        self.assertEqual(corners, [("-180", "77.3120792"), ("180", "90")])

    def test_wrong_uses(self):
        self.config()
        for message, *arguments in (
                ("which configuration? usage: tilewright serve CONFIG|FILE|TILEDIR... [OPTIONS]",),
                ("--port must be from 0 to 65535, not 70000", "map.yaml", "--port", "70000"),
                ("--host must be an IP address such as 127.0.0.1 or ::1, not 'here'", "map.yaml", "--host", "here")):
            self.check_fails(2, f"tilewright: {message}", "serve", *arguments)
        code, _, err = self.run_tilewright("serve", "none.yaml")
        self.assertEqual(code, 2)
        self.assertIn("none.yaml", err)
        self.config("bad.yaml", format="PNGG")
        code, _, err = self.run_tilewright("serve", "bad.yaml")
        self.assertEqual(code, 2)
        self.assertIn("unknown output format 'PNGG'; did you mean 'PNG'?", err)
        refusal = "tilewright: cannot listen on 127.0.0.1:{}: Address already in use; --port 0 takes any free one"
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.check_fails(3, refusal.format(port), "serve", "map.yaml", "--port", port)
        server = self.serve()
        self.check_fails(3, refusal.format(self.port), "serve", "map.yaml", "--port", self.port)
        self.end(server)
        self.end(self.serve("map.yaml", "--port", self.port))


class Oddities(Serve):
    def test_listeners_that_leave_make_room(self):
        self.config()
        server = self.serve()
        for _ in range(300):
            with socket.create_connection(("127.0.0.1", self.port)) as client:
                client.sendall(b"GET /events?since=1 HTTP/1.1\r\nHost: x\r\n\r\n")
                time.sleep(0.005)
        self.get("/health")
        self.end(server)

    def test_messages_that_are_no_utf8(self):
        self.write("run.lua", SCRIPT.replace("return input", "error('a\\255b')\n    return input"))
        self.config()
        server = self.serve()
        self.assertIn("a?b", self.error("/6/24/20.png", 500))
        self.assertIn("a?b", json.loads(self.get("/status"))["failures"][0]["message"])
        self.write("run.lua", "error('c\\255d')")
        self.get("/events?since=1")
        self.assertIn("c?d", json.loads(self.get("/status"))["problem"])
        self.end(server)

    def test_features_are_those_of_a_run(self):
        self.write("land.geojson", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry":
            {"type": "Polygon", "coordinates": [[[-30, -30], [30, -30], [30, 30], [-30, -30]]]}}]}))
        self.write("run.lua", SCRIPT.replace("'raster'", "'vector'").replace("inp:read() * p.gain", "inp:features()"))
        self.write("map.yaml", "process: run.lua\ninput: {inp: land.geojson}\npyramid: {grid: mercator}\nzoom_levels: 2\n"
                   "output: {path: out, format: FlatGeobuf, schema: {geometry: Polygon, properties: {a: int}}}\n")
        self.must_run("execute", "map.yaml", "--quiet")
        server = self.serve()
        for name, content in self.tiles("fgb").items():
            self.assertEqual(self.get(f"/tiles/{name}"), content)
        self.end(server)


class Hanging(Serve):
    def serve(self, *arguments, **more):
        sanitized, harness.BINARY = harness.BINARY, harness.RELEASE  # what a thread that never ends holds is a leak
        self.addCleanup(setattr, harness, "BINARY", sanitized)
        return super().serve(*arguments, **more)

    def test_a_script_that_never_ends_is_answered_and_mended(self):
        self.write("run.lua", SCRIPT.replace("return input", "local x = 0\n    while tile.col == 13 do x = x + 1 end\n    return input"))
        self.config()
        server = self.serve("map.yaml", "--workers", 2, "--tile-timeout", 1)
        tile = self.get("/6/24/20.png")
        failure = "tile 6/10/13: run.lua: not done after 1 s (--tile-timeout)"
        message = failure + " and cannot be stopped: nothing is made until it is mended"
        self.assertEqual(self.error("/6/26/20.png", 504), message)
        self.assertEqual(self.error("/6/28/20.png", 504), message)
        self.assertEqual(self.get("/6/24/20.png"), tile)
        self.assertEqual([one["message"] for one in self.json("/status")["failures"]], [failure])
        point = self.json(self.point(26, 20))["layers"]
        self.assertEqual((point[0], len(point[1]["values"])), ({"id": "map", "values": [], "error": failure}, 3))
        self.write("run.lua", SCRIPT)
        self.assertIn(b"data: 2", self.get("/events?since=1"))
        self.get("/6/26/20.png")
        self.end(server)

    def point(self, col, row):
        left, bottom, right, top = harness.tile_bounds(6, row, col)
        return f"/point?x={(left + right) / 2}&y={(bottom + top) / 2}&zoom=6"

    def test_a_setup_that_never_ends_is_answered_and_mended(self):
        self.write("run.lua", SCRIPT.replace("  run =", "  setup = function() local x = 0; while true do x = x + 1 end end,\n  run ="))
        self.config()
        server = self.serve("map.yaml", "--workers", 2, "--tile-timeout", 1)
        self.assertEqual(self.error("/6/24/20.png", 504),
                         "setup: run.lua: not done after 1 s (--tile-timeout) and cannot be stopped: nothing is made until it is mended")
        self.write("run.lua", SCRIPT)
        self.get("/events?since=1")
        self.get("/6/24/20.png")
        self.end(server)

    LOADS = (  # what never ends while a version is loaded, and what is said of it
        (lambda script: "local n = 0\nwhile true do n = n + 1 end\n" + script,
         "run.lua:2: not done after 1 s (--tile-timeout): what a script does outside of run, prepare and setup must come to an end"),
        (lambda script: script.replace("  run =", "  prepare = function() local t = {}; while true do t[#t % 100 + 1] = {} end end,\n  run ="),
         "prepare: run.lua:4: not done after 1 s (--tile-timeout)"),
        (lambda script: script.replace("  run =", "  prepare = function() local x = 0; while true do x = x + 1 end end,\n  run ="),
         "prepare: run.lua: not done after 1 s (--tile-timeout) and cannot be stopped"))

    def test_a_version_that_never_loads_is_given_up(self):
        for spoil, message in self.LOADS:
            with self.subTest(message):
                self.write("run.lua", SCRIPT)
                self.config()
                server = self.serve("map.yaml", "--tile-timeout", 1)
                before = self.get("/6/24/20.png")
                self.write("run.lua", spoil(SCRIPT))
                self.assertIn(b"data: 2", self.get("/events?since=1"))
                status = self.json("/status")
                self.assertEqual((status["problem"], status["version"], status["shown"]), (message, 2, 1))
                self.assertEqual(self.get("/6/24/20.png"), before)
                self.get("/6/26/20.png")
                self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
                self.assertIn(b"data: 3", self.get("/events?since=2"))
                self.assertIsNone(self.json("/status")["problem"])
                self.assertNotEqual(self.get("/6/24/20.png"), before)
                self.end(server)

    def test_a_version_that_is_mended_while_it_loads_is_given_up_at_once(self):
        """The limit of a tile is far away; the next version does not wait for it."""
        self.config()
        server = self.serve()
        before = self.get("/6/24/20.png")
        for version, (spoil, _) in enumerate(self.LOADS, 2):
            self.write("run.lua", spoil(SCRIPT))
            time.sleep(1)
            self.assertEqual((self.get("/6/24/20.png"), self.json("/status")["version"]), (before, version - 1))
            self.write("run.lua", SCRIPT.replace("gain = 1", f"gain = 0.{version}"))
            self.assertIn(f"data: {version}\n".encode(), self.get(f"/events?since={version - 1}"))
            after = self.get("/6/24/20.png")
            self.assertNotEqual(after, before)
            before = after
        self.end(server)

    def test_a_start_that_never_ends_is_given_up(self):
        self.config()
        for spoil, message in self.LOADS:
            self.write("run.lua", spoil(SCRIPT))
            code, out, err = self.run_tilewright("serve", "map.yaml", "--port", "0", "--tile-timeout", "1", binary=harness.RELEASE)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(message, err)

    def test_a_signal_ends_what_never_begins(self):
        for script in ("while true do end", SCRIPT.replace("  run =", "  prepare = function() while true do end end,\n  run =")):
            self.write("run.lua", script)
            server = subprocess.Popen([harness.RELEASE, "serve", self.config(), "--port", "0"], cwd=self.folder, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
            self.servers.append(server)
            time.sleep(1)
            server.send_signal(signal.SIGINT)
            self.assertEqual((server.communicate(timeout=10), server.returncode), (("", ""), 130))

    def test_a_signal_ends_what_never_loads(self):
        for spoil, _ in self.LOADS:
            self.write("run.lua", SCRIPT)
            self.config()
            server = self.serve()
            time.sleep(0.5)
            self.write("run.lua", spoil(SCRIPT))
            time.sleep(1)
            self.end(server)


class Reload(Serve):
    def wait_for_version(self, version):
        answer = self.get(f"/events?since={version - 1}").decode()
        self.assertEqual(answer, f"retry: 100\nid: {version}\nevent: version\ndata: {version}\n\n")

    def test_the_script_is_followed(self):
        self.config()
        server = self.serve()
        before = self.get("/6/24/21.png")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.wait_for_version(2)
        after = self.get("/6/24/21.png")
        self.assertNotEqual(after, before)
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = "))
        self.wait_for_version(3)
        status = json.loads(self.get("/status"))
        self.assertEqual((status["version"], status["shown"]), (3, 2))
        self.assertRegex(status["problem"], r"run\.lua:3: ")
        self.assertEqual(self.get("/6/24/21.png"), after)
        self.write("run.lua", SCRIPT)
        self.wait_for_version(4)
        self.assertEqual(self.get("/6/24/21.png"), before)
        self.assertIsNone(json.loads(self.get("/status"))["problem"])
        self.config(more=", metatiling: 1, compression: best")
        self.wait_for_version(5)
        self.end(server)

    def test_a_change_while_the_first_version_is_loaded(self):
        self.config()
        self.write("run.lua", "local n = 0\nfor i = 1, 2e9 do n = n + i end\n" + SCRIPT)
        edit = threading.Timer(0.7, self.write, ("run.lua", SCRIPT.replace("return input", "error('edited')\n    return input")))
        edit.start()
        self.serve()
        edit.join()
        limit = time.monotonic() + 60
        while "edited" not in self.ask("/6/24/20.png")[2].decode("latin-1"):
            self.assertLess(time.monotonic(), limit, "the change was never seen")
            time.sleep(0.1)

    def test_changes_while_tiles_are_made(self):
        self.write("run.lua", self.slow(100))
        self.config()
        server = self.serve()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(self.ask, f"/6/{col}/{row}.png") for row in (20, 22) for col in (24, 26)]
            time.sleep(0.2)
            self.write("run.lua", SCRIPT)
            self.wait_for_version(2)
            codes = {answer.result()[0] for answer in answers}
        self.assertLessEqual(codes, {200, 503})
        self.get("/6/24/20.png")
        self.end(server)


if __name__ == "__main__":
    harness.main()
