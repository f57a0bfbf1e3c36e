/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct child {
    struct tw_arena *arena; /* of the order */
    struct tw_child_order order;
    struct tw_edition *edition; /* NULL: it is being made */
    struct tw_child_waiter *waiters;
    struct child *next;
};

struct tw_children {
    struct tw_edition *edition;
    pthread_mutex_t mutex; /* of all below */
    struct child *list;    /* what was asked for last comes first */
    bool is_stopped;

    volatile int cancelled; /* ends what is being made */
};

struct tw_children *tw_children_new(struct tw_edition *edition)
{
    struct tw_children *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->edition = edition;
    pthread_mutex_init(&made->mutex, NULL);
    return made;
}

/* Not under the mutex: the last user of an edition waits for its threads. */
static void child_free(struct child *child)
{
    if (child == NULL)
        return;
    tw_edition_release(child->edition);
    tw_arena_free(child->arena);
    free(child);
}

void tw_children_free(struct tw_children *children)
{
    if (children == NULL)
        return;
    tw_children_stop(children);
    pthread_mutex_destroy(&children->mutex);
    free(children);
}

/* Takes out all that are made. Those in the making are taken out by their makers. */
static struct child *take_made(struct tw_children *children)
{
    struct child *taken = NULL;
    for (struct child **at = &children->list; *at != NULL;) {
        struct child *child = *at;
        if (child->edition == NULL) {
            at = &child->next;
            continue;
        }
        *at = child->next;
        child->next = taken;
        taken = child;
    }
    return taken;
}

static void answer(struct tw_child_waiter *waiter, enum tw_status status, struct tw_edition *edition,
                   const char *message)
{
    waiter->status = status;
    waiter->edition = tw_edition_keep(edition);
    waiter->message = message != NULL ? strdup(message) : NULL;
}

/* Takes those who wait from all that are in the making, which a script may never let end. */
static struct tw_child_waiter *take_waiters(struct tw_children *children)
{
    struct tw_child_waiter *taken = NULL;
    for (struct child *child = children->list; child != NULL; child = child->next)
        while (child->waiters != NULL) {
            struct tw_child_waiter *waiter = child->waiters;
            child->waiters = waiter->next;
            waiter->next = taken;
            taken = waiter;
            answer(waiter, TW_ECANCELLED, NULL, NULL);
        }
    return taken;
}

static void tell(struct tw_child_waiter *waiters)
{
    while (waiters != NULL) {
        struct tw_child_waiter *waiter = waiters;
        waiters = waiter->next;
        waiter->done(waiter);
    }
}

void tw_children_stop(struct tw_children *children)
{
    if (children == NULL)
        return;
    pthread_mutex_lock(&children->mutex);
    children->is_stopped = true;
    children->cancelled = 1;
    struct child *taken = take_made(children);
    struct tw_child_waiter *waiters = take_waiters(children);
    pthread_mutex_unlock(&children->mutex);
    tell(waiters);
    while (taken != NULL) {
        struct child *child = taken;
        taken = child->next;
        tw_edition_stop(child->edition);
        child_free(child);
    }
}

static bool is_same_scalar(const struct tw_value *a, const struct tw_value *b)
{
    return a->kind == b->kind && a->boolean == b->boolean &&
           (a->kind == TW_NUMBER ? a->number == b->number : strcmp(a->text, b->text) == 0);
}

static bool is_same(const struct tw_child_order *a, const struct tw_child_order *b)
{
    size_t count = a->params != NULL ? a->params->count : 0;
    if (a->input != b->input || (b->params != NULL ? b->params->count : 0) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(a->params->members[i].key, b->params->members[i].key) != 0 ||
            !is_same_scalar(&a->params->members[i].value, &b->params->members[i].value))
            return false;
    return true;
}

/* Moves it to the front. */
static struct child *find(struct tw_children *children, const struct tw_child_order *order)
{
    struct child **at = &children->list;
    while (*at != NULL && !is_same(&(*at)->order, order))
        at = &(*at)->next;
    struct child *child = *at;
    if (child != NULL) {
        *at = child->next;
        child->next = children->list;
        children->list = child;
    }
    return child;
}

static bool copy_order(struct tw_arena *arena, const struct tw_child_order *from, struct tw_child_order *to)
{
    *to = (struct tw_child_order){.input = from->input};
    for (size_t i = 0; from->params != NULL && i < from->params->count; i++) {
        const struct tw_member *member = &from->params->members[i];
        const char *key = tw_arena_strdup(arena, member->key);
        struct tw_value value = member->value;
        value.text = tw_arena_strdup(arena, value.text);
        to->params = key != NULL && value.text != NULL ? tw_value_with(arena, to->params, key, &value) : NULL;
        if (to->params == NULL)
            return false;
    }
    return true;
}

static struct child *new_child(const struct tw_child_order *order)
{
    struct child *child = calloc(1, sizeof(*child));
    if (child == NULL || (child->arena = tw_arena_new(0)) == NULL ||
        !copy_order(child->arena, order, &child->order)) {
        child_free(child);
        return NULL;
    }
    return child;
}

/* Of the kind, those that are too many: the one that was asked for longest ago, taken out; NULL when there is
 * room, or all are in the making (then *is_full). */
static struct child *make_room(struct tw_children *children, bool is_input, bool *is_full)
{
    struct child **oldest = NULL;
    int count = 0;
    for (struct child **at = &children->list; *at != NULL; at = &(*at)->next) {
        if (((*at)->order.input != TW_NO_INPUT) != is_input)
            continue;
        count++;
        oldest = (*at)->edition != NULL ? at : oldest;
    }
    bool is_crowded = count >= (is_input ? TW_MOST_OPEN_INPUTS : TW_MOST_VARIANTS);
    *is_full = is_crowded && oldest == NULL;
    if (!is_crowded || oldest == NULL)
        return NULL;
    struct child *taken = *oldest;
    *oldest = taken->next;
    return taken;
}

struct making {
    struct tw_edition *parent; /* one user is the thread */
    struct child *child;
};

/* Puts the edition in its place, or takes the child out when there is none; answers those who wait. */
static void finish(const struct making *making, enum tw_status status, struct tw_edition *edition,
                   const char *message)
{
    struct tw_children *children = making->parent->children;
    struct child *child = making->child;
    pthread_mutex_lock(&children->mutex);
    struct tw_child_waiter *waiters = child->waiters;
    child->waiters = NULL;
    bool is_kept = edition != NULL && !children->is_stopped;
    child->edition = is_kept ? edition : NULL;
    struct child **at = &children->list;
    while (*at != child)
        at = &(*at)->next;
    if (!is_kept)
        *at = child->next;
    for (struct tw_child_waiter *waiter = waiters; waiter != NULL; waiter = waiter->next)
        answer(waiter, edition != NULL && !is_kept ? TW_ECANCELLED : status, is_kept ? edition : NULL,
               message);
    pthread_mutex_unlock(&children->mutex);
    tell(waiters);
    if (!is_kept) {
        tw_edition_release(edition);
        child_free(child);
    }
}

static void *run_making(void *context)
{
    struct making making = *(struct making *)context;
    struct tw_problems problems = {0};
    struct tw_loaded loaded = {0};
    struct tw_edition *edition = NULL;
    const struct tw_tiles_share *share = making.parent->share;
    free(context);
    enum tw_status status = tw_child_load(making.parent, &making.child->order, &loaded, &problems);
    loaded.cancel = &making.parent->children->cancelled;
    if (status == TW_OK)
        status = tw_edition_new(share, &loaded, making.parent, &edition, &problems);
    else
        tw_loaded_free(&loaded);
    if (edition != NULL)
        edition->number = making.parent->number;
    finish(&making, status, edition,
           status == TW_OK      ? NULL
           : problems.count > 0 ? tw_text_get(&problems.text)
                                : "out of memory");
    tw_problems_free(&problems);
    tw_edition_release(making.parent);
    tw_makers_leave(share->makers);
    return NULL;
}

static bool start(struct tw_children *children, struct child *child)
{
    struct making *making = malloc(sizeof(*making));
    pthread_t thread;
    if (making == NULL)
        return false;
    *making = (struct making){tw_edition_keep(children->edition), child};
    tw_makers_enter(children->edition->share->makers);
    if (pthread_create(&thread, NULL, run_making, making) == 0) {
        pthread_detach(thread);
        return true;
    }
    tw_makers_leave(children->edition->share->makers);
    atomic_fetch_sub(&children->edition->users, 1); /* the caller is one, too */
    free(making);
    return false;
}

/* Under the mutex; *dropped is to be freed afterwards. */
static enum tw_answer add(struct tw_children *children, const struct tw_child_order *order,
                          struct tw_child_waiter *waiter, struct child **dropped)
{
    bool is_full;
    *dropped = make_room(children, order->input != TW_NO_INPUT, &is_full);
    struct child *child = is_full ? NULL : new_child(order);
    if (child == NULL || !start(children, child)) {
        child_free(child);
        return TW_ANSWER_BUSY;
    }
    waiter->next = NULL;
    child->waiters = waiter;
    child->next = children->list;
    children->list = child;
    return TW_ANSWER_LATER;
}

enum tw_answer tw_children_get(struct tw_children *children, const struct tw_child_order *order,
                               struct tw_child_waiter *waiter)
{
    struct child *dropped = NULL;
    enum tw_answer given = TW_ANSWER_NOW;
    pthread_mutex_lock(&children->mutex);
    struct child *child = find(children, order);
    if (children->is_stopped) {
        answer(waiter, TW_ECANCELLED, NULL, NULL);
    } else if (child != NULL && child->edition != NULL) {
        answer(waiter, TW_OK, child->edition, NULL);
    } else if (child != NULL) {
        waiter->next = child->waiters;
        child->waiters = waiter;
        given = TW_ANSWER_LATER;
    } else {
        given = add(children, order, waiter, &dropped);
    }
    pthread_mutex_unlock(&children->mutex);
    child_free(dropped);
    return given;
}

struct tw_edition *tw_children_look(struct tw_children *children, const struct tw_child_order *order)
{
    pthread_mutex_lock(&children->mutex);
    struct child *child = children->list;
    while (child != NULL && !is_same(&child->order, order))
        child = child->next;
    struct tw_edition *edition = child != NULL ? tw_edition_keep(child->edition) : NULL;
    pthread_mutex_unlock(&children->mutex);
    return edition;
}

/* The input of that name; TW_NO_INPUT when there is none, or it is another. */
static int same_input(const struct tw_edition *later, const struct tw_edition *earlier, int input)
{
    if (input == TW_NO_INPUT)
        return TW_NO_INPUT;
    for (size_t i = 0; i < later->num_inputs; i++)
        if (strcmp(later->inputs[i].name, earlier->inputs[input].name) == 0)
            return tw_child_is_same(later, (int)i, earlier, input) ? (int)i : TW_NO_INPUT;
    return TW_NO_INPUT;
}

void tw_children_inherit(struct tw_children *later, struct tw_children *earlier)
{
    pthread_mutex_lock(&earlier->mutex);
    for (struct child **at = &earlier->list; *at != NULL;) {
        struct child *child = *at;
        int input = child->edition != NULL ? same_input(later->edition, earlier->edition, child->order.input)
                                           : TW_NO_INPUT;
        if (input == TW_NO_INPUT) {
            at = &child->next;
            continue;
        }
        *at = child->next;
        child->order.input = input;
        pthread_mutex_lock(&later->mutex);
        child->next = later->list;
        later->list = child;
        pthread_mutex_unlock(&later->mutex);
    }
    pthread_mutex_unlock(&earlier->mutex);
}

struct tw_edition *tw_children_at(struct tw_children *children, size_t index, int *input)
{
    pthread_mutex_lock(&children->mutex);
    struct child *child = children->list;
    for (; child != NULL; child = child->next)
        if (child->edition != NULL && index-- == 0)
            break;
    struct tw_edition *edition = child != NULL ? tw_edition_keep(child->edition) : NULL;
    *input = child != NULL ? child->order.input : TW_NO_INPUT;
    pthread_mutex_unlock(&children->mutex);
    return edition;
}
