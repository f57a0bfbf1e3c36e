"""A small client of Azure's Blob storage of the tests' own (Microsoft: "Authorize with Shared Key"), and Microsoft's emulator.

It answers to the same calls as s3.S3 does. SPDX-License-Identifier: MIT
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ACCOUNT = "tilewright"
KEY = base64.b64encode(b"a key of the tests, of no worth").decode()


class Azure:
    def __init__(self, port, key=KEY):
        self.port, self.key = port, key

    def connection(self, **more):
        settings = {"DefaultEndpointsProtocol": "http", "AccountName": ACCOUNT, "AccountKey": self.key,
                    "BlobEndpoint": f"http://127.0.0.1:{self.port}/{ACCOUNT}", **more}
        return ";".join(f"{name}={value}" for name, value in settings.items() if value is not None)

    def environment(self, **more):
        """What the program, and GDAL, need to find the server."""
        return {"AZURE_STORAGE_CONNECTION_STRING": self.connection(), "CPL_AZURE_VM_API_ROOT_URL": "disabled", **more}

    def ask(self, method, path, query=None, body=b"", headers=None, signed=True):
        """(status, headers, body); path: /container/name."""
        path = urllib.parse.quote(f"/{ACCOUNT}{path}")
        query = dict(sorted((query or {}).items()))
        sent = {"x-ms-date": datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT"),
                "x-ms-version": "2020-10-02", **(headers or {})}
        if body:
            sent["content-length"] = str(len(body))
        own = sorted(name for name in sent if name.startswith("x-ms-"))
        text = "\n".join([method, "", "", sent.get("content-length", ""), "", sent.get("content-type", ""), "", "", sent.get("if-match", ""),
                          sent.get("if-none-match", ""), "", "",
                          *(f"{name}:{sent[name]}" for name in own),
                          "\n".join([f"/{ACCOUNT}{path}", *(f"{name}:{value}" for name, value in query.items())])])
        signature = base64.b64encode(hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()).decode()
        if signed:
            sent["authorization"] = f"SharedKey {ACCOUNT}:{signature}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path + ("?" + urllib.parse.urlencode(query) if query else ""), body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def make(self, container, **headers):
        status, _, body = self.ask("PUT", f"/{container}", {"restype": "container"}, headers=headers)
        assert status in (201, 409), (status, body)

    def names(self, container, prefix="", **query):
        found, marker = [], None
        while True:
            asked = {"restype": "container", "comp": "list", "prefix": prefix, **query, **({"marker": marker} if marker else {})}
            status, _, body = self.ask("GET", f"/{container}", asked)
            assert status == 200, (status, body)
            root = xml.etree.ElementTree.fromstring(body)
            found += [item.findtext("Name") for item in root.iter("Blob")]
            marker = root.findtext("NextMarker")
            if not marker:
                return found

    def get(self, container, name):
        status, _, body = self.ask("GET", f"/{container}/{name}")
        assert status == 200, (name, status, body)
        return body

    def put(self, container, name, body, **headers):
        status, _, answer = self.ask("PUT", f"/{container}/{name}", body=body, headers={"x-ms-blob-type": "BlockBlob", **headers})
        assert status == 201, (name, status, answer)

    def uploads(self, container):
        """Files that have pieces, and are not there."""
        return len(self.names(container, include="uncommittedblobs")) - len(self.names(container))

    def pass_for(self, container, permissions, seconds=3600):
        """A SAS ("Create a service SAS") for all files of the container."""
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        version = "2018-11-09"
        text = "\n".join([permissions, "", until, f"/blob/{ACCOUNT}/{container}", "", "", "http,https", version, "c", "", "", "", "", "", ""])
        signature = base64.b64encode(hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()).decode()
        return urllib.parse.urlencode({"sv": version, "sr": "c", "se": until, "sp": permissions, "spr": "http,https", "sig": signature})


class Server:
    """Microsoft's emulator, azurite, with everything in memory."""

    def __init__(self, free_port):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-azure-"))
        self.port = free_port()
        program = HERE / "node_modules/azurite/dist/src/blob/main.js"
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(
                ["node", program, "--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry", "--disableProductStyleUrl",
                 "--blobPort", str(self.port)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env={"PATH": "/usr/local/bin:/usr/bin:/bin", "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"})
        self.client = Azure(self.port)
        for _ in range(600):
            try:
                self.client.ask("GET", "/", {"comp": "list"})
                return
            except OSError:
                time.sleep(0.1)
                if self.process.poll() is not None:
                    break
        self.stop(keep=True)
        raise RuntimeError(f"no Azure server: {(self.folder / 'log').read_text()}")

    def stop(self, keep=False):
        self.process.terminate()
        self.process.wait()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
