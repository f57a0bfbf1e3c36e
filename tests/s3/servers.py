"""Starts and stops what the tests talk to: Ceph's S3 server, and the proxy that makes requests go wrong.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import s3

HERE = pathlib.Path(__file__).resolve().parent


def free_port(count=1):
    """The first of so many neighbouring ports that nobody listens at."""
    for base in range(11000 + os.getpid() * 11 % 20000, 60000, 11):
        sockets = []
        try:
            for port in range(base, base + count):
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise OSError("no free port")


class Server:
    """Ceph's radosgw, with everything in memory."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-s3-"))
        for tries in range(3):
            self.port = free_port(3)
            done = subprocess.run(["sh", HERE / "radosgw.sh", "start", self.folder / str(tries), str(self.port)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  timeout=180)
            self.used = self.folder / str(tries)
            if done.returncode == 0:
                break
        else:
            raise RuntimeError(f"no S3 server: {done.stderr}")
        self.client = s3.S3(self.port)

    def stop(self):
        subprocess.run(["sh", HERE / "radosgw.sh", "stop", self.used], stdin=subprocess.DEVNULL, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Proxy:
    """fault_proxy.py; options as on its command line."""

    def __init__(self, target, *options):
        self.process = subprocess.Popen([sys.executable, HERE / "fault_proxy.py", "0", str(target), *map(str, options)],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
