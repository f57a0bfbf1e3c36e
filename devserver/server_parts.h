/* server_parts.h - for the files of the server only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SERVER_PARTS_H
#define TW_SERVER_PARTS_H

#include "server.h"

#include "area_read.h"
#include "children.h"
#include "connections.h"
#include "layers.h"
#include "probe.h"

#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>

struct tw_server {
    struct tw_server_spec spec;
    struct MHD_Daemon *daemon;
    struct tw_layers *layers;
    struct tw_connections *connections;
    double started_s;
    _Atomic(struct tw_blob *) *page; /* its files, once they were asked for */
    atomic_ullong requests;
    atomic_int suspended;   /* requests that wait for something */
    atomic_int probing;     /* of them, those whose inputs are being read */
    volatile int is_ending; /* then what is read is given up */

    pthread_mutex_t mutex;     /* of all below */
    struct request *listeners; /* who waits for a change */
    bool is_stopped;
};

/* How far a request has got. */
enum request_stage {
    REQUEST_NEW,
    REQUEST_WAITS_FOR_EDITION,
    REQUEST_WAITS_FOR_TILE,
    REQUEST_WAITS_FOR_VALUES
};

/* A request from its first byte to its last. */
struct request {
    struct tw_waiter waiter; /* comes first */
    struct tw_child_waiter child;
    struct tw_server *server;
    struct MHD_Connection *connection;
    struct tw_arena *arena;
    enum request_stage stage;

    struct tw_layer *layer;               /* that is asked; or NULL */
    const struct tw_edition_input *input; /* of it, that is asked; or NULL */
    const char *rest;                     /* of the path, after the id: it is MHD's */
    const char *prefix;                   /* of the paths that ask it: `/layers/ID`, or "" for the first */
    struct tw_edition *base;              /* of the layer; or NULL */
    struct tw_edition *edition;           /* that its tile is of: the same, or made from it; or NULL */

    enum { TW_EMPTY_NO_CONTENT, TW_EMPTY_BLANK, TW_EMPTY_NOT_FOUND } empty; /* how no data is told */

    bool is_point; /* the tile is asked for its values at x, y */
    double x, y;
    json_t *probed; /* what the inputs hold there */

    bool is_listening;
    int since, since_news; /* the version that a listener knows, and how much news of runs */
    struct request *next_listener;
};

/* Who looks after it; or NULL. */
struct tw_connection *tw_kept_connection(struct MHD_Connection *connection);

/* What goes out. */
enum MHD_Result tw_reply_text(struct request *request, unsigned int code, const char *type, const char *text);
/* root is given up; NULL: out of memory. flags: of json_dumps. */
enum MHD_Result tw_reply_json(struct request *request, unsigned int code, json_t *root, size_t flags);
/* A string, new; what is not ASCII becomes '?' when it is no UTF-8. NULL when out of memory. */
json_t *tw_text_to_json(const char *text);
enum MHD_Result tw_reply_error(struct request *request, unsigned int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* With an ETag: 304 when the client has it; compressed where that helps; or the part that it asks for. cache:
 * Cache-Control. */
enum MHD_Result tw_reply_blob(struct request *request, struct tw_blob *blob, const char *cache);
enum MHD_Result tw_reply_file(struct request *request, const char *name);

/* Chooses by the path. */
enum MHD_Result tw_route(struct request *request, const char *path);

/* route_edition.c: the layer or input with that id; by its path, *rest: what follows the id (`/8/137/90.png`,
 * or
 * `/layer.json` of `/layers/dem.json`). Paths without one are the first layer's. False: there is none. */
bool tw_request_find(struct request *request, const char *id);
bool tw_request_find_by_path(struct request *request, const char *path, const char **rest);
enum MHD_Result tw_refuse_layer(struct request *request);
/* Whether the request has the edition that it is about. Otherwise it was answered, or waits: then
 * tw_take_child goes on. */
enum MHD_Result tw_find_edition(struct request *request, bool *is_found);
enum MHD_Result tw_take_child(struct request *request, bool *is_found);

/* routes_about.c: how it goes, as JSON and text; what a layer is. The request has its edition. */
enum MHD_Result tw_route_about(struct request *request, const char *path, bool *is_known);
enum MHD_Result tw_route_about_layer(struct request *request, const char *path, bool *is_known);
/* JSON to be read by people, too. */
enum MHD_Result tw_reply_about(struct request *request, json_t *root);
json_t *tw_box_to_json(const struct tw_box *box);

/* How a configuration's output is dealt with: `mode`, `output`, `is_writing`, `written`, `notice`. */
void tw_add_mode(json_t *root, const struct tw_layer *layer, const struct tw_edition *edition);

/* route_layers.c: what is shown. */
enum MHD_Result tw_reply_layer(struct request *request);
enum MHD_Result tw_reply_layers(struct request *request);

/* route_point.c, route_wmts.c: what is answered at once (is_answered), or the tile to wait for. The request
 * has its edition. */
enum MHD_Result tw_route_point(struct request *request, struct tw_tile_key *key, bool *is_answered);
enum MHD_Result tw_probe_inputs(struct request *request);
enum MHD_Result tw_reply_point(struct request *request);
enum MHD_Result tw_route_wmts(struct request *request, struct tw_tile_key *key, bool *is_answered);
enum MHD_Result tw_reply_capabilities(struct request *request);

/* route_events.c: what changes, and for which requests wait; the batch run of an output. */
enum MHD_Result tw_route_events(struct request *request);
enum MHD_Result tw_reply_run(struct request *request);

/* Whether the client is still there: what it has closed cannot be sent to it. */
bool tw_request_is_wanted(struct tw_waiter *waiter);

/* route_ogc.c: path is what follows `/ogc`. */
enum MHD_Result tw_route_ogc(struct request *request, const char *path, struct tw_tile_key *key,
                             bool *is_answered);

/* route_arcgis.c: the same, for paths below /arcgis/rest/; and the answer for a tile without data. */
bool tw_is_arcgis_path(const char *path);
enum MHD_Result tw_route_arcgis(struct request *request, const char *path, struct tw_tile_key *key,
                                bool *is_answered);
enum MHD_Result tw_reply_blank(struct request *request);

/* `http://host:port`, as the client called us. */
const char *tw_request_base(const struct request *request);
/* The argument of that name in the query, or NULL: as it was sent; and without percent signs, new in the
 * arena. */
const char *tw_request_argument(const struct request *request, const char *name);
const char *tw_request_decoded(const struct request *request, const char *name);

/* request_params.c: parameters that differ from those of the layer, or NULL. Adds problems. */
const struct tw_value *tw_request_params(const struct request *request, struct tw_problems *problems);
/* request_style.c: how the picture is to look. False, with problems: not so. The request has its edition. */
bool tw_request_style(const struct request *request, struct tw_style *style, struct tw_problems *problems);
/* 400, with what is wrong. */
enum MHD_Result tw_reply_problems(struct request *request, const struct tw_problems *problems);

#endif
