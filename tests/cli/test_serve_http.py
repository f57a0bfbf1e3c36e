"""tilewright serve: what HTTP has for answers: compressed, in parts, not again, and with the right code."""
import gzip
import json
import select
import socket
import time

import harness
from preview import Serve


class Compressed(Serve):
    def packed(self, path, accept="gzip", **headers):
        return self.ask(path, headers={"Accept-Encoding": accept, **headers})

    def check_packed(self, path):
        plain = self.ask(path)
        code, headers, content = self.packed(path)
        self.assertEqual((code, headers.get("Content-Encoding"), headers["Vary"]), (200, "gzip", "Accept-Encoding"), path)
        self.assertEqual((plain[0], plain[1].get("Content-Encoding"), plain[1]["Vary"]), (200, None, "Accept-Encoding"), path)
        self.assertEqual(headers["Content-Type"], plain[1]["Content-Type"])
        self.assertLess(len(content), len(plain[2]))
        return gzip.decompress(content), plain[2]

    def test_texts_are_compressed_for_those_who_take_it(self):
        self.config()
        self.serve()
        for path in ("/", "/page/vendor.js", "/page/style.css", "/page/main.js", "/layer.json", "/layers.json", "/WMTSCapabilities.xml"):
            unpacked, plain = self.check_packed(path)
            self.assertEqual(unpacked, plain, path)
        for accept, encoding in (("gzip;q=0", None), ("br", None), ("", None), ("gzip;q=0.3, identity;q=0.9", None), ("*", "gzip"),
                                 ("br, gzip;q=0.5", "gzip")):
            self.assertEqual(self.packed("/layer.json", accept)[1].get("Content-Encoding"), encoding, accept)

    def test_pictures_are_not(self):
        self.config()
        self.serve()
        for path in ("/6/24/21.png", "/tiles/6/21/24.png"):
            code, headers, content = self.packed(path)
            self.assertEqual((code, headers.get("Content-Encoding"), headers.get("Vary")), (200, None, None))
            self.assertEqual(content, self.get(path))
        self.assertNotIn("Content-Encoding", self.packed("/health")[1])  # too short

    def test_features_are(self):
        self.write("land.geojson", json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"a": number}, "geometry": {"type": "Point", "coordinates": [number / 10, 10]}} for number in range(100)]}))
        self.serve("land.geojson")
        unpacked, plain = self.check_packed("/2/2/1.geojson")
        self.assertEqual(unpacked, plain)
        self.assertGreater(len(json.loads(plain)["features"]), 50)

    def test_each_form_has_its_etag(self):
        self.config()
        self.serve()
        plain, packed = self.ask("/page/vendor.js"), self.packed("/page/vendor.js")
        self.assertNotEqual(plain[1]["ETag"], packed[1]["ETag"])
        for first, headers in ((plain, {}), (packed, {"Accept-Encoding": "gzip"})):
            again = self.ask("/page/vendor.js", headers={"If-None-Match": first[1]["ETag"], **headers})
            self.assertEqual((again[0], again[2], again[1]["ETag"]), (304, b"", first[1]["ETag"]))
        crossed = self.packed("/page/vendor.js", **{"If-None-Match": plain[1]["ETag"]})
        self.assertEqual((crossed[0], crossed[2]), (200, packed[2]))


class Parts(Serve):
    def test_a_part_of_a_tile(self):
        self.config()
        self.serve()
        _, headers, whole = self.ask("/6/24/21.png")
        self.assertEqual(headers["Accept-Ranges"], "bytes")
        size = len(whole)
        for asked, first, last in (("bytes=0-99", 0, 99), (f"bytes={size - 5}-", size - 5, size - 1), ("bytes=-7", size - 7, size - 1),
                                   ("bytes=10-99999999", 10, size - 1)):
            code, headers, content = self.ask("/6/24/21.png", headers={"Range": asked})
            self.assertEqual((code, headers["Content-Range"], content), (206, f"bytes {first}-{last}/{size}", whole[first:last + 1]), asked)
            self.assertEqual((headers["Content-Type"], headers["Content-Length"]), ("image/png", str(last - first + 1)))

    def test_outside_of_the_tile_is_nothing(self):
        self.config()
        self.serve()
        size = len(self.get("/6/24/21.png"))
        for asked in (f"bytes={size}-", "bytes=99999999999999999999-", "bytes=-0"):
            code, headers, content = self.ask("/6/24/21.png", headers={"Range": asked})
            self.assertEqual((code, headers["Content-Range"], content), (416, f"bytes */{size}", b""), asked)

    def test_what_is_no_range_is_all(self):
        self.config()
        self.serve()
        whole = self.get("/6/24/21.png")
        for asked in ("bytes=5-4", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=a-b", "bytes"):
            code, _, content = self.ask("/6/24/21.png", headers={"Range": asked})
            self.assertEqual((code, content), (200, whole), asked)
        self.get("/6/0/0.png", 204)
        self.assertEqual(self.ask("/6/0/0.png", headers={"Range": "bytes=0-1"})[0], 204)

    def test_if_range(self):
        self.config()
        self.serve()
        _, headers, whole = self.ask("/6/24/21.png")
        for tag, code in ((headers["ETag"], 206), ('"other"', 200)):
            self.assertEqual(self.ask("/6/24/21.png", headers={"Range": "bytes=0-1", "If-Range": tag})[0], code)
        self.assertEqual(self.ask("/6/24/21.png", headers={"Range": "bytes=0-1", "If-None-Match": headers["ETag"]})[0], 304)
        head = self.ask("/6/24/21.png", method="HEAD")
        self.assertEqual((head[0], head[1]["Content-Length"], head[2]), (200, str(len(whole)), b""))

    def test_parts_are_of_the_plain_bytes(self):
        self.config()
        self.serve()
        whole = self.get("/page/vendor.js")
        code, headers, content = self.ask("/page/vendor.js", headers={"Range": "bytes=100-199", "Accept-Encoding": "gzip"})
        self.assertEqual((code, headers.get("Content-Encoding"), content), (206, None, whole[100:200]))


class Codes(Serve):
    def raw(self, request, wait=10):
        """The first line of the answer to these bytes; empty when the server hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as sock:
            try:
                for at in range(0, len(request), 65536):
                    sock.sendall(request[at:at + 65536])
            except OSError:
                pass  # it was answered before the end
            try:
                return sock.recv(4096).split(b"\r\n")[0].decode()
            except ConnectionResetError:
                return ""

    def test_each_mistake_has_its_code(self):
        self.config()
        server = self.serve()
        self.assertEqual(self.error("/nothing", 404), "there is nothing at /nothing")
        status, headers, _ = self.ask("/6/24/21.png", method="POST", body="a=b")
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(self.error("/" + "a" * 500, 414), "the path is longer than any here")
        for body, headers in ((b"x" * 100_000, {}), (b"x", {"Content-Length": "99999999999"}), (b"x", {"Content-Length": "99999999999999999999999"})):
            lines = "".join(f"{name}: {value}\r\n" for name, value in ({"Content-Length": len(body)} | headers).items())
            answer = self.raw(f"GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + body)
            self.assertRegex(answer, r"^HTTP/1.1 (413|400) ", lines)
        self.assertRegex(self.raw(b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"), r"^HTTP/1.1 413 ")
        self.assertRegex(self.raw(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), r"^HTTP/1.[01] 414 ")
        self.assertRegex(self.raw(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n"), r"^HTTP/1.[01] 431 ")
        self.assertRegex(self.raw(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"\r\n"),
                         r"^HTTP/1.[01] 431 ")
        for request in (b"\0\0\0\0\r\n\r\n", b"GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
                        b"GET /..\\..\\etc HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"):
            self.assertRegex(self.raw(request, wait=30), r"^(|HTTP/1.[01] (400|404|505) .*)$", request)
        self.get("/6/24/21.png")
        self.end(server)

    def test_too_much_at_once_is_put_off(self):
        self.write("run.lua", self.slow(3000))
        self.config(metatiling=1, baselevels="")
        self.write("map.yaml", (self.folder / "map.yaml").read_text().replace("[3, 6]", "9"))
        server = self.serve("map.yaml", "--workers", 1)
        socks = []
        for number in range(200):
            sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self.addCleanup(sock.close)
            socks.append(sock)
            sock.sendall(f"GET /9/{192 + number % 32}/{160 + number // 32}.png HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        refused, limit = 0, time.monotonic() + 60
        while refused < 40:  # of some 70
            self.assertLess(time.monotonic(), limit, refused)
            for sock in select.select(socks, [], [], 1)[0]:
                socks.remove(sock)
                answer = sock.recv(4096).decode(errors="replace")
                if answer.startswith("HTTP/1.1 503 "):
                    self.assertIn("Retry-After: 1\r\n", answer)
                    refused += 1
        self.get("/health")
        for sock in socks:
            sock.close()
        self.end(server)


if __name__ == "__main__":
    harness.main()
