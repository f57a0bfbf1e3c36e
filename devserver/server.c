/* SPDX-License-Identifier: MIT */
#include "server_parts.h"

#include "page.h"

#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    NUM_THREADS = 2,
    MOST_CONNECTIONS = 512,
    MOST_OF_ONE = 256,
    MOST_WAITING_OF_ONE = 64,
    MOST_WAITING = 192, /* of what one of the threads may have */
    IDLE_S = 60,
    LONGEST_WAIT_S = 20,
    CONNECTION_BYTES = 32 * 1024,
    MOST_UPLOADED = 64 * 1024,
    LONGEST_PATH = 400
};

/* Nothing is decoded: the paths that there are need no percent signs. */
static size_t keep_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

struct tw_connection *tw_kept_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static void notice(void *context, struct MHD_Connection *connection, void **kept,
                   enum MHD_ConnectionNotificationCode code)
{
    struct tw_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        tw_connection_close(server->connections, *kept);
        *kept = NULL;
        return;
    }
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (socket != NULL)
        *kept = tw_connection_open(server->connections, socket->connect_fd,
                                   client != NULL ? client->client_addr : NULL);
}

static struct request *new_request(struct tw_server *server, struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL || (request->arena = tw_arena_new(0)) == NULL) {
        free(request);
        return NULL;
    }
    request->server = server;
    request->connection = connection;
    return request;
}

/* What is sent along is for nobody: little of it is passed over, of more not even the beginning is read. */
static bool is_large(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    const char *coding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
    return coding != NULL || (length != NULL && strtoull(length, NULL, 10) > MOST_UPLOADED);
}

static bool is_plain(const char *path)
{
    for (const char *c = path; *c != '\0'; c++)
        if (*c == '%' || *c == '\\' || (unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E)
            return false;
    return strstr(path, "..") == NULL && strstr(path, "//") == NULL;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **kept)
{
    struct tw_server *server = context;
    struct request *request = *kept;
    (void)version;
    (void)upload;
    if (request == NULL) {
        *kept = new_request(server, connection);
        atomic_fetch_add(&server->requests, 1);
        if (*kept == NULL || !is_large(connection))
            return *kept != NULL ? MHD_YES : MHD_NO;
        return tw_reply_error(*kept, MHD_HTTP_CONTENT_TOO_LARGE, "nothing is uploaded here");
    }
    if (*upload_size > 0) { /* nobody asked for it */
        *upload_size = 0;
        return MHD_YES;
    }
    tw_connection_asks(server->connections, tw_kept_connection(connection));
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return tw_reply_error(request, MHD_HTTP_METHOD_NOT_ALLOWED,
                              "%s is not answered here: GET and HEAD are", method);
    if (strlen(url) > LONGEST_PATH)
        return tw_reply_error(request, MHD_HTTP_URI_TOO_LONG, "the path is longer than any here");
    if (!is_plain(url))
        return tw_reply_error(request, MHD_HTTP_BAD_REQUEST, "the path holds what no path here does");
    return tw_route(request, url);
}

static void unlisten(struct request *request)
{
    struct tw_server *server = request->server;
    pthread_mutex_lock(&server->mutex);
    for (struct request **at = &server->listeners; *at != NULL; at = &(*at)->next_listener)
        if (*at == request) {
            *at = request->next_listener;
            break;
        }
    pthread_mutex_unlock(&server->mutex);
}

static void completed(void *context, struct MHD_Connection *connection, void **kept,
                      enum MHD_RequestTerminationCode code)
{
    struct request *request = *kept;
    struct tw_server *server = context;
    (void)code;
    tw_connection_waits(server->connections, tw_kept_connection(connection));
    if (request == NULL)
        return;
    unlisten(request);
    tw_blob_release(request->waiter.blob);
    free(request->waiter.message);
    json_decref(request->probed);
    free(request->child.message);
    tw_edition_release(request->child.edition);
    tw_edition_release(request->edition);
    tw_edition_release(request->base);
    tw_arena_free(request->arena);
    free(request);
    *kept = NULL;
}

/* All that wait for a change look again. */
static void wake_listeners(void *context)
{
    struct tw_server *server = context;
    pthread_mutex_lock(&server->mutex);
    while (server->listeners != NULL) {
        struct request *request = server->listeners;
        server->listeners = request->next_listener;
        MHD_resume_connection(request->connection);
        atomic_fetch_sub(&server->suspended, 1);
    }
    pthread_mutex_unlock(&server->mutex);
}

/* An address to listen on. */
struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    unsigned int flags;
};

static bool read_place(const char *host, int port, struct place *place)
{
    *place = (struct place){.v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}};
    if (inet_pton(AF_INET, host, &place->v4.sin_addr) == 1)
        return true;
    *place = (struct place){.v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)},
                            .flags = strcmp(host, "::") == 0 ? MHD_USE_DUAL_STACK : MHD_USE_IPv6};
    return inet_pton(AF_INET6, host, &place->v6.sin6_addr) == 1;
}

const char *tw_server_host(const struct tw_server_spec *spec, char text[TW_HOST_SIZE])
{
    snprintf(text, TW_HOST_SIZE, strchr(spec->host, ':') != NULL ? "[%s]" : "%s", spec->host);
    return text;
}

static enum tw_status listen_on(struct tw_server *server, struct tw_error *err)
{
    const struct tw_server_spec *spec = &server->spec;
    struct place place;
    char host[TW_HOST_SIZE];
    if (!read_place(spec->host, spec->port, &place))
        return tw_error_set(err, TW_EUSAGE, "--host must be an IP address such as 127.0.0.1 or ::1, not '%s'",
                            spec->host);
    errno = 0;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | place.flags, 0, NULL, NULL, handle, server,
        MHD_OPTION_SOCK_ADDR, &place.any, MHD_OPTION_THREAD_POOL_SIZE, (unsigned int)NUM_THREADS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MOST_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned int)MOST_OF_ONE, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        notice, server, MHD_OPTION_END);
    if (server->daemon == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot listen on %s:%d: %s%s", tw_server_host(spec, host),
                            spec->port, errno != 0 ? strerror(errno) : "unknown reason",
                            errno == EADDRINUSE ? "; --port 0 takes any free one" : "");
    return TW_OK;
}

static enum tw_status load_layers(struct tw_server *server, struct tw_problems *problems,
                                  struct tw_error *err)
{
    struct tw_layers_spec spec = server->spec.layers;
    struct tw_layer_spec *list = calloc(spec.count, sizeof(*list));
    if (list == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < spec.count; i++) {
        list[i] = spec.list[i];
        list[i].changed = wake_listeners;
        list[i].context = server;
    }
    spec.list = list;
    enum tw_status status = tw_layers_new(&spec, &server->layers, problems);
    free(list);
    return status == TW_ENOMEM ? tw_error_nomem(err) : status;
}

enum tw_status tw_server_start(const struct tw_server_spec *spec, struct tw_server **server,
                               struct tw_problems *problems, struct tw_error *err)
{
    struct tw_server *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    if ((made->page = calloc(tw_num_page_files, sizeof(*made->page))) == NULL) {
        free(made);
        return tw_error_nomem(err);
    }
    made->spec = *spec;
    made->started_s = tw_clock_s();
    pthread_mutex_init(&made->mutex, NULL);
    enum tw_status status = load_layers(made, problems, err);
    const struct tw_connections_spec limits = {LONGEST_WAIT_S, MOST_WAITING_OF_ONE, MOST_WAITING};
    if (status == TW_OK)
        status = tw_connections_new(&limits, &made->connections, err);
    if (status == TW_OK)
        status = listen_on(made, err);
    if (status != TW_OK) {
        tw_server_stop(made);
        return status;
    }
    *server = made;
    return TW_OK;
}

/* Those that wait are answered before the connections end: a connection that is suspended cannot be closed.
 */
void tw_server_stop(struct tw_server *server)
{
    if (server == NULL)
        return;
    pthread_mutex_lock(&server->mutex);
    server->is_stopped = true;
    server->is_ending = 1;
    pthread_mutex_unlock(&server->mutex);
    MHD_socket listening = server->daemon != NULL ? MHD_quiesce_daemon(server->daemon) : MHD_INVALID_SOCKET;
    if (server->layers != NULL)
        tw_layers_stop(server->layers);
    wake_listeners(server);
    while (atomic_load(&server->suspended) > 0)
        poll(NULL, 0, 1);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (listening != MHD_INVALID_SOCKET)
        close(listening); /* ours since the daemon listens no more */
    tw_connections_free(server->connections);
    tw_layers_free(server->layers);
    pthread_mutex_destroy(&server->mutex);
    for (size_t i = 0; i < tw_num_page_files; i++)
        tw_blob_release(atomic_load(&server->page[i]));
    free(server->page);
    free(server);
}

int tw_server_port(const struct tw_server *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : server->spec.port;
}
