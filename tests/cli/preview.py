"""A preview server over a small picture, and how it is asked: for the tests of tilewright serve."""
import http.client
import json
import re
import signal
import subprocess

import numpy as np

import harness

CONFIG = """process: run.lua
input: {{inp: image.tif}}
pyramid: {{grid: {grid}, tile_size: 128, metatiling: {metatiling}}}
zoom_levels: [{min_zoom}, 6]
{baselevels}output: {{path: out, format: {format}, dtype: {dtype}, bands: {bands}{more}}}
"""
SCRIPT = """return process {
  inputs = { inp = 'raster' },
  params = { gain = 1 },
  run = function(tile, input, p)
    return input.inp:read() * p.gain
  end,
}
"""
BOUNDS = harness.tile_bounds(4, 5, 6)
SCHEMAS = harness.ROOT / "tests/data/ogc-schemas"


class Serve(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:512, 0:512]
        self.array = np.stack([1 + (x // 4 + y // 8) % 250, 1 + (x // 2) % 250, 1 + (y // 3) % 250]).astype("uint8")
        self.array[:, :100, :80] = 0
        self.image("image.tif", self.array, BOUNDS, nodata=0)
        self.write("run.lua", SCRIPT)
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            if server.poll() is None:
                server.kill()
                server.communicate()
        super().tearDown()

    def config(self, name="map.yaml", **changes):
        values = {"grid": "mercator", "metatiling": 2, "min_zoom": 3, "baselevels": "baselevels: {min: 6, lower: average}\n", "format": "PNG",
                  "dtype": "uint8", "bands": 3, "more": ", metatiling: 1", **changes}
        self.write(name, CONFIG.format(**values))
        return name

    def serve(self, config="map.yaml", *arguments, cwd=None, host="127.0.0.1"):
        server = subprocess.Popen([harness.BINARY, "serve", config, "--port", "0", *map(str, arguments)], cwd=cwd or self.folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.servers.append(server)
        line = server.stdout.readline()
        found = re.match(rf"\S.*: http://{re.escape(host)}:(\d+)/  \(Ctrl-C ends it\)\n", line)
        if not found:
            self.fail(f"{line}{server.communicate(timeout=20)}")
        self.port, self.host = int(found.group(1)), host.strip("[]")
        return server

    def tiles(self, extension):
        root = self.folder / "out"
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob(f"*.{extension}"))}

    def slow(self, times):
        """The same result after some work."""
        return SCRIPT.replace("return input", f"for _ = 1, {times} do ((input.inp:read() * 1.5) ^ 0.5)[1]:sum() end\n    return input")

    def ask(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(method, path, headers=headers or {}, body=body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def get(self, path, code=200):
        status, _, content = self.ask(path)
        self.assertEqual(status, code, f"{path}: {content[:300]}")
        return content

    def json(self, path, code=200):
        return json.loads(self.get(path, code))

    def error(self, path, code, **more):
        status, _, content = self.ask(path, **more)
        self.assertEqual(status, code, path)
        return json.loads(content)["error"]

    def end(self, server, number=signal.SIGTERM):
        server.send_signal(number)
        out, err = server.communicate(timeout=30)
        self.assertEqual((server.returncode, err), (0, ""))
