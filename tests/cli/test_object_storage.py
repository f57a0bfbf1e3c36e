"""Outputs in object storage: a real S3 server (Ceph's), and a proxy before it that makes requests go wrong."""
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.request

import numpy as np
from osgeo import gdal

import harness
from object_storage import CONFIG, SCRIPT, Storage, s3, servers, start, stop

setUpModule, tearDownModule = start, stop


class Preview(Storage):
    def serve(self, config, mode):
        server = subprocess.Popen([harness.BINARY, "serve", config, "--port", "0", "--mode", mode], cwd=self.folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **self.environment()})
        self.addCleanup(server.kill)
        return server, re.search(r"http\S+/", server.stdout.readline()).group()

    def end(self, server):
        server.send_signal(signal.SIGTERM)
        self.assertEqual((server.communicate(timeout=60)[1], server.returncode), ("", 0))

    def test_the_output_is_written_and_shown(self):
        config, pictures = self.config(last=5), [(4, 6, 5), *((5, col, row) for col in (12, 13) for row in (10, 11))]
        server, url = self.serve(config, "continue")
        seen = {tile: urllib.request.urlopen(f"{url}{tile[0]}/{tile[1]}/{tile[2]}.png").read() for tile in pictures}
        self.end(server)
        self.assertRegex(self.must_remote("execute", config), r"nothing to do, all 5 metatiles are done")
        self.check_same("a", self.local(last=5))
        server, url = self.serve(config, "readonly")
        for (zoom, col, row), content in seen.items():
            self.assertEqual(urllib.request.urlopen(f"{url}{zoom}/{col}/{row}.png").read(), content)
            self.assertEqual(content, (self.folder / f"out/{zoom}/{row}/{col}.png").read_bytes())
        self.assertEqual(urllib.request.urlopen(f"{url}5/0/0.png").status, 204)
        self.end(server)


class Tiles(Storage):
    def test_tiles_are_those_of_a_local_folder(self):
        said = self.must_remote("execute", self.config())
        self.assertIn(f"{self.scheme}://{self.bucket}/a: 85 metatiles made (7 empty); ", said)
        self.check_same("a", self.local(), hidden=True)

    def test_paths_may_be_gdals_and_end_in_a_slash(self):
        self.must_remote("execute", self.configure("b.yaml", f"{self.gdal}{self.bucket}/deep/b/", last=5), "--quiet")
        self.check_same("deep/b", self.local(last=5), hidden=True)

    def test_a_vrt_is_refused_before_the_run(self):
        code, _, err = self.remote("execute", self.config(), "--vrt")
        self.assertEqual((code, err), (2, f"tilewright: --vrt is for tiles on this machine, and '{self.scheme}://{self.bucket}/a' is not: gdalbuildvrt "
                                          "makes one of /vsis3/ or /vsiaz/ paths\n"))
        self.assertEqual(self.client.names(self.bucket), [])

    def test_a_second_run_has_nothing_to_do(self):
        self.must_remote("execute", self.config(), "--quiet")
        self.assertIn("nothing to do, all 85 metatiles are done", self.must_remote("execute", self.config()))

    def test_a_tile_that_was_removed_is_made_again(self):
        self.must_remote("execute", self.config(), "--quiet")
        self.client.ask("DELETE", f"/{self.bucket}/a/7/45/52.png")
        said = self.must_remote("execute", self.config())
        self.assertIn("1 metatiles made", said)
        self.check_same("a", self.local(), hidden=True)

    def test_more_files_than_a_page_of_the_listing_has(self):
        self.must_remote("execute", self.config(first=7, last=9), "--quiet")
        self.assertGreater(len(self.stored("a")), 2000)
        self.client.ask("DELETE", f"/{self.bucket}/a/9/190/223.png")
        self.assertIn("1 metatiles made", self.must_remote("execute", self.config(first=7, last=9)))

    def test_overwrite_and_update(self):
        self.must_remote("execute", self.config(), "--quiet")
        self.image("image.tif", np.full((3, 96, 96), 9, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)
        self.must_remote("execute", self.config(), "--update", "--quiet")
        self.check_same("a", self.local())
        self.write("script.lua", SCRIPT.replace("input.image:read()", "input.image:read() / 2"))
        code, _, err = self.remote("execute", self.config())
        self.assertEqual((code, err.strip()),
                         (2, f"tilewright: '{self.scheme}://{self.bucket}/a' was made with another configuration or script (changed since); use "
                             "--overwrite to make it anew, or another output.path"))
        self.must_remote("execute", self.config(), "--overwrite", "--quiet")
        self.must_run("execute", "local.yaml", "--overwrite", "--quiet")
        self.check_same("a", "out")

    def test_tiles_of_others_are_adopted(self):
        for name in self.stored("nothing"):
            self.fail(name)
        self.must_remote("execute", self.config(), "--quiet")
        for key in self.client.names(self.bucket, "a/.tilewright/"):
            self.client.ask("DELETE", f"/{self.bucket}/{key}")
        self.assertIn("7 metatiles made (7 empty), 78 were done before", self.must_remote("execute", self.config()))

    def test_failed_tiles_are_listed_beside_the_tiles(self):
        self.write("script.lua", SCRIPT.replace("return input", "if tile.zoom == 7 and tile.row == 45 and tile.col == 52 then error('no') end\n    return input"))
        code, _, _ = self.remote("execute", self.config(), "--quiet")
        self.assertEqual(code, 1)
        self.assertIn(b"7", self.client.get(self.bucket, "a/failed.json"))
        self.write("script.lua", SCRIPT)
        self.must_remote("execute", self.config(), "--retry-failed", "--quiet")
        self.assertNotIn("failed.json", self.stored("a", hidden=True))


class Public(Storage):
    """Files that everybody may read."""

    def test_files_have_type_cache_control_and_acl(self):
        more = ", acl: public-read, cache_control: 'public, max-age=60'"
        self.must_remote("execute", self.config(last=4, more=more), "--quiet")
        for name, kind in (("4/5/6.png", "image/png"), ("metadata.json", "application/json"),
                           ("4/5/6.png.aux.xml", "application/xml")):
            status, headers, _ = self.client.ask("GET", f"/{self.bucket}/a/{name}", signed=False)
            self.assertEqual((status, headers["content-type"], headers.get("cache-control")),
                             (200, kind, "public, max-age=60"), name)
        status, _, _ = self.client.ask("GET", f"/{self.bucket}/a/.tilewright/journal", signed=False)
        self.assertEqual(status, 403)
        self.must_remote("execute", self.config("private", last=4), "--quiet")
        status, _, _ = self.client.ask("GET", f"/{self.bucket}/private/4/5/6.png", signed=False)
        self.assertEqual(status, 403)

    def public(self, name):
        """Status, type and cache-control of a file for those without a key."""
        status, headers, _ = self.client.ask("GET", f"/{self.bucket}/{name}", signed=False)
        return status, headers["content-type"], headers.get("cache-control")

    def check_pixels(self, name):
        """What GDAL reads where the image is, at the deepest zoom."""
        left, bottom, right, top = harness.tile_bounds(4, 5, 6)
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "cache"))
        seen = gdal.Translate("", name, format="MEM", projWin=[left, top, right, bottom], width=128, height=128).ReadAsArray()
        wanted = harness.read(self.folder / "out/4/5/6.png")
        valid = wanted[3] > 0
        self.assertEqual(seen[:3].shape, wanted[:3].shape)
        self.assertTrue(np.array_equal(seen[:3, valid], wanted[:3, valid]))

    def test_map_services_are_as_public_as_the_tiles(self):
        """Also those files and tiles whose names do not say what they are."""
        more = ", layout: mapserver, services: all, georeference: none, acl: public-read, cache_control: 'max-age=60'"
        self.must_remote("execute", self.config(last=4, more=more), "--quiet")
        for name, kind in (("index.html", "text/html; charset=utf-8"), ("tilejson.json", "application/json"), ("WMTSCapabilities.xml", "application/xml"),
                           ("MapServer.json", "application/json"), ("MapServer.js", "text/javascript"), ("MapServer", "application/json"),
                           ("MapServer/index.html", "text/html; charset=utf-8"), ("MapServer/tile/4/5/6", "image/png")):
            self.assertEqual(self.public(f"a/{name}"), (200, kind, "max-age=60"), name)
        self.assertIn("all is well", self.must_remote("verify", f"{self.scheme}://{self.bucket}/a"))
        self.must_remote("cp", f"{self.scheme}://{self.bucket}/a", "back", "--quiet")
        self.assertEqual(len(list((self.folder / "back/MapServer/tile").rglob("6"))), 1)

    def test_gdal_reads_the_services_of_a_bucket(self):
        self.local(last=4, more=", georeference: none")
        url = f"http://127.0.0.1:{self.server.port}/{self.bucket}"
        for name, layout, source in (("a", "mapserver", f"{url}/a/MapServer?f=json&pretty=true"), ("b", "xyz", f"WMTS:{url}/b/WMTSCapabilities.xml")):
            services = f"{{base_url: '{url}/{name}'}}"
            more = f", layout: {layout}, services: {services}, georeference: none, acl: public-read"
            self.must_remote("execute", self.config(name, last=4, more=more), "--quiet")
            self.check_pixels(source)

    def test_map_services_are_written_into_a_bucket_later(self):
        self.must_remote("execute", self.config(last=4, more=", acl: public-read"), "--quiet")
        self.must_remote("services", f"{self.scheme}://{self.bucket}/a", "--viewer", "--quiet")
        self.assertEqual(self.public("a/index.html")[0], 403)
        self.must_remote("services", f"{self.scheme}://{self.bucket}/a", "--viewer", "--acl", "public-read", "--cache-control", "max-age=7", "--quiet")
        self.assertEqual(self.public("a/index.html"), (200, "text/html; charset=utf-8", "max-age=7"))
        code, _, err = self.remote("services", f"{self.scheme}://{self.bucket}/a", "--acl", "everybody")
        self.assertEqual((code, err), (2, "tilewright: unknown access control list 'everybody'; known: private, public-read, public-read-write, "
                                          "authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control\n"))
        self.local(last=4)
        code, _, err = self.remote("services", "out", "--acl", "public-read")
        self.assertEqual((code, err), (2, "tilewright: --acl and --cache-control are for object storage, and 'out' is none\n"))

    def test_a_stac_item_is_beside_the_tiles_and_as_public(self):
        self.must_remote("execute", self.config(last=5, more=", acl: public-read, stac: {id: tiles, datetime: 2023-01-01}"), "--quiet")
        status, headers, body = self.client.ask("GET", f"/{self.bucket}/a/tiles.json", signed=False)
        self.assertEqual((status, headers["content-type"]), (200, "application/json"), self.client.names(self.bucket))
        self.assertEqual(json.loads(body)["id"], "tiles")


class Faults(Storage):
    def test_two_thousand_tiles_through_faults_are_complete(self):
        with servers.Proxy(self.server.port, "--faults", "0.2") as proxy:
            self.must_remote("execute", self.config(first=7, last=9, more=", georeference: none"), "--quiet", port=proxy.port)
            said = self.must_remote("execute", self.config(first=7, last=9, more=", georeference: none"), port=proxy.port)
        self.assertIn("nothing to do", said)
        self.check_same("a", self.local(first=7, last=9, more=", georeference: none"), hidden=True)

    def test_when_nothing_gets_through_it_is_said(self):
        control = self.folder / "rate"
        with servers.Proxy(self.server.port, "--faults", "0", "--kinds", "503", "--control", control) as proxy:
            started = time.monotonic()
            control.write_text("1")
            code, _, err = self.remote("execute", self.config(), "--quiet", port=proxy.port, GDAL_HTTP_MAX_RETRY="3")
            self.assertEqual((code, err.strip()),
                             (3, f"tilewright: cannot read '{self.scheme}://{self.bucket}/a/.tilewright/lock': the server says 503 SlowDown: "
                                 "made to fail (asked 4 times)"))
            self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(self.stored("a", hidden=True), {})

    def test_when_the_network_goes_in_the_middle(self):
        control = self.folder / "rate"
        for kinds in ("500", "reset", "late-reset", "silence", "truncated"):
            with servers.Proxy(self.server.port, "--faults", "0", "--kinds", kinds, "--control", control) as proxy:
                prefix = kinds
                control.write_text("0")
                run = subprocess.Popen([harness.BINARY, "execute", self.config(prefix, first=7, last=8, more=", georeference: none"), "--quiet"], cwd=self.folder,
                                       stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, **self.environment(proxy.port, GDAL_HTTP_MAX_RETRY="3", GDAL_HTTP_LOW_SPEED_TIME="1")})
                while not any("/8/" in name for name in self.client.names(self.bucket, prefix)):
                    time.sleep(0.05)
                control.write_text("1")
                _, err = run.communicate(timeout=120)
                self.assertEqual(run.returncode, 3, err)
                self.assertRegex(err, rf"cannot (write|read) '{self.scheme}://{self.bucket}/{prefix}[^']*': .* \(asked 4 times\)")
                self.check_journal(prefix)
            self.must_remote("execute", self.config(prefix, first=7, last=8, more=", georeference: none"), "--quiet")
            if kinds == "500":
                self.local(first=7, last=8, more=", georeference: none")
            self.check_same(prefix, "out", hidden=True)

    def test_a_killed_run_is_continued(self):
        with servers.Proxy(self.server.port, "--latency-ms", "20") as proxy:
            run = subprocess.Popen([harness.BINARY, "execute", self.config(first=7, last=9, more=", georeference: none"), "--quiet"], cwd=self.folder,
                                   env={**os.environ, **self.environment(proxy.port)})
            while len(self.client.names(self.bucket, "a")) < 300:
                time.sleep(0.05)
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.assertIn("a/.tilewright/lock", self.client.names(self.bucket, "a"))
        self.must_remote("execute", self.config(first=7, last=9, more=", georeference: none"), "--quiet")
        self.check_same("a", self.local(first=7, last=9, more=", georeference: none"), hidden=True)

    def test_a_stopped_run_is_continued(self):
        with servers.Proxy(self.server.port, "--latency-ms", "20") as proxy:
            run = subprocess.Popen([harness.BINARY, "execute", self.config(first=7, last=9, more=", georeference: none"), "--quiet"], cwd=self.folder,
                                   env={**os.environ, **self.environment(proxy.port)}, stderr=subprocess.DEVNULL)
            while len(self.client.names(self.bucket, "a")) < 300:
                time.sleep(0.05)
            run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(timeout=60), 130)
        self.assertNotIn("a/.tilewright/lock", self.client.names(self.bucket, "a"))
        said = self.must_remote("execute", self.config(first=7, last=9, more=", georeference: none"))
        self.assertRegex(said, r"done before")
        self.check_same("a", self.local(first=7, last=9, more=", georeference: none"), hidden=True)


class Inputs(Storage):
    def setUp(self):
        super().setUp()
        self.client.put(self.bucket, "image.tif", (self.folder / "image.tif").read_bytes())
        self.local(last=5)

    def read(self, port=None, **more):
        self.write("far.yaml", CONFIG.format(path="far", first=4, last=5, more="").replace("image.tif", f"{self.scheme}://{self.bucket}/image.tif"))
        return self.remote("execute", "far.yaml", "--quiet", port=port, GDAL_HTTP_RETRY_DELAY="0.1", **more)

    def test_an_input_in_a_bucket(self):
        self.assertEqual(self.read(), (0, "", ""))
        self.assertEqual({name: tag for name, tag in self.tree("far").items() if name.endswith(".png")},
                         {name: tag for name, tag in self.tree("out").items() if name.endswith(".png")})

    def test_an_input_behind_a_server_that_is_busy(self):
        with servers.Proxy(self.server.port, "--faults", "0.3", "--kinds", "503") as proxy:
            self.assertEqual(self.read(proxy.port, GDAL_HTTP_MAX_RETRY="20"), (0, "", ""))

    def test_a_server_that_says_nothing_is_not_waited_for(self):
        with servers.Proxy(self.server.port, "--faults", "1", "--kinds", "silence") as proxy:
            started = time.monotonic()
            code, _, err = self.read(proxy.port, GDAL_HTTP_LOW_SPEED_TIME="1", GDAL_HTTP_MAX_RETRY="0")
            self.assertEqual(code, 2, err)
            self.assertLess(time.monotonic() - started, 30)


class Locks(Storage):
    def lock(self, host, pid):
        self.client.put(self.bucket, "a/.tilewright/lock", f"{host} {pid} 2026-01-01T00:00:00Z 0123\n".encode())

    def test_somebody_elses_output_is_left_alone(self):
        self.lock("elsewhere", 4711)
        said = (f"tilewright: '{self.scheme}://{self.bucket}/a' is being written by process 4711 on host 'elsewhere' since 2026-01-01T00:00:00Z; "
                "wait for it, or stop it")
        code, _, err = self.remote("execute", self.config())
        self.assertEqual((code, err.strip()), (2, said))

    def test_a_lock_of_a_process_that_is_gone_is_taken_over(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        self.lock(os.uname().nodename, gone.pid)
        self.must_remote("execute", self.config(), "--quiet")
        self.assertNotIn("a/.tilewright/lock", self.client.names(self.bucket, "a"))

    def test_of_two_runs_at_once_one_is_refused(self):
        runs = [subprocess.Popen([harness.BINARY, "execute", self.config(first=7, last=9), "--quiet"], cwd=self.folder, text=True,
                                 stderr=subprocess.PIPE, env={**os.environ, **self.environment()}) for _ in range(4)]
        said = [run.communicate(timeout=120)[1] for run in runs]
        self.assertEqual(sorted(run.returncode for run in runs), [0, 2, 2, 2], said)
        for text in said:
            if text:
                self.assertIn("is being written by process", text)
        self.check_same("a", self.local(first=7, last=9), hidden=True)


class Credentials(Storage):
    def test_a_profile(self):
        self.write("credentials", f"[other]\naws_access_key_id = no\n[tests]\naws_access_key_id = {s3.KEY}\n"
                                  f"aws_secret_access_key= {s3.SECRET}\n")
        self.write("config", "# of the tests\n[profile tests]\nregion=us-east-1\n")
        none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "", "AWS_PROFILE": "tests",
                "AWS_CONFIG_FILE": str(self.folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials")}
        code, _, err = self.run_tilewright("execute", self.config(last=4), "--quiet", env={**self.environment(), **none})
        self.assertEqual((code, err), (0, ""))
        self.assertIn("4/5/6.png", self.stored("a"))

    def check_role(self, answers, **variables):
        """Keys come from a server; returns the paths that it was asked for."""
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                asked.append((self.command, self.path, self.headers.get("authorization"), self.headers.get("x-aws-ec2-metadata-token")))
                body = answers.get((self.command, self.path), "").encode()
                self.send_response(200 if body else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = answer

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "",
                **{name: address + path for name, path in variables.items()}}
        try:
            code, _, err = self.run_tilewright("execute", self.config(last=4), "--quiet",
                                               env={**self.environment(), "AWS_CONTAINER_AUTHORIZATION_TOKEN": "pass", **none})
        finally:
            server.shutdown()
            server.server_close()
        self.assertEqual((code, err), (0, ""))
        self.assertIn("4/5/6.png", self.stored("a"))
        return asked

    def keys(self, seconds):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        return json.dumps({"AccessKeyId": s3.KEY, "SecretAccessKey": s3.SECRET, "Expiration": until})

    def test_the_keys_of_a_container(self):
        asked = self.check_role({("GET", "/keys"): self.keys(3600)}, AWS_CONTAINER_CREDENTIALS_FULL_URI="/keys")
        self.assertEqual(set(asked), {("GET", "/keys", "pass", None)})

    def test_the_keys_of_a_machine(self):
        folder = "/latest/meta-data/iam/security-credentials/"
        asked = self.check_role({("PUT", "/latest/api/token"): "token", ("GET", folder): "writer\n", ("GET", folder + "writer"): self.keys(3600)},
                                AWS_EC2_METADATA_SERVICE_ENDPOINT="")
        self.assertEqual(set(asked), {("PUT", "/latest/api/token", None, None), ("GET", folder, None, "token"),
                                      ("GET", folder + "writer", None, "token")})

    def test_keys_that_expire_are_renewed(self):
        lasting = len(self.check_role({("GET", "/keys"): self.keys(3600)}, AWS_CONTAINER_CREDENTIALS_FULL_URI="/keys"))
        self.client.ask("DELETE", f"/{self.bucket}/a/4/5/6.png")
        self.assertGreater(len(self.check_role({("GET", "/keys"): self.keys(60)}, AWS_CONTAINER_CREDENTIALS_FULL_URI="/keys")), lasting)

    def test_no_secret_is_written_anywhere(self):
        self.must_remote("execute", self.config(last=4), "--quiet")
        for key in self.client.names(self.bucket):
            self.assertNotIn(s3.SECRET.encode(), self.client.get(self.bucket, key), key)


class WrongUses(Storage):
    def check_config(self, message, more="", path=None, env=None):
        self.configure("wrong.yaml", path or f"{self.scheme}://{self.bucket}/a", last=4, more=more)
        environment = {**self.environment(), **(env or {})}
        code, _, err = self.run_tilewright("execute", "wrong.yaml", env=environment)
        self.assertEqual((code, err.strip()), (2, message))
        self.assertEqual(self.client.names(self.bucket), [])

    def test_of_the_keys(self):
        place = len(f"output: {{path: {self.scheme}://{self.bucket}/a, format: PNG, acl: ") + 1
        self.check_config(f"wrong.yaml:5:{place}: output.acl must be a text, not a number", ", acl: 5")
        self.check_config(f"wrong.yaml:5:{place}: unknown access control list 'public'; known: private, public-read, public-read-write, "
                          "authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control", ", acl: public")
        place += len("cache_control") - len("acl")
        self.check_config(f"wrong.yaml:5:{place}: output.cache_control must be one line of plain letters, such as "
                          "'public, max-age=86400'", ', cache_control: "a\\nb: c"')

    def test_keys_are_for_object_storage(self):
        self.check_config("wrong.yaml:5:41: output.acl is for object storage: output.path must begin with s3://, gs:// or az://", ", acl: private", path="local")

    def test_names_that_mean_other_places(self):
        for path in (f"{self.scheme}://{self.bucket}/../other/a", f"{self.scheme}://{self.bucket}/a/./b"):
            self.check_config(f"wrong.yaml:5:16: '{path}': names in object storage have no '.' and '..' between slashes", path=path)
        self.check_config(f"wrong.yaml:5:16: 's3:/{self.bucket}/a' is a folder of this machine; did you mean '{self.scheme}://{self.bucket}/a'?",
                          path=f"s3:/{self.bucket}/a")

    def test_no_credentials(self):
        none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(self.folder)}
        self.check_config(f"wrong.yaml:5:16: no credentials for '{self.scheme}://{self.bucket}/a': set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                          "or AWS_PROFILE to one of ~/.aws/credentials, or AWS_NO_SIGN_REQUEST=YES", env=none)
        self.check_config("wrong.yaml:5:16: no profile 'absent' (AWS_PROFILE) in ~/.aws/credentials and ~/.aws/config",
                          env={**none, "AWS_PROFILE": "absent"})
        self.check_config("wrong.yaml:5:16: no credentials for 'gs://tiles/a': writing to Google's storage takes an HMAC key; set "
                          "GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY", path="gs://tiles/a")

    def test_other_places(self):
        self.check_config("wrong.yaml:5:16: 'abfs://tiles/a' cannot be written to: an output is a local path, s3://BUCKET/PATH, "
                          "gs://BUCKET/PATH or az://CONTAINER/PATH", path="abfs://tiles/a")
        self.check_config("wrong.yaml:5:16: 's3:///a' names no bucket: s3://BUCKET/PATH", path="s3:///a")

    def test_no_such_bucket(self):
        code, _, err = self.remote("execute", self.configure("c.yaml", "s3://no-such-bucket/a"))
        self.assertEqual((code, err.strip()), (3, f"tilewright: cannot read 's3://no-such-bucket/a/.tilewright/lock': the server says 404 NoSuchBucket"))

    def test_wrong_keys_are_not_repeated(self):
        code, _, err = self.remote("execute", self.config(), AWS_SECRET_ACCESS_KEY="wrong-secret")
        self.assertEqual((code, err.strip()), (3, f"tilewright: cannot read '{self.scheme}://{self.bucket}/a/.tilewright/lock': the server says 403 SignatureDoesNotMatch"))
        self.assertNotIn("wrong-secret", err)

    def test_nobody_at_the_endpoint(self):
        code, _, err = self.remote("execute", self.config(), port=servers.free_port())
        self.assertEqual((code, err.strip()), (3, f"tilewright: cannot read '{self.scheme}://{self.bucket}/a/.tilewright/lock': the server refuses connections, or is not there "
                                                      "(asked 4 times)"))


if __name__ == "__main__":
    unittest.main()
