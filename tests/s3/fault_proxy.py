#!/usr/bin/env python3
"""fault_proxy.py PORT TARGET-PORT [--faults RATE] [--kinds a,b] [--latency-ms N] [--seed N] [--control FILE]
               [--only TEXT] [--times N]

Stands between the program and a server, and makes a part of the requests go wrong: 500 and 503, a connection that is
reset before or after the request was passed on, silence, an answer that is cut off. With --latency-ms every answer
comes later; requests are not held up by each other. TARGET-PORT 0: no server; each PUT is answered with 200, and the
rest with 404, for measuring. A number in the file --control replaces the rate as soon as it is there.
With --only nothing goes wrong but requests with that text in their first line, with --times no more than so many.

SPDX-License-Identifier: MIT
"""
import argparse
import asyncio
import pathlib
import random
import socket
import struct

KINDS = ["500", "503", "reset", "late-reset", "silence", "truncated"]


class Proxy:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.counts = {}

    def fault(self, line):
        if self.options.only not in line or self.options.times == 0:
            return "none"
        rate = self.options.faults
        if self.options.control and pathlib.Path(self.options.control).exists():
            rate = float(pathlib.Path(self.options.control).read_text() or rate)
        kind = self.random.choice(self.options.kinds) if self.random.random() < rate else "none"
        self.options.times -= kind != "none"
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return kind

    @staticmethod
    async def read_message(reader, is_answer_to=None):
        """Head and body of a request, or of the answer to a request of that method; None at the end."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        fields = {}
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        body = b""
        status = head.split(b" ", 2)[1] if is_answer_to else b""
        if is_answer_to != "HEAD" and status not in (b"204", b"304"):
            if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
                while True:
                    line = await reader.readline()
                    size = int(line.split(b";")[0], 16)
                    body += line + await reader.readexactly(size + 2)
                    if size == 0:
                        break
            else:
                body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
        return head, body

    @staticmethod
    def reset(writer):
        """A reset rather than an orderly end."""
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def ask_server(self, server, head, body, method):
        if self.options.target == 0:
            code = b"200 OK" if method == "PUT" else b"404 Not Found"
            return b"HTTP/1.1 " + code + b'\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n', b""
        if server[0] is None:
            server[:] = await asyncio.open_connection("127.0.0.1", self.options.target)
        server[1].write(head + body)
        await server[1].drain()
        answer = await self.read_message(server[0], method)
        if answer is None:
            raise ConnectionError("the server has ended the connection")
        return answer

    async def serve_one(self, reader, writer, server):
        request = await self.read_message(reader)
        if request is None:
            return False
        head, body = request
        method = head.split(b" ", 1)[0].decode()
        kind = self.fault(head.split(b"\r\n", 1)[0].decode())
        if self.options.latency_ms:
            await asyncio.sleep(self.options.latency_ms / 1000)
        if kind == "reset":
            self.reset(writer)
            return False
        if kind == "silence":
            await asyncio.sleep(3600)
        if kind in ("500", "503"):
            code = {"500": "InternalError", "503": "SlowDown"}[kind]
            text = "" if method == "HEAD" else f"<Error><Code>{code}</Code><Message>made to fail</Message></Error>"
            writer.write(f"HTTP/1.1 {kind} Fault\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
            await writer.drain()
            return True
        answer_head, answer_body = await self.ask_server(server, head, body, method)
        if kind == "late-reset":
            self.reset(writer)
            return False
        whole = answer_head + answer_body
        if kind == "truncated":
            writer.write(whole[: len(answer_head) // 2 if not answer_body else len(answer_head) + len(answer_body) // 2])
            await writer.drain()
            return False
        writer.write(whole)
        await writer.drain()
        return b"connection: close" not in answer_head.lower()

    async def serve(self, reader, writer):
        server = [None, None]
        try:
            while await self.serve_one(reader, writer, server):
                pass
        except (OSError, asyncio.IncompleteReadError):
            self.reset(writer)
        finally:
            writer.close()
            if server[1]:
                server[1].close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("target", type=int)
    parser.add_argument("--faults", type=float, default=0)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=KINDS)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control")
    parser.add_argument("--only", default="")
    parser.add_argument("--times", type=int, default=-1)
    options = parser.parse_args()
    server = await asyncio.start_server(Proxy(options).serve, "127.0.0.1", options.port, limit=1 << 26, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
