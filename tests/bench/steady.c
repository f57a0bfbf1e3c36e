/* steady.c - asks an HTTP server at a fixed rate, and tells how long answers take.
 *
 *     steady PORT RATE SECONDS CONNECTIONS PATH...
 *
 * Requests are due at equal distances, whatever the server does. A request's time is counted from the moment
 * when it was due, not from when a connection was free for it: a server that stalls is charged with all that
 * was due meanwhile (no coordinated omission). Connections stay open; each has one request under way. Prints
 * one line of JSON, times in milliseconds.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 64, BUFFER_SIZE = 1 << 20 };

struct connection {
    int fd;
    bool is_busy;
    double due_s;
    size_t filled;
    char *buffer;
};

struct load {
    int port, num_connections, num_paths;
    double rate, seconds;
    char **paths;
    struct connection connections[MOST_CONNECTIONS];
    struct pollfd polled[MOST_CONNECTIONS];
    double *times_s;
    long asked, answered, failed, most;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
    fprintf(stderr, "steady: %s: %s\n", what, strerror(errno));
    exit(3);
}

static void connect_all(struct load *load)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)load->port)};
    int on = 1;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < load->num_connections; i++) {
        struct connection *connection = &load->connections[i];
        connection->fd = socket(AF_INET, SOCK_STREAM, 0);
        connection->buffer = malloc(BUFFER_SIZE + 1);
        if (connection->fd < 0 || connection->buffer == NULL ||
            connect(connection->fd, (struct sockaddr *)&place, sizeof(place)) != 0)
            fail("cannot connect");
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        load->polled[i] = (struct pollfd){connection->fd, POLLIN, 0};
    }
}

static void ask(struct load *load, struct connection *connection, double due_s)
{
    char text[1024];
    const char *path = load->paths[load->asked++ % load->num_paths];
    int length =
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, load->port);
    connection->is_busy = true;
    connection->due_s = due_s;
    connection->filled = 0;
    if (send(connection->fd, text, (size_t)length, MSG_NOSIGNAL) != length)
        fail("cannot ask");
}

/* Whether the answer is there wholly. */
static bool is_complete(struct connection *connection)
{
    connection->buffer[connection->filled] = '\0';
    const char *end = strstr(connection->buffer, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strcasestr(connection->buffer, "\r\nContent-Length:");
    size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return connection->filled >= (size_t)(end + 4 - connection->buffer) + body;
}

static void take(struct load *load, struct connection *connection)
{
    ssize_t got =
        recv(connection->fd, connection->buffer + connection->filled, BUFFER_SIZE - connection->filled, 0);
    if (got <= 0)
        fail("the server closed a connection");
    connection->filled += (size_t)got;
    if (!is_complete(connection))
        return;
    load->failed += strncmp(connection->buffer, "HTTP/1.1 2", 10) != 0;
    load->times_s[load->answered++] = now_s() - connection->due_s;
    connection->is_busy = false;
}

static struct connection *find_free(struct load *load)
{
    for (int i = 0; i < load->num_connections; i++)
        if (!load->connections[i].is_busy)
            return &load->connections[i];
    return NULL;
}

static void run(struct load *load)
{
    double begun_s = now_s();
    while (load->answered < load->most) {
        double due_s = begun_s + (double)load->asked / load->rate, now = now_s();
        struct connection *connection = load->asked < load->most ? find_free(load) : NULL;
        if (connection != NULL && due_s <= now) {
            ask(load, connection, due_s);
            continue;
        }
        double wait_s = connection != NULL ? due_s - now : 1;
        struct timespec wait = {(time_t)wait_s, (long)((wait_s - (double)(time_t)wait_s) * 1e9)};
        if (ppoll(load->polled, (nfds_t)load->num_connections, &wait, NULL) < 0 && errno != EINTR)
            fail("cannot wait");
        for (int i = 0; i < load->num_connections; i++)
            if ((load->polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && load->connections[i].is_busy)
                take(load, &load->connections[i]);
    }
    load->seconds = now_s() - begun_s;
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void tell(const struct load *load)
{
    qsort(load->times_s, (size_t)load->answered, sizeof(double), by_size);
    double last = (double)(load->answered - 1);
    printf(
        "{\"answered\": %ld, \"failed\": %ld, \"rate\": %.0f, \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, "
        "\"most\": %.3f}\n",
        load->answered, load->failed, (double)load->answered / load->seconds,
        1e3 * load->times_s[(long)(0.5 * last)], 1e3 * load->times_s[(long)(0.9 * last)],
        1e3 * load->times_s[(long)(0.99 * last)], 1e3 * load->times_s[(long)last]);
}

int main(int argc, char **argv)
{
    static struct load load;
    if (argc < 6) {
        fprintf(stderr, "usage: steady PORT RATE SECONDS CONNECTIONS PATH...\n");
        return 2;
    }
    load.port = atoi(argv[1]);
    load.rate = atof(argv[2]);
    load.most = (long)(load.rate * atof(argv[3]));
    load.num_connections = atoi(argv[4]);
    load.paths = argv + 5;
    load.num_paths = argc - 5;
    if (load.rate <= 0 || load.most < 1 || load.num_connections < 1 ||
        load.num_connections > MOST_CONNECTIONS) {
        fprintf(stderr, "steady: a rate and a time above 0, and 1 to %d connections\n", MOST_CONNECTIONS);
        return 2;
    }
    load.times_s = malloc((size_t)load.most * sizeof(double));
    if (load.times_s == NULL)
        fail("no memory");
    connect_all(&load);
    run(&load);
    tell(&load);
    return 0;
}
