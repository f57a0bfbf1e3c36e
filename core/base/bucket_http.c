/* SPDX-License-Identifier: MIT */
#include "bucket_http.h"
#include "bucket_place.h"

#include <curl/curl.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_KEPT = 256, CONNECT_S = 10, SILENCE_S = 30 };

struct tw_http {
    pthread_mutex_t lock;
    CURL *kept[MOST_KEPT];
    int num_kept;
};

struct tw_http *tw_http_new(void)
{
    struct tw_http *http = calloc(1, sizeof(*http));
    if (http != NULL)
        pthread_mutex_init(&http->lock, NULL);
    return http;
}

void tw_http_free(struct tw_http *http)
{
    if (http == NULL)
        return;
    for (int i = 0; i < http->num_kept; i++)
        curl_easy_cleanup(http->kept[i]);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

static CURL *take(struct tw_http *http)
{
    pthread_mutex_lock(&http->lock);
    CURL *handle = http->num_kept > 0 ? http->kept[--http->num_kept] : NULL;
    pthread_mutex_unlock(&http->lock);
    return handle != NULL ? handle : curl_easy_init();
}

static void give_back(struct tw_http *http, CURL *handle)
{
    curl_easy_reset(handle);
    pthread_mutex_lock(&http->lock);
    bool kept = http->num_kept < MOST_KEPT;
    if (kept)
        http->kept[http->num_kept++] = handle;
    pthread_mutex_unlock(&http->lock);
    if (!kept)
        curl_easy_cleanup(handle);
}

/* An answer that is coming in. */
struct incoming {
    const struct tw_http_request *request;
    struct tw_http_answer *answer;
    time_t date, modified;
    bool is_too_long;
};

static size_t take_body(char *bytes, size_t one, size_t size, void *context)
{
    struct incoming *incoming = context;
    struct tw_text *body = &incoming->answer->body;
    size_t most = incoming->request->most_bytes;
    incoming->is_too_long = most != 0 && body->length + size * one > most;
    if (incoming->is_too_long)
        return 0;
    tw_text_add_bytes(body, bytes, size * one);
    return body->failed ? 0 : size * one;
}

/* The value of a header of that name, without spaces around it; false: it is another one. */
static bool read_header(const char *line, size_t size, const char *name, char *value, size_t most)
{
    size_t length = strlen(name);
    if (size <= length || strncasecmp(line, name, length) != 0 || line[length] != ':')
        return false;
    const char *from = line + length + 1, *to = line + size;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && strchr(" \t\r\n", to[-1]) != NULL)
        to--;
    length = (size_t)(to - from) < most ? (size_t)(to - from) : most - 1;
    memcpy(value, from, length);
    value[length] = '\0';
    return true;
}

static size_t take_header(char *line, size_t one, size_t count, void *context)
{
    struct incoming *incoming = context;
    struct tw_http_answer *answer = incoming->answer;
    size_t size = one * count;
    char value[128];
    if (read_header(line, size, "etag", answer->etag, sizeof(answer->etag)) ||
        read_header(line, size, "x-amz-bucket-region", answer->region, sizeof(answer->region)) ||
        read_header(line, size, "x-ms-error-code", answer->code, sizeof(answer->code)) ||
        read_header(line, size, "x-ms-meta-tilewright", answer->fingerprint, sizeof(answer->fingerprint)) ||
        read_header(line, size, "x-amz-meta-tilewright", answer->fingerprint, sizeof(answer->fingerprint)))
        return size;
    if (read_header(line, size, "date", value, sizeof(value)))
        incoming->date = curl_getdate(value, NULL);
    else if (read_header(line, size, "last-modified", value, sizeof(value)))
        incoming->modified = curl_getdate(value, NULL);
    else if (read_header(line, size, "retry-after", value, sizeof(value)))
        answer->retry_after_s = strtod(value, NULL);
    else if (read_header(line, size, "content-length", value, sizeof(value)))
        answer->length = strtoll(value, NULL, 10);
    return size;
}

static int look_around(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    const struct incoming *incoming = context;
    return incoming->request->stop != NULL && atomic_load(incoming->request->stop);
}

static long seconds_of(const char *variable, long otherwise)
{
    const char *text = tw_environment(variable);
    double value;
    return text != NULL && tw_parse_number(text, &value) && value >= 0 && value < 1e6 ? (long)value
                                                                                      : otherwise;
}

/* Silence ends a request: a server that says nothing would be waited for without an end. */
static void set_limits(CURL *handle)
{
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, seconds_of("GDAL_HTTP_CONNECTTIMEOUT", CONNECT_S));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, seconds_of("GDAL_HTTP_LOW_SPEED_LIMIT", 1));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, seconds_of("GDAL_HTTP_LOW_SPEED_TIME", SILENCE_S));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, seconds_of("GDAL_HTTP_TIMEOUT", 0));
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    const char *authorities = tw_environment("CURL_CA_BUNDLE");
    if (authorities != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, authorities);
    const char *unsafe = tw_environment("GDAL_HTTP_UNSAFESSL");
    if (unsafe != NULL && strcasecmp(unsafe, "YES") == 0) {
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* curl must neither ask whether it may send, nor add a type of its own, which would not be signed. NULL when
 * out of memory. */
static struct curl_slist *headers_of(const struct tw_http_request *request)
{
    struct curl_slist *own = curl_slist_append(NULL, "Expect:");
    struct curl_slist *list = own != NULL ? curl_slist_append(own, "Content-Type:") : NULL;
    if (list == NULL)
        curl_slist_free_all(own);
    for (const char *line = request->headers; list != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *copy = strndup(line, length);
        struct curl_slist *longer = copy != NULL ? curl_slist_append(list, copy) : NULL;
        free(copy);
        if (longer == NULL) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
        line += length + (line[length] == '\n');
    }
    return list;
}

static void set_request(CURL *handle, struct incoming *incoming)
{
    const struct tw_http_request *request = incoming->request;
    if (request->timeout_s > 0) {
        curl_easy_setopt(handle, CURLOPT_TIMEOUT, request->timeout_s);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, request->timeout_s);
        curl_easy_setopt(handle, CURLOPT_NOPROXY, "*"); /* it is next door */
    }
    bool has_body = request->body != NULL || strcmp(request->method, "PUT") == 0;
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    if (has_body) {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
    }
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, incoming);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, incoming);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_around);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, incoming);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

/* In words that say more than curl's. */
static const char *say(CURLcode code)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer in time";
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return "the connection broke off";
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
        return "the answer was cut off";
    case CURLE_COULDNT_CONNECT:
        return "the server refuses connections, or is not there";
    case CURLE_COULDNT_RESOLVE_HOST:
        return "no server of that name is known";
    default:
        return curl_easy_strerror(code);
    }
}

static void judge(CURLcode code, const struct incoming *incoming, struct tw_http_answer *answer)
{
    answer->status = 0;
    answer->failure = incoming->is_too_long ? "it is larger than it may be" : say(code);
    answer->is_unreachable = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
    switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        answer->is_passing = true;
        break;
    default:
        break;
    }
}

bool tw_http_ask(struct tw_http *http, const struct tw_http_request *request, struct tw_http_answer *answer)
{
    *answer = (struct tw_http_answer){.age_s = -1, .length = -1};
    struct incoming incoming = {.request = request, .answer = answer, .date = -1, .modified = -1};
    CURL *handle = take(http);
    struct curl_slist *headers = headers_of(request);
    if (handle == NULL || headers == NULL) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(handle);
        return false;
    }
    set_limits(handle);
    set_request(handle, &incoming);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(handle);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    if (code != CURLE_OK)
        judge(code, &incoming, answer);
    if (incoming.date >= 0 && incoming.modified >= 0)
        answer->age_s = (double)(incoming.date - incoming.modified);
    curl_slist_free_all(headers);
    give_back(http, handle);
    return !answer->body.failed;
}
