/* SPDX-License-Identifier: MIT */
#include "bucket_language.h"
#include "clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A server that has never answered may have the wrong name: that is said soon. */
enum { UNREACHED_RETRIES = 3, PIECE_MS = 20, RENEW_BEFORE_S = 300, RETRY_S = 30 };
static const double longest_delay_s = 20;

const char *tw_bucket_name(const struct tw_bucket *bucket, const char *path, struct tw_arena *arena)
{
    const struct tw_bucket_place *place = &bucket->place;
    if (path == NULL)
        return place->url;
    const char *name = tw_arena_printf(arena, "%s%s%s", place->url, path[0] != '\0' ? "/" : "", path);
    return name != NULL ? name : "";
}

static void resolve_entity(char *text, size_t *read, size_t *write)
{
    static const struct {
        const char *name;
        char is;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t length = strlen(entities[i].name);
        if (strncmp(text + *read, entities[i].name, length) != 0)
            continue;
        text[(*write)++] = entities[i].is;
        *read += length;
        return;
    }
    char *end;
    long code = strncmp(text + *read, "&#", 2) != 0 ? 0
                : text[*read + 2] == 'x'            ? strtol(text + *read + 3, &end, 16)
                                                    : strtol(text + *read + 2, &end, 10);
    if (code > 0 && code < 128 && *end == ';') {
        text[(*write)++] = (char)code;
        *read = (size_t)(end - text) + 1;
        return;
    }
    text[(*write)++] = text[(*read)++];
}

char *tw_xml_text(const char **at, const char *end, const char *name, struct tw_arena *arena)
{
    const char *opening = tw_arena_printf(arena, "<%s>", name);
    const char *closing = tw_arena_printf(arena, "</%s>", name);
    const char *from = opening != NULL ? strstr(*at, opening) : NULL;
    const char *to = from != NULL && closing != NULL ? strstr(from, closing) : NULL;
    if (to == NULL || (end != NULL && to > end))
        return NULL;
    from += strlen(opening);
    *at = to + strlen(closing);
    char *text = tw_arena_strndup(arena, from, (size_t)(to - from));
    size_t write = 0;
    for (size_t read = 0; text != NULL && text[read] != '\0';) {
        if (text[read] == '&')
            resolve_entity(text, &read, &write);
        else
            text[write++] = text[read++];
    }
    if (text != NULL)
        text[write] = '\0';
    return text;
}

/* What a request becomes on its way out. */
struct outgoing {
    struct tw_text path, url, headers;
};

static void free_outgoing(struct outgoing *outgoing)
{
    tw_text_free(&outgoing->path);
    tw_text_free(&outgoing->url);
    tw_text_free(&outgoing->headers);
}

static void set_path(const struct tw_bucket *bucket, const struct tw_ask *ask, struct tw_text *path)
{
    const struct tw_bucket_place *place = &bucket->place;
    tw_text_add(path, place->root);
    tw_text_add(path, ask->path == NULL && place->root[0] != '\0' ? "" : "/");
    if (ask->path == NULL)
        return;
    tw_text_add_encoded(path, place->prefix, true);
    if (place->prefix[0] != '\0' && ask->path[0] != '\0')
        tw_text_add(path, "/");
    tw_text_add_encoded(path, ask->path, true);
}

/* Keys of a machine hold for some hours. Old ones stay in the arena: others may be signing with them. */
static void renew_keys(struct tw_bucket *bucket)
{
    struct tw_bucket_place place = {.key = NULL};
    if (!bucket->place.language->renew(bucket->arena, &place)) {
        bucket->expires = time(NULL) + RENEW_BEFORE_S + RETRY_S; /* not at each request */
        return;
    }
    bucket->key = place.key != NULL ? place.key : bucket->key; /* Azure: the account, which stays */
    bucket->secret = place.secret;
    bucket->token = place.token;
    bucket->expires = place.expires;
}

static void take_keys(struct tw_bucket *bucket, struct tw_bucket_place *signer, char region[TW_REGION_SIZE])
{
    pthread_mutex_lock(&bucket->lock);
    if (bucket->expires != 0 && time(NULL) > bucket->expires - RENEW_BEFORE_S)
        renew_keys(bucket);
    signer->key = bucket->key;
    signer->secret = bucket->secret;
    signer->token = bucket->token;
    memcpy(region, bucket->region, TW_REGION_SIZE);
    pthread_mutex_unlock(&bucket->lock);
}

static bool set_outgoing(struct tw_bucket *bucket, const struct tw_ask *ask, const char *payload_hash,
                         struct outgoing *outgoing)
{
    const char *query = ask->query != NULL ? ask->query : "", *pass = bucket->place.pass;
    set_path(bucket, ask, &outgoing->path);
    tw_text_printf(&outgoing->url, "%s%s%s%s", bucket->place.server, tw_text_get(&outgoing->path),
                   query[0] != '\0' ? "?" : "", query);
    if (pass != NULL)
        tw_text_printf(&outgoing->url, "%s%s", query[0] != '\0' ? "&" : "?", pass);
    for (size_t i = 0; i < ask->num_headers; i++)
        tw_text_printf(&outgoing->headers, "%s\n", ask->headers[i]);
    const struct tw_signed_request request = {ask->method,
                                              tw_text_get(&outgoing->path),
                                              query,
                                              ask->headers,
                                              ask->num_headers,
                                              payload_hash,
                                              time(NULL),
                                              ask->size};
    char region[TW_REGION_SIZE];
    struct tw_bucket_place signer = bucket->place;
    take_keys(bucket, &signer, region);
    return bucket->place.language->sign(&signer, region, &request, &outgoing->headers) &&
           !outgoing->url.failed && !outgoing->headers.failed;
}

static bool ask_once(struct tw_bucket *bucket, const struct tw_ask *ask, const char *payload_hash,
                     struct tw_http_answer *answer)
{
    struct outgoing outgoing = {0};
    bool asked = set_outgoing(bucket, ask, payload_hash, &outgoing);
    const struct tw_http_request request = {.method = ask->method,
                                            .url = tw_text_get(&outgoing.url),
                                            .headers = tw_text_get(&outgoing.headers),
                                            .body = ask->body,
                                            .size = ask->size,
                                            .most_bytes = ask->most_bytes,
                                            .stop = &bucket->stops};
    asked = asked && tw_http_ask(bucket->http, &request, answer);
    free_outgoing(&outgoing);
    return asked;
}

static bool says(const struct tw_http_answer *answer, const char *code)
{
    const char *at = strstr(tw_text_get(&answer->body), "<Code>");
    size_t length = strlen(code);
    bool in_body = at != NULL && strncmp(at + 6, code, length) == 0 && at[6 + length] == '<';
    return in_body || strcmp(answer->code, code) == 0;
}

/* Buckets know where they are, and tell whoever asks elsewhere. */
static bool learn_region(struct tw_bucket *bucket, const struct tw_http_answer *answer)
{
    bool is_elsewhere = answer->status == 301 || answer->status == 400 || answer->status == 403;
    if (!is_elsewhere || answer->region[0] == '\0' || strcmp(answer->region, bucket->place.region) == 0)
        return false;
    pthread_mutex_lock(&bucket->lock);
    bool is_new = strcmp(answer->region, bucket->region) != 0;
    memcpy(bucket->region, answer->region, sizeof(bucket->region));
    pthread_mutex_unlock(&bucket->lock);
    return is_new;
}

/* What another time may go better. */
static bool is_passing(const struct tw_bucket_language *language, const struct tw_http_answer *answer)
{
    if (answer->status == 0)
        return answer->is_passing;
    for (size_t i = 0; (answer->status == 400 || answer->status == 409) && language->passing[i] != NULL; i++)
        if (says(answer, language->passing[i]))
            return true;
    return answer->status == 408 || answer->status == 429 || answer->status == 500 || answer->status == 502 ||
           answer->status == 503 || answer->status == 504;
}

/* A condition that does not hold is 412, whatever the server calls it. */
static bool is_final(const struct tw_bucket_language *language, struct tw_http_answer *answer)
{
    bool is_gone = answer->status == 404 && !says(answer, language->no_place);
    if (answer->status == 409 && language->exists != NULL && says(answer, language->exists))
        answer->status = 412;
    return (answer->status >= 200 && answer->status < 300) || is_gone || answer->status == 412;
}

/* Full jitter (Brooker 2015): anything from nothing to the whole of it, so that threads do not come all at
 * once. */
static double wait_of(const struct tw_bucket *bucket, int tries, const struct tw_http_answer *answer)
{
    double most = bucket->delay_s * pow(2, tries);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned short seed[3] = {(unsigned short)now.tv_nsec, (unsigned short)(now.tv_nsec >> 16),
                              (unsigned short)(uintptr_t)answer};
    double wait_s = (most < longest_delay_s ? most : longest_delay_s) * (0.2 + 0.8 * erand48(seed));
    double asked_s = answer->retry_after_s < longest_delay_s ? answer->retry_after_s : longest_delay_s;
    return wait_s < asked_s ? asked_s : wait_s;
}

static void wait_a_while(const struct tw_bucket *bucket, double wait_s)
{
    double until_s = tw_clock_s() + wait_s;
    for (double left_s; (left_s = until_s - tw_clock_s()) > 0 && !atomic_load(&bucket->stops);) {
        long ms = left_s * 1000 < PIECE_MS ? (long)(left_s * 1000) + 1 : PIECE_MS;
        const struct timespec piece = {0, ms * 1000000};
        nanosleep(&piece, NULL);
    }
}

static enum tw_status fail(const struct tw_bucket *bucket, const struct tw_ask *ask,
                           const struct tw_http_answer *answer, int tries, struct tw_error *err)
{
    if (atomic_load(&bucket->stops))
        return tw_error_set(err, TW_ECANCELLED, "interrupted");
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    const char *name = tw_bucket_name(bucket, ask->path, arena);
    const char *at = tw_text_get(&answer->body);
    const char *code = tw_xml_text(&at, NULL, "Code", arena);
    at = tw_text_get(&answer->body);
    char *message = tw_xml_text(&at, NULL, "Message", arena);
    if (code == NULL && answer->code[0] != '\0')
        code = answer->code;
    if (message != NULL)
        message[strcspn(message, "\r\n")] = '\0'; /* Azure's: numbers and times for its support */
    const char *times = tries > 0 ? tw_arena_printf(arena, " (asked %d times)", tries + 1) : "";
    if (answer->status == 0)
        tw_error_set(err, TW_ESTORAGE, "cannot %s '%s': %s%s", ask->verb, name, answer->failure,
                     times != NULL ? times : "");
    else
        tw_error_set(err, TW_ESTORAGE, "cannot %s '%s': the server says %d%s%s%s%s%s", ask->verb, name,
                     answer->status, code != NULL ? " " : "", code != NULL ? code : "",
                     message != NULL && message[0] != '\0' ? ": " : "", message != NULL ? message : "",
                     times != NULL ? times : "");
    tw_arena_free(arena);
    return TW_ESTORAGE;
}

enum tw_status tw_bucket_ask(struct tw_bucket *bucket, const struct tw_ask *ask,
                             struct tw_http_answer *answer, struct tw_error *err)
{
    const struct tw_bucket_language *language = bucket->place.language;
    char payload_hash[TW_SHA256_HEX_SIZE] = "";
    if (language->signs_bodies)
        tw_sha256_hex(ask->body, ask->size, payload_hash);
    for (int tries = 0;; tries++) {
        if (!ask_once(bucket, ask, payload_hash, answer))
            return tw_error_nomem(err);
        bool is_reached = answer->status != 0 || !answer->is_unreachable;
        if (is_reached)
            atomic_store(&bucket->is_reached, true);
        if (is_final(language, answer))
            return TW_OK;
        bool again = is_passing(language, answer) || learn_region(bucket, answer);
        int most = is_reached || atomic_load(&bucket->is_reached) || bucket->most_retries < UNREACHED_RETRIES
                       ? bucket->most_retries
                       : UNREACHED_RETRIES;
        if (!again || tries >= most || atomic_load(&bucket->stops))
            return fail(bucket, ask, answer, tries, err);
        atomic_fetch_add(&bucket->retries, 1);
        wait_a_while(bucket, wait_of(bucket, tries, answer));
        tw_text_free(&answer->body);
    }
}
