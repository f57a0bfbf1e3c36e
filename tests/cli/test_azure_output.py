"""Tiles in Azure's Blob storage, against Microsoft's emulator: the cases of the S3 server."""
import unittest

import test_object_storage
from azure_storage import Azure, start, stop

setUpModule, tearDownModule = start, stop


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


if __name__ == "__main__":
    unittest.main()
