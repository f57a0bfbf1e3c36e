/* SPDX-License-Identifier: MIT */
#include "label_options.h"

#include "text.h"

#include <string.h>

enum tw_status tw_label_acl(struct tw_bucket_labels *labels, const char *acl, struct tw_error *err)
{
    struct tw_text known = {0};
    size_t count;
    const char *const *acls = tw_bucket_acls(&count);
    labels->acl = acl;
    for (size_t i = 0; i < count; i++)
        if (strcmp(acls[i], acl) == 0)
            return TW_OK;
    tw_text_add_known(&known, acl, acls, count);
    tw_error_set(err, TW_EUSAGE, "unknown access control list '%s'%s", acl, tw_text_get(&known));
    tw_text_free(&known);
    return TW_EUSAGE;
}

enum tw_status tw_label_control(struct tw_bucket_labels *labels, const char *control, struct tw_error *err)
{
    labels->cache_control = control;
    if (tw_bucket_is_cache_control(control))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "--cache-control takes one line of plain letters, such as 'public, max-age=86400'");
}

enum tw_status tw_labels_check(const struct tw_bucket_labels *labels, const char *place, struct tw_error *err)
{
    if (labels->acl != NULL && tw_path_is_bucket(place) && !tw_path_knows_acl(place))
        return tw_error_set(
            err, TW_EUSAGE,
            "--acl is not for Azure's storage, where '%s' is: who may read a file is said of its "
            "container",
            place);
    if ((labels->acl == NULL && labels->cache_control == NULL) || tw_path_is_bucket(place))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--acl and --cache-control are for object storage, and '%s' is none",
                        place);
}
