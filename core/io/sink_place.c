/* Outputs in object storage: which places there are, and what files are told on their way there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sink_driver.h"
#include "bucket.h"
#include "file.h"

#include <string.h>

static const char *read_text(const struct tw_sink_spec *spec, const char *key, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->output.options, key);
    if (value == NULL || value->kind == TW_NULL)
        return NULL;
    if (value->kind != TW_STRING)
        tw_problems_add(problems, value, "output.%s must be a text, not %s", key,
                        tw_value_kind_name(value->kind));
    else if (spec->path == NULL || !tw_path_is_bucket(spec->path))
        tw_problems_add(problems, value,
                        "output.%s is for object storage: output.path must begin with s3://, gs:// or az://",
                        key);
    else
        return value->text;
    return NULL;
}

static void check_acl(const struct tw_sink_spec *spec, const char *acl, struct tw_problems *problems)
{
    size_t count;
    const char *const *acls = tw_bucket_acls(&count);
    const struct tw_value *value = tw_value_get(spec->output.options, "acl");
    if (!tw_path_knows_acl(spec->path)) {
        tw_problems_add(
            problems, value,
            "output.acl is not for Azure's storage: who may read a file is said of its container");
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(acls[i], acl) == 0)
            return;
    tw_problems_add_unknown(problems, value, "access control list", acl, acls, count);
}

static void check_cache_control(const struct tw_sink_spec *spec, const char *text,
                                struct tw_problems *problems)
{
    if (!tw_bucket_is_cache_control(text))
        tw_problems_add(
            problems, tw_value_get(spec->output.options, "cache_control"),
            "output.cache_control must be one line of plain letters, such as 'public, max-age=86400'");
}

/* `s3:/bucket`: a folder with such a name is nobody's wish. */
static bool lacks_a_slash(const char *path)
{
    bool has_scheme =
        strncmp(path, "s3:/", 4) == 0 || strncmp(path, "gs:/", 4) == 0 || strncmp(path, "az:/", 4) == 0;
    return has_scheme && path[4] != '/';
}

void tw_sink_check_place(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    struct tw_error err;
    struct tw_bucket *bucket = NULL;
    const struct tw_value *path = tw_value_get(spec->output.options, "path");
    if (spec->path != NULL && tw_path_is_remote(spec->path) && !tw_path_is_bucket(spec->path))
        tw_problems_add(
            problems, path,
            "'%s' cannot be written to: an output is a local path, s3://BUCKET/PATH, gs://BUCKET/PATH or "
            "az://CONTAINER/PATH",
            spec->path);
    else if (spec->path != NULL && lacks_a_slash(spec->path))
        tw_problems_add(problems, path, "'%s' is a folder of this machine; did you mean '%.3s/%s'?",
                        spec->path, spec->path, spec->path + 3);
    else if (spec->path != NULL && tw_path_is_bucket(spec->path) &&
             tw_bucket_open(spec->path, &bucket, &err) != TW_OK)
        tw_problems_add(problems, path, "%s", err.message);
    tw_bucket_close(bucket);
    sink->labels.acl = read_text(spec, "acl", problems);
    sink->labels.cache_control = read_text(spec, "cache_control", problems);
    if (sink->labels.acl != NULL)
        check_acl(spec, sink->labels.acl, problems);
    if (sink->labels.cache_control != NULL)
        check_cache_control(spec, sink->labels.cache_control, problems);
    sink->labels.acl = tw_arena_strdup(sink->arena, sink->labels.acl);
    sink->labels.cache_control = tw_arena_strdup(sink->arena, sink->labels.cache_control);
}

enum tw_status tw_sink_place_file(const struct tw_sink *sink, const char *made, const char *fingerprint,
                                  struct tw_error *err)
{
    struct tw_bucket *bucket = NULL;
    struct tw_bucket_labels labels = sink->labels;
    labels.fingerprint = fingerprint;
    if (!tw_path_is_bucket(sink->path))
        return tw_file_move(made, sink->path, err);
    enum tw_status status = tw_bucket_open(sink->path, &bucket, err);
    if (status == TW_OK)
        status = tw_bucket_put_file(bucket, "", made, &labels, err);
    tw_bucket_close(bucket);
    return status == TW_OK ? tw_file_remove(made, err) : status;
}

bool tw_output_is_gtiff(const char *path)
{
    return tw_path_has_suffix(path, ".tif") || tw_path_has_suffix(path, ".tiff");
}

bool tw_output_is_file(const char *path)
{
    return tw_output_is_gtiff(path) || tw_path_has_suffix(path, ".pmtiles") ||
           tw_path_has_suffix(path, ".mbtiles");
}
