"""How fast the preview answers: a tile that is cached, at a fixed rate; tiles of a COG that are not; a metatile of the cloudless example; the page.

Part `preview` of tests/bench/run.sh. Times of single requests are waited for one after another over one connection that stays open.
"""
import contextlib
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RATE, SECONDS, CONNECTIONS = 5000, 10, 4
COG_SIDE, COG_VIEWS = 8192, 15
MOSAIC = """process: mosaic
input: {{scenes: {{format: stack, path: [{path}]}}}}
pyramid: {{grid: mercator}}
zoom_levels: [12, 18]
output: {{path: out, format: PNG, bands: 3, dtype: uint8}}
"""


def make_steady(folder):
    program = folder / "steady"
    subprocess.run(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-o", program, HERE / "steady.c"], check=True)
    return program


@contextlib.contextmanager
def served(binary, config, folder):
    server = subprocess.Popen([binary, "serve", config, "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        yield int(re.search(r":(\d+)/", server.stdout.readline()).group(1))
    finally:
        server.terminate()
        server.communicate()


def times_of(port, paths):
    """Milliseconds of each, one after another."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port), []
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append(1e3 * (time.perf_counter() - begun))
        if answer.status not in (200, 204):
            raise SystemExit(f"{path}: {answer.status}")
    connection.close()
    return sorted(times)


def at(times, part):
    return times[int(part * (len(times) - 1))]


def said(what, value, most):
    return f"{what} {value:.1f} ms (to reach: {most:g}; {'yes' if value <= most else 'no'})"


def cached(program, port):
    times_of(port, ["/11/1113/728.png"])
    found = json.loads(subprocess.run([program, str(port), str(RATE), str(SECONDS), str(CONNECTIONS), "/11/1113/728.png"], check=True,
                                      capture_output=True, text=True).stdout)
    return (f"preview, a cached tile at {found['rate']:.0f} requests a second: p50 {found['p50']:.2f}, p90 {found['p90']:.2f}, "
            f"{said('p99', found['p99'], 2)}, {found['most']:.1f} ms at most, {found['failed']} failed")


def ask_layer(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/layer.json")
    return json.loads(connection.getresponse().read())


def metatiles(port):
    left, bottom, right, top = (ask_layer(port)["area"][i] for i in range(4))
    side = 2 * 20037508.3427892 / 2 ** 11
    cols, rows = range(int((left + 20037508.34) / side), int((right + 20037508.34) / side) + 1), range(int((20037508.34 - top) / side),
                                                                                                       int((20037508.34 - bottom) / side) + 1)
    each = {(col // 4, row // 4): f"/11/{col}/{row}.png" for row in rows for col in cols if col % 4 in (1, 2) and row % 4 in (1, 2)}
    times = times_of(port, list(each.values()))
    return f"preview, a metatile of 4 x 4 tiles of the cloudless example: {said('median', at(times, 0.5), 400)}, {times[-1]:.0f} ms at most"


def cog_tiles(options, folder):
    image = pathlib.Path(options.work) / f"aerial_utm_{COG_SIDE}.tif"
    cog = pathlib.Path(options.work) / f"aerial_utm_{COG_SIDE}_cog.tif"
    if not cog.exists():
        if not image.exists():
            subprocess.run([sys.executable, HERE / "aerial.py", image, str(COG_SIDE), "utm"], check=True)
        subprocess.run(["gdal_translate", "-q", "-of", "COG", "-co", "COMPRESS=DEFLATE", image, f"{cog}.part"], check=True)
        pathlib.Path(f"{cog}.part").rename(cog)
    (folder / "mosaic.yaml").write_text(MOSAIC.format(path=cog))
    with served(options.binary, "mosaic.yaml", folder) as port:
        layer = ask_layer(port)
        views = views_inside(layer, 18)
        times_of(port, views[0])
        times = times_of(port, [path for view in views[1:COG_VIEWS + 1] for path in view])
    return (f"preview, {len(times)} tiles of a COG in another CRS through mosaic, in views of 6 x 4, none cached: "
            f"{said('p50', at(times, 0.5), 8)}, {said('p99', at(times, 0.99), 30)}, {times[-1]:.1f} ms at most")


def views_inside(layer, zoom):
    """Pictures of views that lie wholly in the area, scattered over it."""
    left, bottom, right, top = layer["area"]
    side = layer["matrices"][zoom]["resolution"] * 256
    west, north = layer["extent"][0], layer["extent"][3]
    cols = range(int((left - west) / side) + 4, int((right - west) / side) - 3)
    rows = range(int((north - top) / side) + 4, int((north - bottom) / side) - 3)
    views = [(col, row) for row in rows[:-3:4] for col in cols[:-5:6]]
    views.sort(key=lambda view: (view[0] * 7919 + view[1] * 104729) % 997)
    return [[f"/{zoom}/{col + x}/{row + y}.png" for y in range(4) for x in range(6)] for col, row in views]


def page():
    if shutil.which("node") is None or not (ROOT / "tests/browser/node_modules/playwright-core").exists():
        return "preview, the page: node or tests/browser/node_modules is missing (npm ci there)"
    lines = subprocess.run(["node", HERE / "page.mjs"], check=True, capture_output=True, text=True).stdout.splitlines()
    return "preview, the page in Chromium (first paint is to be below 1000 ms): " + "; ".join(" ".join(line.split()) for line in lines)


def measured(options):
    """Lines of text."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = make_steady(folder)
        shutil.copytree(ROOT / "examples/cloudless", folder / "cloudless", ignore=shutil.ignore_patterns("out"))
        with served(options.binary, "cloudless.yaml", folder / "cloudless") as port:
            lines = [metatiles(port), cached(program, port)]
        return [*lines, cog_tiles(options, folder), page()]
