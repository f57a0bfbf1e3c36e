/* schema.h - the JSON Schema (draft 7) of configurations, with which editors complete, explain and check.
 *
 * Which keys there are comes from the lists that the checks use; what they mean and what they take from the
 * table in schema_keys.c, which has one line for each key. tw_schema_gaps tells where the two differ.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SCHEMA_H
#define TW_SCHEMA_H

#include "error.h"
#include "text.h"

/* The schema as JSON. TW_ENOMEM; TW_EUSAGE when a built-in process cannot be read. */
enum tw_status tw_schema_make(struct tw_text *json, struct tw_error *err);

/* Adds a line for each key of the checks that the table does not describe, and for each line of the table
 * that the checks do not know: none when all is well. */
enum tw_status tw_schema_gaps(struct tw_text *gaps, struct tw_error *err);

#endif
