/* label_options.h - --acl and --cache-control: what files in object storage are told on their way there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LABEL_OPTIONS_H
#define TW_LABEL_OPTIONS_H

#include "options.h"

#include "bucket.h"

#define TW_LABEL_HELP                                                                                        \
    "      --acl ACL                  who may read the files: public-read, say\n"                            \
    "      --cache-control TEXT       what they are served with: 'public, max-age=86400'\n"

#define TW_LABEL_ACL                                                                                         \
    {                                                                                                        \
        0, "acl", 1                                                                                          \
    }
#define TW_LABEL_CONTROL                                                                                     \
    {                                                                                                        \
        0, "cache-control", 1                                                                                \
    }

/* Takes one of the two; labels borrow the command line. TW_EUSAGE: `unknown access control list 'x' ...`. */
enum tw_status tw_label_acl(struct tw_bucket_labels *labels, const char *acl, struct tw_error *err);
enum tw_status tw_label_control(struct tw_bucket_labels *labels, const char *control, struct tw_error *err);

/* Labels are for object storage: TW_EUSAGE when there are some and place is none. */
enum tw_status tw_labels_check(const struct tw_bucket_labels *labels, const char *place,
                               struct tw_error *err);

#endif
