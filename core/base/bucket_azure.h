/* bucket_azure.h - requests in the language of Azure's Blob storage. For bucket_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_AZURE_H
#define TW_BUCKET_AZURE_H

#include "bucket_sign.h"

/* What is signed of a request to the account, as Microsoft's "Authorize with Shared Key" has it. Its headers
 * are all that are sent, x-ms-date and x-ms-version included. */
void tw_azure_add_string_to_sign(const char *account, const struct tw_signed_request *request,
                                 struct tw_text *text);

/* As struct tw_bucket_language says. place: key is the account and secret its key; or key is set, and token
 * is a bearer's. */
bool tw_azure_sign(const struct tw_bucket_place *place, const char *region,
                   const struct tw_signed_request *request, struct tw_text *lines);

/* Whether it may be the key of an account: Base64, and not empty. */
bool tw_azure_is_key(const char *text);

#endif
