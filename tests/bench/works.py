"""What tests/bench/reach.py measures: for each part the commands, ours and the peers', what they need and what is to be reached."""
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFIG = """process: {process}
input:
  {name}: {input}
pyramid: {{grid: mercator, metatiling: 4}}
zoom_levels: {{min: {low}, max: {high}}}
{more}output: {{path: {path}, {output}}}
"""
LOWER = "baselevels: {{min: {high}, lower: average}}\n"
FORMATS = {"PNG": "format: PNG, metatiling: 1, count: 3, georeference: none",
           "JPEG": "format: JPEG, metatiling: 1, count: 3, quality: 75, georeference: none",
           "WebP": "format: WebP, metatiling: 1, count: 3, quality: 75, georeference: none",
           "GTiff": "format: GTiff, compression: deflate, dtype: uint8, bands: 3"}
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "GTiff": ".tif"}


@dataclass
class Row:
    """A command of a work. reach: the text that is shown; limit: (wall, cpu or memory, number)."""
    work: str
    tool: str
    command: list
    suffix: str = ""  # of the files that are counted
    env: dict = field(default_factory=dict)
    reach: str = ""
    limit: tuple = ()


class Bench:
    """Where things are, and which tools take part."""

    def __init__(self, options):
        self.binary, self.work = pathlib.Path(options.binary).resolve(), pathlib.Path(options.work)
        self.skip = {"gdal2tiles", "vips", "gdalwarp"} if options.no_peers else set(options.skip.split(","))
        self.side = options.side
        self.work.mkdir(parents=True, exist_ok=True)

    def out(self, row):
        return self.work / "out" / f"{row.work} {row.tool}".replace(" ", "_").replace(",", "")

    def image(self, side, place="mercator"):
        path = self.work / f"aerial_{place}_{side}.tif"
        if not path.exists():
            print(f"making {path}", file=sys.stderr)
            subprocess.run([sys.executable, HERE / "aerial.py", f"{path}.part", str(side), place], check=True)
            os.rename(f"{path}.part", path)
        return path

    def config(self, name, **values):
        path = self.work / f"{name}.yaml".replace(" ", "_").replace(",", "")
        more = LOWER.format(**values) if values.pop("overviews", True) else values.pop("more", "")
        path.write_text(CONFIG.format(**{"process": "convert", "name": "inp", "more": more, **values}))
        return path

    def ours(self, work, config, workers=2):
        return Row(work, "tilewright" if workers == 2 else f"tilewright, {workers} thread",
                   [self.binary, "execute", config, "--workers", str(workers), "--quiet", "--overwrite"])

    def tiles(self, work, **values):
        """A run of ours that makes tiles with all overviews."""
        row = self.ours(work, None)
        row.suffix = SUFFIXES[values["format"]]
        resampling = values.pop("resampling", "nearest")
        values["input"] = f"{{path: {values['input']}, format: raster_file, resampling: {resampling}}}"
        row.command[2] = self.config(work, path=self.out(row), output=FORMATS[values.pop("format")], **values)
        return row

    def gdal2tiles(self, work, image, zooms, resampling):
        row = Row(work, "gdal2tiles", ["gdal2tiles.py", "--xyz", "--processes=2", "-r", resampling, "-z", zooms, "-w", "none", "-q",
                                       image], ".png")
        row.command.append(self.out(row))
        return row

    def dzsave(self, work, image, suffix, options=""):
        row = Row(work, "vips dzsave", ["vips", "dzsave", image], suffix, {"VIPS_CONCURRENCY": "2"})
        row.command += [self.out(row) / "image", "--depth", "onetile", "--tile-size", "256", "--overlap", "0", "--suffix",
                        suffix + options]
        return row

    def kept(self, rows):
        return [row for row in rows if row.tool.split()[0] not in self.skip]


def lowest_zoom(side, high=18):
    """At which the image is one tile."""
    return high - (side // 256 - 1).bit_length()


def scaled(seconds, bench, full=16384):
    return seconds * (bench.side / full) ** 2


def aligned(bench):
    image, low = bench.image(bench.side), lowest_zoom(bench.side)
    rows = []
    for format_, reach, options in (("PNG", 7, "[filter=all]"), ("JPEG", 6, "[Q=75]"), ("WebP", 25, "[Q=75]")):
        work = f"aligned to {format_}"
        ours = bench.tiles(work, input=image, low=low, high=18, format=format_)
        ours.limit = ("wall", scaled(reach, bench))
        peers = [bench.dzsave(work, image, SUFFIXES[format_], options)]
        if format_ == "PNG":
            peers = [bench.gdal2tiles(work, image, f"{low}-18", "average"), *peers]
        rows.append([ours, *peers])
    return rows


def utm(bench):
    image, low = bench.image(bench.side, "utm"), lowest_zoom(bench.side)
    work = "UTM bilinear to PNG"
    ours = bench.tiles(work, input=image, low=low, high=18, format="PNG", resampling="bilinear")
    ours.limit = ("wall", scaled(13, bench))
    return [[ours, bench.gdal2tiles(work, image, f"{low}-18", "bilinear")]]


def degrees(bench):
    side = bench.side * 10000 // 16384
    image = bench.image(side, "degrees")
    rows = []
    for format_, reach in (("GTiff", 18), ("PNG", 14)):
        work = f"degrees to {format_}, z8-13"
        ours = bench.tiles(work, input=image, low=8, high=13, format=format_)
        ours.limit = ("cpu", scaled(reach, bench))
        rows.append([ours])
    work = "degrees to GTiff, z8-13"
    peer = Row(work, "gdalwarp, z13 alone", ["gdalwarp", "-q", "-overwrite", "-t_srs", "EPSG:3857", "-tr", "19.109257071294063",
                                             "19.109257071294063", "-co", "COMPRESS=DEFLATE", "-co", "TILED=YES", "-wo", "NUM_THREADS=2",
                                             "-co", "NUM_THREADS=2", image], ".tif")
    peer.command.append(bench.out(peer).with_suffix(".tif"))
    rows[0].append(peer)
    rows[1].append(bench.gdal2tiles("degrees to PNG, z8-13", image, "8-13", "near"))
    return rows


def start(bench):
    version = Row("process start", "tilewright", [bench.binary, "--version"], limit=("wall", 0.03))
    world = bench.work / "world.tif"
    subprocess.run(["gdal_create", "-q", "-of", "GTiff", "-outsize", "360", "180", "-bands", "1", "-burn", "7", "-a_srs", "EPSG:4326",
                    "-a_ullr", "-180", "90", "180", "-90", world], check=True)
    config = bench.config("plan", input=world, low=0, high=12, overviews=False, path=bench.work / "out/plan", output="format: PNG",
                          more="bounds: [-8900000, -20037508, 8900000, 20037508]\n")
    config.write_text(config.read_text().replace("metatiling: 4", "metatiling: 1"))
    plan = Row("plan of 10 million tiles", "tilewright", [bench.binary, "execute", config, "--dry-run"], limit=("wall", 1.0))
    return [[version, Row("process start", "gdalwarp --version", ["gdalwarp", "--version"])], [plan]]


def scaling(bench):
    image, low = bench.image(bench.side), lowest_zoom(bench.side)
    two = bench.tiles("two threads", input=image, low=low, high=18, format="PNG")
    one = bench.tiles("one thread", input=image, low=low, high=18, format="PNG")
    one.command[one.command.index("--workers") + 1] = "1"
    return [[one, two]]


def growth(bench):
    rows = []
    for side in (4096, 8192, 16384, 32768):
        rows.append([bench.tiles(f"{side} px to PNG", input=bench.image(side), low=lowest_zoom(side), high=18, format="PNG")])
    return rows


PARTS = {"aligned": aligned, "utm": utm, "degrees": degrees, "start": start, "scaling": scaling, "growth": growth}
