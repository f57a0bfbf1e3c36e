/* connections.h - clients that connect and do not ask: how long they may take, and how many there may be.
 *
 * A connection waits from its beginning until a request has come completely, and from when its answer is
 * sent until the next one. libmicrohttpd ends those that are silent; here those end that trickle, or take
 * their answer too slowly, and where an address, or all together, have too many, the one that has waited
 * longest makes room for the new one, so that whoever asks at once is answered however many do not. Functions
 * may be called from any thread.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONNECTIONS_H
#define TW_CONNECTIONS_H

#include "error.h"

#include <sys/socket.h>

struct tw_connections;
struct tw_connection;

struct tw_connections_spec {
    double longest_wait_s;
    int most_waiting; /* of one address */
    int most_of_all;  /* of all addresses together */
};

/* On success *connections is owned by the caller. */
enum tw_status tw_connections_new(const struct tw_connections_spec *spec, struct tw_connections **connections,
                                  struct tw_error *err);
/* When none is left. Accepts NULL. */
void tw_connections_free(struct tw_connections *connections);

/* A new one, which waits; NULL when out of memory: then nobody looks after it. */
struct tw_connection *tw_connection_open(struct tw_connections *connections, int socket,
                                         const struct sockaddr *address);
/* Before its socket is closed. Accept NULL, as below. */
void tw_connection_close(struct tw_connections *connections, struct tw_connection *connection);

/* A request has come; or its answer is on its way, or was sent: then it waits from now on. */
void tw_connection_asks(struct tw_connections *connections, struct tw_connection *connection);
void tw_connection_waits(struct tw_connections *connections, struct tw_connection *connection);

#endif
