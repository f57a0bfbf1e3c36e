/* Changes, for which requests wait: new versions of the files, and runs that write the outputs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include <stdlib.h>
#include <string.h>

static void add_runs(struct request *request, struct tw_text *text)
{
    const struct tw_layers *layers = request->server->layers;
    for (size_t i = 0; i < layers->count; i++) {
        struct tw_run_news *run = tw_layer_run(layers->list[i]);
        const char *data = tw_run_news_number(run) > 0 ? tw_run_news_text(run, request->arena) : NULL;
        if (data != NULL)
            tw_text_printf(text, "event: run\ndata: %s\n\n", data);
    }
}

/* Server-sent events: what the client does not know yet, and it connects again. The id that it comes back
 * with is `VERSION` or `VERSION.NEWS`. */
static enum MHD_Result reply_events(struct request *request)
{
    int version = tw_layers_version(request->server->layers), news = tw_layers_news(request->server->layers);
    struct tw_text text = {0};
    tw_text_printf(&text, "retry: 100\nid: %d", version);
    if (news > 0)
        tw_text_printf(&text, ".%d", news);
    tw_text_add(&text, "\n");
    if (version != request->since || news == request->since_news)
        tw_text_printf(&text, "event: version\ndata: %d\n\n", version);
    if (news != request->since_news)
        add_runs(request, &text);
    enum MHD_Result result =
        text.failed ? MHD_NO : tw_reply_text(request, MHD_HTTP_OK, "text/event-stream", tw_text_get(&text));
    tw_text_free(&text);
    return result;
}
/* Ends those whose clients have gone: what is suspended does not hear of it. Under the mutex. */
static void end_deserted(struct tw_server *server)
{
    for (struct request **at = &server->listeners; *at != NULL;) {
        struct request *request = *at;
        if (tw_request_is_wanted(&request->waiter)) {
            at = &request->next_listener;
            continue;
        }
        *at = request->next_listener;
        MHD_resume_connection(request->connection);
        atomic_fetch_sub(&server->suspended, 1);
    }
}

enum MHD_Result tw_route_events(struct request *request)
{
    struct tw_server *server = request->server;
    const char *known = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Last-Event-ID");
    if (known == NULL)
        known = tw_request_argument(request, "since");
    request->since = known != NULL ? atoi(known) : 0;
    const char *news = known != NULL ? strchr(known, '.') : NULL;
    request->since_news = news != NULL ? atoi(news + 1) : 0;
    pthread_mutex_lock(&server->mutex);
    end_deserted(server);
    bool waits = !server->is_stopped && !request->is_listening &&
                 tw_layers_version(server->layers) == request->since &&
                 tw_layers_news(server->layers) == request->since_news;
    if (waits) {
        request->is_listening = true;
        atomic_fetch_add(&server->suspended, 1);
        MHD_suspend_connection(request->connection);
        request->next_listener = server->listeners;
        server->listeners = request;
    }
    pthread_mutex_unlock(&server->mutex);
    return waits ? MHD_YES : reply_events(request);
}

/* Without a layer: of a run that goes on, or the first of which there is something to tell. */
enum MHD_Result tw_reply_run(struct request *request)
{
    const struct tw_layers *layers = request->server->layers;
    const char *id = tw_request_argument(request, "layer");
    struct tw_layer *layer = id != NULL ? tw_layers_find(layers, id) : tw_layers_running(layers);
    if (layer == NULL) {
        request->prefix = tw_arena_printf(request->arena, "/layers/%s", id);
        return tw_refuse_layer(request);
    }
    const char *text = tw_run_news_text(tw_layer_run(layer), request->arena);
    return text != NULL ? tw_reply_text(request, MHD_HTTP_OK, "application/json", text) : MHD_NO;
}
