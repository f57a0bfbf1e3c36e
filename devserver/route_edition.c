/* Which edition a request is about: of a layer, of one of its inputs, or of its result with other parameters.
 * What has to be made first is waited for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include "file.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char prefix[] = "/layers/";

/* The input of that slug, or NULL. */
static const struct tw_edition_input *find_input(const struct tw_edition *edition, const char *slug)
{
    for (size_t i = 0; i < edition->num_inputs; i++)
        if (strcmp(edition->inputs[i].slug, slug) == 0)
            return &edition->inputs[i];
    return NULL;
}

/* `map` or `map.inp`: layer, edition and input of the request. */
bool tw_request_find(struct request *request, const char *id)
{
    const struct tw_layers *layers = request->server->layers;
    const char *dot = strchr(id, '.');
    const char *own = tw_arena_strndup(request->arena, id, dot != NULL ? (size_t)(dot - id) : strlen(id));
    request->layer = own != NULL ? tw_layers_find(layers, own) : NULL;
    if (request->layer == NULL)
        return false;
    request->base = tw_layer_edition(request->layer);
    bool has_inputs = tw_layer_spec(request->layer)->kind == TW_LAYER_RESULT;
    request->input = dot != NULL && has_inputs ? find_input(request->base, dot + 1) : NULL;
    return dot == NULL || request->input != NULL;
}

bool tw_request_find_by_path(struct request *request, const char *path, const char **rest)
{
    static const char suffix[] = ".json";
    *rest = path;
    request->prefix = "";
    if (strncmp(path, prefix, strlen(prefix)) != 0) {
        request->layer = request->server->layers->list[0];
        request->base = tw_layer_edition(request->layer);
        return true;
    }
    const char *from = path + strlen(prefix), *slash = strchr(from, '/');
    bool is_about = slash == NULL && tw_path_has_suffix(from, suffix);
    size_t length = slash != NULL ? (size_t)(slash - from) : strlen(from) - (is_about ? strlen(suffix) : 0);
    const char *id = tw_arena_strndup(request->arena, from, length);
    request->prefix = tw_arena_printf(request->arena, "%s%s", prefix, id != NULL ? id : "");
    *rest = slash != NULL ? slash : is_about ? "/layer.json" : "/";
    return id != NULL && request->prefix != NULL && tw_request_find(request, id);
}

/* The ids of all layers and inputs. */
static size_t list_ids(struct request *request, const char ***ids)
{
    const struct tw_layers *layers = request->server->layers;
    size_t count = 0, most = 0;
    *ids = NULL;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && (*ids = tw_arena_calloc(request->arena, most, sizeof(**ids))) == NULL)
            return 0;
        for (size_t i = 0; i < layers->count; i++) {
            const struct tw_layer_spec *spec = tw_layer_spec(layers->list[i]);
            struct tw_edition *edition = tw_layer_edition(layers->list[i]);
            size_t inputs = spec->kind == TW_LAYER_RESULT ? edition->num_inputs : 0;
            most += pass == 0 ? 1 + inputs : 0;
            if (pass == 1 && count < most)
                (*ids)[count++] = spec->id;
            for (size_t k = 0; pass == 1 && k < inputs && count < most; k++)
                (*ids)[count++] = tw_arena_printf(request->arena, "%s.%s", spec->id, edition->inputs[k].slug);
            tw_edition_release(edition);
        }
    }
    return count;
}

enum MHD_Result tw_refuse_layer(struct request *request)
{
    const char *id = request->prefix != NULL ? request->prefix + strlen(prefix) : "", **ids;
    struct tw_text text = {0};
    size_t count = list_ids(request, &ids);
    tw_text_add_known(&text, id, ids, count);
    enum MHD_Result result =
        tw_reply_error(request, MHD_HTTP_NOT_FOUND, "there is no layer '%s'%s", id, tw_text_get(&text));
    tw_text_free(&text);
    return result;
}

/* Resumed first, as in tile_done. */
static void child_done(struct tw_child_waiter *waiter)
{
    struct request *request = (struct request *)((char *)waiter - offsetof(struct request, child));
    struct tw_server *server = request->server;
    MHD_resume_connection(request->connection);
    atomic_fetch_sub(&server->suspended, 1);
}

enum MHD_Result tw_take_child(struct request *request, bool *is_found)
{
    struct tw_child_waiter *child = &request->child;
    *is_found = child->edition != NULL;
    request->stage = REQUEST_NEW;
    if (*is_found) {
        request->edition = child->edition;
        child->edition = NULL;
        return MHD_YES;
    }
    if (child->status == TW_EBUDGET && child->message == NULL)
        return tw_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too much is being loaded; ask again");
    if (child->status == TW_ECANCELLED)
        return tw_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "the configuration has changed meanwhile");
    return tw_reply_error(request,
                          request->input == NULL && child->status == TW_EUSAGE
                              ? MHD_HTTP_BAD_REQUEST
                              : MHD_HTTP_INTERNAL_SERVER_ERROR,
                          "%s", child->message != NULL ? child->message : "out of memory");
}

/* What is there is taken at once. Otherwise suspended first: whoever resumes must find it so. */
static enum MHD_Result get_child(struct request *request, const struct tw_child_order *order, bool *is_found)
{
    struct tw_children *children = request->base->children;
    struct tw_child_waiter *child = &request->child;
    child->edition = tw_children_look(children, order);
    if (child->edition != NULL)
        return tw_take_child(request, is_found);
    *is_found = false;
    child->done = child_done;
    request->stage = REQUEST_WAITS_FOR_EDITION;
    atomic_fetch_add(&request->server->suspended, 1);
    MHD_suspend_connection(request->connection);
    enum tw_answer given = tw_children_get(children, order, child);
    if (given == TW_ANSWER_LATER)
        return MHD_YES;
    if (given == TW_ANSWER_BUSY)
        child->status = TW_EBUDGET;
    child_done(child);
    return MHD_YES;
}

enum MHD_Result tw_find_edition(struct request *request, bool *is_found)
{
    struct tw_edition *base = request->base;
    struct tw_problems problems = {0};
    struct tw_child_order order = {.input = TW_NO_INPUT, .params = tw_request_params(request, &problems)};
    *is_found = false;
    enum MHD_Result result = problems.count > 0 ? tw_reply_problems(request, &problems) : MHD_YES;
    bool is_wrong = problems.count > 0;
    tw_problems_free(&problems);
    if (is_wrong)
        return result;
    if (request->input != NULL) {
        order.input = (int)(request->input - base->inputs);
        return get_child(request, &order, is_found);
    }
    if (order.params != NULL && base->loaded.reads_only)
        return tw_reply_error(request, MHD_HTTP_BAD_REQUEST,
                              "nothing is computed here (--mode readonly), so that params cannot be chosen");
    if (order.params != NULL)
        return get_child(request, &order, is_found);
    *is_found = true;
    request->edition = tw_edition_keep(base);
    return MHD_YES;
}
