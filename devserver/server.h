/* server.h - the preview server: HTTP for the tiles of layers and the page that shows them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SERVER_H
#define TW_SERVER_H

#include "layers.h"

struct tw_server_spec {
    const char *host;             /* an IP address */
    int port;                     /* 0: any that is free */
    struct tw_layers_spec layers; /* whom they tell of changes is the server's */
};

struct tw_server;

/* Loads the layers and begins to listen. TW_EUSAGE when problems were added; TW_ESTORAGE: `cannot
 * listen on 127.0.0.1:8080: Address already in use`. On success *server is owned by the caller. */
enum tw_status tw_server_start(const struct tw_server_spec *spec, struct tw_server **server,
                               struct tw_problems *problems, struct tw_error *err);
/* Accepts NULL. Ends all connections. */
void tw_server_stop(struct tw_server *server);

/* As it stands in URLs: `127.0.0.1`, `[::1]`; returns text. */
enum { TW_HOST_SIZE = 64 };
const char *tw_server_host(const struct tw_server_spec *spec, char text[TW_HOST_SIZE]);

int tw_server_port(const struct tw_server *server);

#endif
