"""tilewright serve: whoever means no good, or asks in a way that no browser does."""
import http.client
import json
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

    def test_tiles_out_of_range_cost_nothing(self):
        self.config()
        self.serve()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for number in range(1000):
            connection.request("GET", f"/6/{64 + number}/{number * 7919}.png")
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 404)
        connection.close()
        status = json.loads(self.get("/status"))
        self.assertEqual((status["made"], status["failed"], status["waiting"]), (0, 0, 0))


if __name__ == "__main__":
    harness.main()
