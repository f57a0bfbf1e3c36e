/* Large files go up in pieces. What becomes of pieces that nobody completes is a matter of the language.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_language.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 16 << 20, MOST_PIECES = 9000, THREADS = 8 };

static enum tw_status read_piece(const struct tw_bucket_upload *upload, uint64_t from, size_t size,
                                 unsigned char *bytes, struct tw_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(upload->fd, bytes + done, size - done, (off_t)(from + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return tw_error_set(err, TW_ESTORAGE, "cannot read '%s': %s", upload->local,
                                got < 0 ? strerror(errno) : "the file became shorter");
        done += (size_t)got;
    }
    return TW_OK;
}

static enum tw_status put_piece(struct tw_bucket_upload *upload, size_t index, const unsigned char *bytes,
                                size_t size, struct tw_error *err)
{
    const struct tw_bucket_language *language = upload->bucket->place.language;
    struct tw_text query = {0};
    language->add_piece_query(upload, index, &query);
    const struct tw_ask ask = {.method = "PUT",
                               .path = upload->path,
                               .query = tw_text_get(&query),
                               .body = bytes,
                               .size = size,
                               .verb = "write"};
    struct tw_http_answer answer = {0};
    enum tw_status status =
        !query.failed ? tw_bucket_ask(upload->bucket, &ask, &answer, err) : tw_error_nomem(err);
    bool has_tag = answer.etag[0] != '\0' || !language->pieces_have_etags;
    if (status == TW_OK && (answer.status >= 300 || !has_tag))
        status = tw_error_set(err, TW_ESTORAGE, "cannot write '%s': the server says %d to a piece of it",
                              tw_bucket_name(upload->bucket, upload->path, upload->arena), answer.status);
    if (status == TW_OK)
        memcpy(upload->etags[index], answer.etag, TW_ETAG_SIZE);
    tw_text_free(&answer.body);
    tw_text_free(&query);
    return status;
}

static enum tw_status send_pieces(struct tw_bucket_upload *upload, unsigned char *bytes, struct tw_error *err)
{
    for (size_t index;
         !atomic_load(&upload->stops) && (index = atomic_fetch_add(&upload->next, 1)) < upload->num_pieces;) {
        uint64_t from = index * upload->piece_bytes, left = upload->size - from;
        size_t size = (size_t)(left < upload->piece_bytes ? left : upload->piece_bytes);
        enum tw_status status = read_piece(upload, from, size, bytes, err);
        if (status == TW_OK)
            status = put_piece(upload, index, bytes, size, err);
        if (status != TW_OK)
            return status;
    }
    return TW_OK;
}

static void *run_sender(void *context)
{
    struct tw_bucket_upload *upload = context;
    unsigned char *bytes = malloc((size_t)upload->piece_bytes);
    struct tw_error err = {0};
    enum tw_status status = bytes != NULL ? send_pieces(upload, bytes, &err) : tw_error_nomem(&err);
    free(bytes);
    if (status == TW_OK)
        return NULL;
    atomic_store(&upload->stops, true);
    pthread_mutex_lock(&upload->lock);
    if (upload->failure.status == TW_OK)
        upload->failure = err;
    pthread_mutex_unlock(&upload->lock);
    return NULL;
}

/* The caller sends, too: there is always one who does. Signals are for other threads. */
static enum tw_status send_all(struct tw_bucket_upload *upload, struct tw_error *err)
{
    pthread_t threads[THREADS];
    size_t count = 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (count + 1 < THREADS && count + 1 < upload->num_pieces &&
           pthread_create(&threads[count], NULL, run_sender, upload) == 0)
        count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    run_sender(upload);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (upload->failure.status != TW_OK && err != NULL)
        *err = upload->failure;
    return upload->failure.status;
}

/* Whether the file is there with all of its bytes: the answer to a completion may be lost. */
static bool is_there(const struct tw_bucket_upload *upload)
{
    struct tw_bucket_file file;
    struct tw_error ignored;
    return tw_bucket_look(upload->bucket, upload->path, &file, &ignored) == TW_OK && file.found &&
           file.size == upload->size;
}

/* The server may say 200, and then that it went wrong. */
static enum tw_status complete_once(struct tw_bucket_upload *upload, const struct tw_ask *ask,
                                    struct tw_error *err)
{
    struct tw_http_answer answer = {0};
    enum tw_status status = tw_bucket_ask(upload->bucket, ask, &answer, err);
    const char *body = tw_text_get(&answer.body), *at = body;
    bool is_done = answer.status < 300 && strstr(body, "<Error>") == NULL;
    if (status == TW_OK && !is_done && !(answer.status == 404 && is_there(upload))) {
        const char *code = tw_xml_text(&at, NULL, "Code", upload->arena);
        status = tw_error_set(
            err, TW_ESTORAGE, "cannot write '%s': the server says %s when all pieces are there",
            tw_bucket_name(upload->bucket, upload->path, upload->arena), code != NULL ? code : "no");
    }
    tw_text_free(&answer.body);
    return status;
}

static enum tw_status complete(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                               struct tw_error *err)
{
    struct tw_text list = {0};
    struct tw_ask ask = {.path = upload->path, .verb = "write"};
    bool is_set = upload->bucket->place.language->set_completion(upload, labels, &ask, &list);
    enum tw_status status = is_set && !list.failed ? complete_once(upload, &ask, err) : tw_error_nomem(err);
    for (int tries = 0; status == TW_ESTORAGE && tries < 3; tries++)
        status = complete_once(upload, &ask, err);
    tw_text_free(&list);
    return status;
}

static enum tw_status put_in_pieces(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                                    struct tw_error *err)
{
    upload->piece_bytes = PIECE_BYTES;
    while (upload->size / upload->piece_bytes >= MOST_PIECES)
        upload->piece_bytes *= 2;
    upload->num_pieces = (size_t)((upload->size + upload->piece_bytes - 1) / upload->piece_bytes);
    upload->etags = tw_arena_calloc(upload->arena, upload->num_pieces, sizeof(*upload->etags));
    if (upload->etags == NULL)
        return tw_error_nomem(err);
    const struct tw_bucket_language *language = upload->bucket->place.language;
    enum tw_status status =
        language->begin_upload != NULL ? language->begin_upload(upload, labels, err) : TW_OK;
    if (status != TW_OK)
        return status;
    status = send_all(upload, err);
    if (status == TW_OK)
        status = complete(upload, labels, err);
    if (status != TW_OK && language->end_upload != NULL)
        language->end_upload(upload);
    return status;
}

static enum tw_status put_whole(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                                struct tw_error *err)
{
    unsigned char *bytes = malloc((size_t)upload->size + 1);
    enum tw_status status =
        bytes != NULL ? read_piece(upload, 0, (size_t)upload->size, bytes, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_bucket_put(upload->bucket, upload->path, bytes, (size_t)upload->size, labels, err);
    free(bytes);
    return status;
}

enum tw_status tw_bucket_put_file(struct tw_bucket *bucket, const char *path, const char *local,
                                  const struct tw_bucket_labels *labels, struct tw_error *err)
{
    struct tw_bucket_upload upload = {
        .bucket = bucket, .path = path, .local = local, .arena = tw_arena_new(0)};
    if (upload.arena == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&upload.lock, NULL);
    struct stat info;
    enum tw_status status = TW_OK;
    upload.fd = open(local, O_RDONLY | O_CLOEXEC);
    if (upload.fd < 0 || fstat(upload.fd, &info) != 0)
        status = tw_error_set(err, TW_ESTORAGE, "cannot read '%s': %s", local, strerror(errno));
    if (status == TW_OK) {
        upload.size = (uint64_t)info.st_size;
        status =
            upload.size > PIECE_BYTES ? put_in_pieces(&upload, labels, err) : put_whole(&upload, labels, err);
    }
    if (upload.fd >= 0)
        close(upload.fd);
    pthread_mutex_destroy(&upload.lock);
    tw_arena_free(upload.arena);
    return status;
}
