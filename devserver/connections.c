/* SPDX-License-Identifier: MIT */
#include "connections.h"

#include "clock.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tw_connection {
    int socket;
    unsigned char address[16]; /* an IPv4 address fills the first four */
    bool waits, is_shut;
    double since_s;
    struct tw_connection *older, *newer; /* of those that wait */
};

struct tw_connections {
    struct tw_connections_spec spec;
    pthread_t sweeper;
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t ending;
    bool is_ending;
    struct tw_connection *oldest, *newest;
};

static void unlink_waiting(struct tw_connections *connections, struct tw_connection *connection)
{
    if (!connection->waits)
        return;
    *(connection->older != NULL ? &connection->older->newer : &connections->oldest) = connection->newer;
    *(connection->newer != NULL ? &connection->newer->older : &connections->newest) = connection->older;
    connection->waits = false;
}

static void link_waiting(struct tw_connections *connections, struct tw_connection *connection)
{
    connection->older = connections->newest;
    connection->newer = NULL;
    *(connections->newest != NULL ? &connections->newest->newer : &connections->oldest) = connection;
    connections->newest = connection;
    connection->since_s = tw_clock_s();
    connection->waits = true;
}

/* libmicrohttpd finds the end of the stream, and closes it. */
static void shut(struct tw_connections *connections, struct tw_connection *connection)
{
    unlink_waiting(connections, connection);
    connection->is_shut = true;
    shutdown(connection->socket, SHUT_RDWR);
}

static void shut_overdue(struct tw_connections *connections)
{
    const double limit_s = tw_clock_s() - connections->spec.longest_wait_s;
    while (connections->oldest != NULL && connections->oldest->since_s < limit_s)
        shut(connections, connections->oldest);
}

static void *sweep(void *context)
{
    struct tw_connections *connections = context;
    pthread_mutex_lock(&connections->mutex);
    while (!connections->is_ending) {
        struct timespec next;
        clock_gettime(CLOCK_REALTIME, &next);
        next.tv_sec++;
        pthread_cond_timedwait(&connections->ending, &connections->mutex, &next);
        shut_overdue(connections);
    }
    pthread_mutex_unlock(&connections->mutex);
    return NULL;
}

enum tw_status tw_connections_new(const struct tw_connections_spec *spec, struct tw_connections **connections,
                                  struct tw_error *err)
{
    struct tw_connections *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    made->spec = *spec;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->ending, NULL);
    if (pthread_create(&made->sweeper, NULL, sweep, made) != 0) {
        pthread_cond_destroy(&made->ending);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return tw_error_nomem(err);
    }
    *connections = made;
    return TW_OK;
}

void tw_connections_free(struct tw_connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_lock(&connections->mutex);
    connections->is_ending = true;
    pthread_cond_signal(&connections->ending);
    pthread_mutex_unlock(&connections->mutex);
    pthread_join(connections->sweeper, NULL);
    pthread_cond_destroy(&connections->ending);
    pthread_mutex_destroy(&connections->mutex);
    free(connections);
}

static void take_address(struct tw_connection *connection, const struct sockaddr *address)
{
    if (address != NULL && address->sa_family == AF_INET)
        memcpy(connection->address, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    else if (address != NULL && address->sa_family == AF_INET6)
        memcpy(connection->address, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
}

/* The one of the same address that has waited longest goes, when there are too many; or the one of all. */
static void make_room(struct tw_connections *connections, const struct tw_connection *connection)
{
    struct tw_connection *longest = NULL;
    int count = 0, all = 0;
    for (struct tw_connection *other = connections->newest; other != NULL; other = other->older, all++)
        if (memcmp(other->address, connection->address, sizeof(other->address)) == 0) {
            longest = other;
            count++;
        }
    if (count >= connections->spec.most_waiting)
        shut(connections, longest);
    else if (all >= connections->spec.most_of_all)
        shut(connections, connections->oldest);
}

struct tw_connection *tw_connection_open(struct tw_connections *connections, int socket,
                                         const struct sockaddr *address)
{
    struct tw_connection *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->socket = socket;
    take_address(made, address);
    pthread_mutex_lock(&connections->mutex);
    make_room(connections, made);
    link_waiting(connections, made);
    pthread_mutex_unlock(&connections->mutex);
    return made;
}

void tw_connection_close(struct tw_connections *connections, struct tw_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->mutex);
    unlink_waiting(connections, connection);
    pthread_mutex_unlock(&connections->mutex);
    free(connection);
}

void tw_connection_asks(struct tw_connections *connections, struct tw_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->mutex);
    unlink_waiting(connections, connection);
    pthread_mutex_unlock(&connections->mutex);
}

void tw_connection_waits(struct tw_connections *connections, struct tw_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->mutex);
    unlink_waiting(connections, connection);
    if (!connection->is_shut)
        link_waiting(connections, connection);
    pthread_mutex_unlock(&connections->mutex);
}
