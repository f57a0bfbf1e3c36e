"""What the tests of Azure's Blob storage share: Microsoft's emulator, and what differs there from an S3 server.

SPDX-License-Identifier: MIT
"""
import pathlib
import sys

import object_storage
from object_storage import servers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "azure"))
import azure  # noqa: E402

ABSENT = "404 ContainerNotFound: The specified container does not exist."


def start():
    object_storage.use(azure.Server(servers.free_port))


stop = object_storage.stop


class Azure:
    scheme, gdal = "az", "/vsiaz/"
    no_bucket = ABSENT
    labels = ("--cache-control", "max-age=5")
    public = ""

    def headers(self, name):
        status, headers, _ = self.client.ask("GET", f"/{self.bucket}/{name}")
        self.assertEqual(status, 200, name)
        return headers
