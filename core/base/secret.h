/* secret.h - what is not for messages, logs and files: passwords, wherever they stand.
 *
 * Errors, problems and log lines go through tw_hide_secrets, so that nobody else has to think of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SECRET_H
#define TW_SECRET_H

#include <stdbool.h>

/* Puts a '*' in the place of each character of a password: behind `password=` (as in connection strings of
 * databases, maybe in quotes), and between the user and the host of a URL. */
void tw_hide_secrets(char *text);
bool tw_has_secrets(const char *text);

/* Whether an option of that name is likely to be a secret: `AWS_SECRET_ACCESS_KEY`, `GDAL_HTTP_USERPWD`. */
bool tw_is_secret_name(const char *name);

#endif
