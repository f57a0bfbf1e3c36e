"""A small S3 client of the tests' own (Amazon: Signature Version 4), to look at what the program has stored.

SPDX-License-Identifier: MIT
"""
import datetime
import hashlib
import hmac
import http.client
import urllib.parse
import xml.etree.ElementTree

KEY, SECRET = "tilewright", "tilewright-secret"


class S3:
    def __init__(self, port, key=KEY, secret=SECRET):
        self.port, self.key, self.secret = port, key, secret

    def environment(self, **more):
        """What the program needs to find the server."""
        return {"AWS_S3_ENDPOINT": f"127.0.0.1:{self.port}", "AWS_HTTPS": "NO", "AWS_VIRTUAL_HOSTING": "FALSE",
                "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_REGION": "us-east-1",
                "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
                "AWS_EC2_METADATA_DISABLED": "true", **more}

    def ask(self, method, path, query=None, body=b"", headers=None, signed=True):
        """(status, headers, body); path: /bucket/key."""
        path = urllib.parse.quote(path)
        query = "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}"
                         for k, v in sorted((query or {}).items()))
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        sent = {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": now,
                **(headers or {})}
        names = sorted(name for name in sent if name == "host" or name.startswith("x-amz-"))
        canonical = "\n".join([method, path, query, *(f"{n}:{sent[n]}" for n in names), "", ";".join(names), digest])
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for part in [*scope.split("/"), text]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        if signed:
            sent["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, "
                                     f"SignedHeaders={';'.join(names)}, Signature={key.hex()}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path + ("?" + query if query else ""), body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def make(self, bucket):
        status, _, body = self.ask("PUT", f"/{bucket}")
        assert status in (200, 409), (status, body)

    def names(self, bucket, prefix=""):
        """All keys that begin with prefix."""
        found, token = [], None
        while True:
            query = {"list-type": "2", "prefix": prefix, **({"continuation-token": token} if token else {})}
            status, _, body = self.ask("GET", f"/{bucket}", query)
            assert status == 200, (status, body)
            root = xml.etree.ElementTree.fromstring(body)
            space = root.tag[: root.tag.index("}") + 1] if "}" in root.tag else ""
            found += [item.text for item in root.iter(space + "Key")]
            token = root.findtext(space + "NextContinuationToken")
            if not token:
                return found

    def get(self, bucket, key):
        status, headers, body = self.ask("GET", f"/{bucket}/{key}")
        assert status == 200, (key, status, body)
        return body

    def put(self, bucket, key, body, **headers):
        status, _, answer = self.ask("PUT", f"/{bucket}/{key}", body=body, headers=headers)
        assert status == 200, (key, status, answer)

    def uploads(self, bucket):
        """Uploads in pieces that are not completed."""
        status, _, body = self.ask("GET", f"/{bucket}", {"uploads": ""})
        assert status == 200, (status, body)
        return body.count(b"<Upload>")
