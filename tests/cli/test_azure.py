"""Outputs in Azure's Blob storage, against Microsoft's emulator: the cases of the S3 server, and Azure's own."""
import pathlib
import sys
import unittest

import object_storage
import test_object_files
import test_object_storage
import test_object_tools
from object_storage import Storage, servers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "azure"))
import azure  # noqa: E402

ABSENT = "404 ContainerNotFound: The specified container does not exist."


def setUpModule():
    object_storage.use(azure.Server(servers.free_port))


tearDownModule = object_storage.stop


class Azure:
    scheme, gdal = "az", "/vsiaz/"
    no_bucket = ABSENT
    labels = ("--cache-control", "max-age=5")
    public = ""

    def headers(self, name):
        status, headers, _ = self.client.ask("GET", f"/{self.bucket}/{name}")
        self.assertEqual(status, 200, name)
        return headers


class Preview(Azure, test_object_storage.Preview):
    pass


class Tiles(Azure, test_object_storage.Tiles):
    def test_files_have_type_and_cache_control(self):
        self.must_remote("execute", self.config(last=4, more=", cache_control: 'public, max-age=60'"), "--quiet")
        for name, kind in (("4/5/6.png", "image/png"), ("metadata.json", "application/json"), ("4/5/6.png.aux.xml", "application/xml")):
            headers = self.headers(f"a/{name}")
            self.assertEqual((headers["content-type"], headers["cache-control"], headers["x-ms-blob-type"]), (kind, "public, max-age=60", "BlockBlob"))


class Faults(Azure, test_object_storage.Faults):
    pass


class Inputs(Azure, test_object_storage.Inputs):
    pass


class Locks(Azure, test_object_storage.Locks):
    pass


class Tools(Azure, test_object_tools.Tools):
    pass


class Files(Azure, test_object_files.Files):
    once = "comp=blocklist"

    def test_one_that_does_not_get_through_is_taken_back(self):
        """Nobody sees blocks that are not committed, and the next run replaces them."""
        with servers.Proxy(self.server.port, "--faults", "1", "--kinds", "500", "--only", "comp=blocklist") as proxy:
            _, err = self.start(proxy.port).communicate(timeout=120)
        self.assertEqual(err, f"tilewright: cannot write '{self.url('a.tif')}': the server says 500 InternalError: made to fail (asked 3 times)\n")
        self.assertNotIn("a.tif", self.client.names(self.bucket))
        self.assertEqual(self.client.uploads(self.bucket), 1)
        self.must_remote("execute", self.config(self.url("a.tif"), test_object_files.LARGE, "8"), "--quiet")
        self.must_run("execute", self.config("a.tif", test_object_files.LARGE, "8"), "--quiet")
        self.check_same("a.tif")


class Credentials(Azure, Storage):
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
