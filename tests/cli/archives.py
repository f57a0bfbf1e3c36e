"""PMTiles and MBTiles written by the specifications' words, also wrong ones, for the tests that read them."""
import gzip
import json
import struct

import numpy as np
from osgeo import gdal

from test_pmtiles import tile_id


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def directory(entries):
    """(id, run, length, offset) each."""
    ids = [entry[0] for entry in entries]
    parts = [len(entries)] + [(b - a) % 2 ** 64 for a, b in zip([0] + ids, ids)]
    parts += [e[1] for e in entries] + [e[2] for e in entries]
    for i, e in enumerate(entries):
        follows = i > 0 and e[3] == entries[i - 1][3] + entries[i - 1][2]
        parts.append(0 if follows else e[3] + 1)
    return b"".join(map(varint, parts))


def entries_of(tiles):
    """{(z, row, col): bytes} -> entries, and the bytes of the data section, equal tiles once."""
    places, data, entries = {}, b"", []
    for id, tile in sorted((tile_id(z, col, row), tile) for (z, row, col), tile in tiles.items()):
        if tile not in places:
            places[tile] = len(data)
            data += tile
        last = entries[-1] if entries else None
        if last and last[0] + last[1] == id and last[3] == places[tile]:
            entries[-1] = (last[0], last[1] + 1, *last[2:])
        else:
            entries.append((id, 1, len(tile), places[tile]))
    return entries, data, len(places)


def pmtiles(tiles, kind=2, internal=2, leaf=None, metadata=None, entries=None, **header):
    """The bytes of an archive. leaf: entries in each leaf directory. entries: others than those that are right. header: fields as
    they are to be, whatever is right."""
    made, data, contents = entries_of(tiles)
    entries = made if entries is None else entries(made)
    pack = gzip.compress if internal == 2 else bytes
    leaves, root = b"", entries
    if leaf:
        root = []
        for i in range(0, len(entries), leaf):
            packed = pack(directory(entries[i:i + leaf]))
            root.append((entries[i][0], 0, len(packed), len(leaves)))
            leaves += packed
    root, meta = pack(directory(root)), pack(json.dumps(metadata if metadata is not None else {"name": "made"}).encode())
    zooms = [z for z, _, _ in tiles]
    at = 127
    fields = {"magic": b"PMTiles\x03"}
    for name, part in (("root", root), ("metadata", meta), ("leaves", leaves), ("data", data)):
        fields[name], fields[name + "_size"] = at, len(part)
        at += len(part)
    fields.update(tiles=len(tiles), entries=len(made), contents=contents, clustered=1, internal=internal, compression=1, kind=kind,
                  min_zoom=min(zooms), max_zoom=max(zooms), west=-180.0, south=-85.0511287, east=180.0, north=85.0511287)
    assert set(header) <= set(fields), header
    fields.update(header)
    f = fields
    head = f["magic"] + struct.pack("<11Q", *(f[n + s] for n in ("root", "metadata", "leaves", "data") for s in ("", "_size")),
                                    f["tiles"], f["entries"], f["contents"])
    head += bytes([f[n] for n in ("clustered", "internal", "compression", "kind", "min_zoom", "max_zoom")])
    head += struct.pack("<4i", *(round(f[n] * 1e7) for n in ("west", "south", "east", "north"))) + bytes([f["min_zoom"]])
    return head + struct.pack("<2i", 0, 0) + root + meta + leaves + data


def picture(array, driver="PNG"):
    """bands x rows x columns as the bytes of a picture."""
    array = np.asarray(array, dtype="uint8")
    made = gdal.GetDriverByName("MEM").Create("", array.shape[2], array.shape[1], array.shape[0], gdal.GDT_Byte)
    for i, band in enumerate(array, 1):
        made.GetRasterBand(i).WriteArray(band)
    colours = {1: [gdal.GCI_GrayIndex], 2: [gdal.GCI_GrayIndex, gdal.GCI_AlphaBand], 3: [gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand]}
    colours[4] = colours[3] + [gdal.GCI_AlphaBand]
    for i, colour in enumerate(colours[len(array)], 1):
        made.GetRasterBand(i).SetColorInterpretation(colour)
    options = ["LOSSLESS=YES"] if driver == "WEBP" else []
    gdal.GetDriverByName(driver).CreateCopy("/vsimem/picture", made, options=options)
    data = gdal.VSIFOpenL("/vsimem/picture", "rb")
    found = gdal.VSIFReadL(1, gdal.VSIStatL("/vsimem/picture").size, data)
    gdal.VSIFCloseL(data)
    gdal.Unlink("/vsimem/picture")
    return bytes(found)


def decode(data):
    """bands x rows x columns of a picture's bytes."""
    gdal.FileFromMemBuffer("/vsimem/picture", data)
    array = gdal.Open("/vsimem/picture").ReadAsArray()
    gdal.Unlink("/vsimem/picture")
    return array if array.ndim == 3 else array[None]
