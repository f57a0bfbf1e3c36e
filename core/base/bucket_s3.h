/* bucket_s3.h - large files in the language of S3: multipart uploads. For bucket_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_S3_H
#define TW_BUCKET_S3_H

#include "bucket_upload.h"

/* As struct tw_bucket_language says. */
enum tw_status tw_s3_upload_begin(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                                  struct tw_error *err);
void tw_s3_add_piece_query(const struct tw_bucket_upload *upload, size_t index, struct tw_text *query);
bool tw_s3_set_completion(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                          struct tw_ask *ask, struct tw_text *list);
void tw_s3_upload_take_back(struct tw_bucket_upload *upload);

#endif
