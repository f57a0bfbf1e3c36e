"""tilewright serve: whoever means no good, or asks in a way that no browser does."""
import http.client
import json
import resource
import socket
import time

import harness
from preview import Serve


class Attacks(Serve):
    def connect(self, count):
        socks = [socket.create_connection(("127.0.0.1", self.port), timeout=10) for _ in range(count)]
        for sock in socks:
            self.addCleanup(sock.close)
        return socks

    def trickle(self, socks):
        """One more byte of a header that does not end; returns how many connections still take it."""
        alive = 0
        for sock in socks:
            try:
                sock.send(b"x")
                alive += 1
            except OSError:
                pass
        return alive

    def test_who_asks_at_once_is_answered_however_many_do_not(self):
        self.config()
        server = self.serve()
        self.get("/6/24/21.png")
        socks = []
        for _ in range(6):
            new = self.connect(100)
            for sock in new:
                try:
                    sock.sendall(b"GET /6/24/21.png HTTP/1.1\r\nX-Slow: ")
                except OSError:
                    pass  # it made room already
            socks += new
            begun = time.monotonic()
            self.get("/6/24/21.png")
            self.assertLess(time.monotonic() - begun, 5)
        time.sleep(0.5)
        self.trickle(socks)
        time.sleep(0.5)
        self.assertLessEqual(self.trickle(socks), 64)
        self.end(server)

    def test_a_header_that_trickles_has_an_end(self):
        self.config()
        self.serve()
        sock, = self.connect(1)
        sock.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
        begun = time.monotonic()
        while self.trickle([sock]):
            time.sleep(0.25)
            self.assertLess(time.monotonic() - begun, 60)
        self.assertGreater(time.monotonic() - begun, 15)
        self.get("/health")

    def served_meanwhile(self, worst=5):
        begun = time.monotonic()
        self.get("/6/24/21.png")
        seconds = time.monotonic() - begun
        self.assertLess(seconds, worst)
        return seconds

    def attack(self, server, source, begin):
        """2,000 connections for 30 s, each of which is begun anew when it was ended; others are served all the time."""
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
        self.get("/6/24/21.png")
        socks, seconds, limit, number = [], [], time.monotonic() + 30, 0
        while time.monotonic() < limit:
            alive = []
            for sock in socks:
                try:
                    sock.send(b"x")
                    alive.append(sock)
                except BlockingIOError:
                    alive.append(sock)
                except OSError:
                    sock.close()
            socks = alive
            for _ in range(min(100, 2000 - len(socks))):
                number += 1
                try:
                    sock = socket.create_connection(("127.0.0.1", self.port), timeout=5, source_address=(source(number), 0))
                    sock.sendall(begin)
                    sock.setblocking(False)
                    socks.append(sock)
                except OSError:
                    sock.close()
            seconds.append(self.served_meanwhile())
            time.sleep(0.05)
        for sock in socks:
            sock.close()
        self.assertGreater(number, 2000)
        self.assertGreater(len(seconds), 20)
        self.assertLess(sorted(seconds)[len(seconds) // 2], 1)
        self.served_meanwhile()
        self.end(server)

    def test_two_thousand_slow_connections_of_one_address(self):
        self.config()
        self.attack(self.serve(), lambda number: "127.0.0.1", b"GET /6/24/21.png HTTP/1.1\r\nX-Slow: ")

    def test_two_thousand_slow_connections_of_many_addresses(self):
        self.config()
        self.attack(self.serve(), lambda number: f"127.0.{1 + number % 50}.7", b"GET /6/24/21.png HTTP/1.1\r\nX-Slow: ")

    def test_two_thousand_that_do_not_take_their_answers(self):
        self.config()
        self.attack(self.serve(), lambda number: f"127.0.{1 + number % 50}.7", b"GET /page/vendor.js HTTP/1.1\r\nHost: x\r\n\r\n" * 20)

    def test_tiles_out_of_range_cost_nothing(self):
        self.config()
        self.serve()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for number in range(10000):
            connection.request("GET", (f"/6/{64 + number}/{number * 7919}.png", f"/tiles/6/{number * 31}/{64 + number}",
                                       f"/layers/map/{7 + number % 30}/1/1.png", f"/6/{2 ** 31 + number}/{10 ** 9 + number}.png")[number % 4])
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 404)
        connection.close()
        status = json.loads(self.get("/status"))
        self.assertEqual((status["made"], status["failed"], status["waiting"]), (0, 0, 0))


if __name__ == "__main__":
    harness.main()
