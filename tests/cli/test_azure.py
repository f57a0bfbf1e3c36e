"""Who asks Azure's Blob storage, what is said of wrong uses, inputs and locks, against Microsoft's emulator."""
import http.server
import json
import threading
import time
import unittest
import urllib.parse

import object_storage
import test_object_storage
from azure_storage import ABSENT, Azure, azure, start, stop
from object_storage import Storage, servers

setUpModule, tearDownModule = start, stop


class Inputs(Azure, test_object_storage.Inputs):
    def test_storage_options(self):
        for options in ({"connection_string": self.client.connection()}, {"account_name": azure.ACCOUNT, "account_key": azure.KEY},
                        {"account_name": azure.ACCOUNT, "sas_token": self.client.pass_for(self.bucket, "rl")}):
            source = json.dumps({"path": self.url("image.tif"), "storage_options": options})
            self.write("far.yaml", object_storage.CONFIG.format(path="far", first=4, last=5, more="").replace("image.tif", source))
            _, out, err = self.remote("execute", "far.yaml", "--overwrite", "--quiet", AZURE_STORAGE_CONNECTION_STRING="",
                                      CPL_AZURE_ENDPOINT=f"http://127.0.0.1:{self.server.port}/{azure.ACCOUNT}")
            self.assertEqual((out, err), ("", ""))
            self.assertEqual(self.pictures("far"), self.pictures("out"))

    def test_an_input_that_everybody_may_read(self):
        self.client.make("everybody", **{"x-ms-blob-public-access": "blob"})
        self.client.put("everybody", "image.tif", (self.folder / "image.tif").read_bytes())
        source = json.dumps({"path": self.url("image.tif", "everybody"), "storage_options": {"account_name": azure.ACCOUNT, "anon": True}})
        self.write("far.yaml", object_storage.CONFIG.format(path="far", first=4, last=5, more="").replace("image.tif", source))
        environment = {"AZURE_STORAGE_CONNECTION_STRING": "", "CPL_AZURE_ENDPOINT": f"http://127.0.0.1:{self.server.port}/{azure.ACCOUNT}"}
        self.assertEqual(self.remote("execute", "far.yaml", "--quiet", **environment), (0, "", ""))
        self.assertEqual(self.pictures("far"), self.pictures("out"))

    def pictures(self, folder):
        return {name: tag for name, tag in self.tree(folder).items() if name.endswith(".png")}


class Locks(Azure, test_object_storage.Locks):
    pass


class Machine(http.server.BaseHTTPRequestHandler):
    """Gives tokens to who asks as a machine of Azure's does, and passes on requests that have one."""
    protocol_version = "HTTP/1.1"

    def give_token(self, query):
        asked = self.server.asked
        asked.append((self.command, self.headers["metadata"], query))
        return 200, {}, json.dumps({"access_token": f"token-{len(asked)}", "expires_on": str(int(time.time()) + self.server.seconds)}).encode()

    def pass_on(self, path, query, body):
        if self.headers["authorization"] not in [f"Bearer token-{i + 1}" for i in range(len(self.server.asked))]:
            return 401, {}, b"<Error><Code>InvalidAuthenticationInfo</Code></Error>"
        sent = {name.lower(): value for name, value in self.headers.items()
                if name.lower().startswith(("x-ms-", "if-")) and name.lower() not in ("x-ms-date", "x-ms-version")}
        return self.server.client.ask(self.command, urllib.parse.unquote(path[len(f"/{azure.ACCOUNT}"):]), dict(urllib.parse.parse_qsl(query)), body, sent)

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path, _, query = self.path.partition("?")
        status, headers, content = self.give_token(query) if path == "/metadata/identity/oauth2/token" else self.pass_on(path, query, body)
        self.send_response(status)
        for name, value in headers.items():
            if name.startswith("x-ms-") or name in ("etag", "last-modified", "content-type"):
                self.send_header(name, value)
        self.send_header("content-length", headers.get("content-length", "0") if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = answer

    def log_message(self, *_):
        pass


class Credentials(Azure, Storage):
    def run_on_machine(self, seconds):
        """What was asked for tokens that hold so long."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Machine)
        server.asked, server.client, server.seconds = [], self.client, seconds
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            self.must_remote("execute", self.config(last=5), "--quiet", "--overwrite", AZURE_STORAGE_CONNECTION_STRING="", AZURE_STORAGE_ACCOUNT=azure.ACCOUNT,
                             CPL_AZURE_ENDPOINT=f"{address}/{azure.ACCOUNT}", CPL_AZURE_VM_API_ROOT_URL=address, AZURE_IMDS_CLIENT_ID="me/1")
        finally:
            server.shutdown()
            server.server_close()
        return server.asked

    def test_the_identity_of_the_machine(self):
        asked = self.run_on_machine(3600)
        self.assertEqual(set(asked), {("GET", "true", "api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=me%2F1")})
        self.check_same("a", self.local(last=5), hidden=True)
        self.assertGreater(len(self.run_on_machine(60)), len(asked))

    def check_run(self, **variables):
        none = {"AZURE_STORAGE_CONNECTION_STRING": "", "CPL_AZURE_ENDPOINT": f"http://127.0.0.1:{self.server.port}/{azure.ACCOUNT}"}
        self.client.ask("DELETE", f"/{self.bucket}/a/4/5/6.png")
        said = self.must_remote("execute", self.config(last=4), **{**none, **variables})
        self.assertIn("1 metatiles made", said)
        for secret in (azure.KEY, "sig="):
            self.assertNotIn(secret, said)
        self.assertIn("4/5/6.png", self.stored("a"))
        self.client.put(self.bucket, "image.tif", (self.folder / "image.tif").read_bytes())
        self.write("far.yaml", object_storage.CONFIG.format(path="far", first=4, last=4, more="").replace("image.tif", self.url("image.tif")))
        self.must_remote("execute", "far.yaml", "--overwrite", "--quiet", **{**none, **variables})
        self.assertTrue((self.folder / "far/4/5/6.png").exists())

    def test_a_key(self):
        self.check_run(AZURE_STORAGE_ACCOUNT=azure.ACCOUNT, AZURE_STORAGE_ACCESS_KEY=azure.KEY)

    def test_a_pass(self):
        token = self.client.pass_for(self.bucket, "rwdl")
        self.check_run(AZURE_STORAGE_ACCOUNT=azure.ACCOUNT, AZURE_STORAGE_SAS_TOKEN=token)
        endpoint = f"BlobEndpoint=http://127.0.0.1:{self.server.port}/{azure.ACCOUNT}"
        self.check_run(AZURE_STORAGE_CONNECTION_STRING=f"{endpoint};SharedAccessSignature={token}")

    def test_a_pass_that_does_not_suffice(self):
        token = self.client.pass_for(self.bucket, "rl")
        code, _, err = self.remote("execute", self.config(last=4), AZURE_STORAGE_CONNECTION_STRING=self.client.connection(
            AccountName=None, AccountKey=None, SharedAccessSignature=token))
        self.assertEqual((code, err), (3, f"tilewright: cannot write '{self.url('a/.tilewright/lock')}': the server says 403 "
                                          "AuthorizationPermissionMismatch: This request is not authorized to perform this operation using this permission.\n"))
        token = self.client.pass_for(self.bucket, "rwdl", -60)
        code, _, err = self.remote("execute", self.config(last=4), AZURE_STORAGE_CONNECTION_STRING=self.client.connection(
            AccountName=None, AccountKey=None, SharedAccessSignature=token))
        self.assertEqual(code, 3)
        self.assertIn("the server says 403 AuthorizationFailure", err)
        self.assertNotIn("sig=", err)

    def test_nobody_in_particular(self):
        self.must_remote("execute", self.config(last=4), "--quiet")
        code, _, err = self.remote("verify", self.url("a"), AZURE_NO_SIGN_REQUEST="YES")
        self.assertEqual(code, 2, err)
        self.bucket += "-public"
        self.client.make(self.bucket, **{"x-ms-blob-public-access": "container"})
        self.must_remote("execute", self.config(last=4), "--quiet")
        self.assertIn("all is well", self.must_remote("verify", self.url("a"), AZURE_NO_SIGN_REQUEST="YES"))
        code, _, err = self.remote("execute", self.config(last=5), "--overwrite", AZURE_NO_SIGN_REQUEST="YES")
        self.assertEqual(code, 3, err)
        self.assertRegex(err, r"the server says 40[13] ")

    def test_no_secret_is_written_anywhere(self):
        self.must_remote("execute", self.config(last=4), "--quiet")
        for name in self.client.names(self.bucket):
            self.assertNotIn(azure.KEY.encode(), self.client.get(self.bucket, name), name)


class WrongUses(Azure, Storage):
    check_config = test_object_storage.WrongUses.check_config

    def check_variables(self, message, **variables):
        self.check_config(f"wrong.yaml:5:16: {message}", path=self.url("a"), env={"AZURE_STORAGE_CONNECTION_STRING": "", **variables})

    def test_access_control_lists_are_the_containers(self):
        place = len(f"output: {{path: {self.url('a')}, format: PNG, acl: ") + 1
        said = "is not for Azure's storage"
        self.check_config(f"wrong.yaml:5:{place}: output.acl {said}: who may read a file is said of its container", ", acl: public-read", path=self.url("a"))
        self.local(last=4)
        self.must_remote("cp", "out", self.url("a"), "--quiet")
        for command in (["cp", "out", self.url("a")], ["services", self.url("a")]):
            code, _, err = self.remote(*command, "--acl", "public-read")
            self.assertEqual((code, err), (2, f"tilewright: --acl {said}, where '{self.url('a')}' is: who may read a file is said of its container\n"))

    def test_names(self):
        self.check_config("wrong.yaml:5:16: 'az:///a' names no container: az://CONTAINER/PATH", path="az:///a")
        self.check_config(f"wrong.yaml:5:16: 'az:/{self.bucket}/a' is a folder of this machine; did you mean 'az://{self.bucket}/a'?", path=f"az:/{self.bucket}/a")
        for name in ("My", "my_maps", "my--maps", "-maps", "m"):
            self.check_config(f"wrong.yaml:5:16: 'az://{name}/a': '{name}' is no name of a container: 3 to 63 lower case letters, digits and single "
                              "hyphens", path=f"az://{name}/a")

    def test_accounts(self):
        self.check_variables(f"no account for '{self.url('a')}': set AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_ACCESS_KEY or "
                             "AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_CONNECTION_STRING")
        self.check_variables(f"no credentials for '{self.url('a')}': set AZURE_STORAGE_ACCESS_KEY or AZURE_STORAGE_SAS_TOKEN, or "
                             "AZURE_NO_SIGN_REQUEST=YES", AZURE_STORAGE_ACCOUNT="maps")
        self.check_variables("AZURE_STORAGE_ACCESS_KEY is no key of an account: it is not Base64", AZURE_STORAGE_ACCOUNT="maps",
                             AZURE_STORAGE_ACCESS_KEY="not base64!")
        self.check_variables("AccountKey of AZURE_STORAGE_CONNECTION_STRING is no key of an account: it is not Base64",
                             AZURE_STORAGE_CONNECTION_STRING="AccountName=maps;AccountKey=x")
        self.check_variables("AZURE_STORAGE_CONNECTION_STRING lacks AccountName and AccountKey, or BlobEndpoint and SharedAccessSignature",
                             AZURE_STORAGE_CONNECTION_STRING="UseDevelopmentStorage=true")
        self.check_variables("'127.0.0.1:10000/maps' is no endpoint of Azure's storage: it must begin with https:// or http://",
                             AZURE_STORAGE_ACCOUNT="maps", AZURE_STORAGE_ACCESS_KEY=azure.KEY, CPL_AZURE_ENDPOINT="127.0.0.1:10000/maps")

    def test_no_such_container(self):
        code, _, err = self.remote("execute", self.configure("c.yaml", self.url("a", "no-such-container")))
        self.assertEqual((code, err), (3, f"tilewright: cannot read 'az://no-such-container/a/.tilewright/lock': the server says {ABSENT}\n"))

    def test_wrong_keys_are_not_repeated(self):
        wrong = "d3Jvbmc="
        code, _, err = self.remote("execute", self.config(), AZURE_STORAGE_CONNECTION_STRING=azure.Azure(self.server.port, wrong).connection())
        self.assertEqual((code, err), (3, f"tilewright: cannot read '{self.url('a/.tilewright/lock')}': the server says 403 AuthorizationFailure: Server failed to "
                                          "authenticate the request. Make sure the value of the Authorization header is formed correctly including the signature.\n"))

    def test_nobody_at_the_endpoint(self):
        code, _, err = self.remote("execute", self.config(), port=servers.free_port())
        self.assertEqual((code, err), (3, f"tilewright: cannot read '{self.url('a/.tilewright/lock')}': the server refuses connections, or is not there "
                                          "(asked 4 times)\n"))


if __name__ == "__main__":
    unittest.main()
