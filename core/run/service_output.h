/* service_output.h - which map services an output is to be: what is asked for, and writing it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SERVICE_OUTPUT_H
#define TW_SERVICE_OUTPUT_H

#include "map_service.h"

/* What a command line or `output.services` asks for; zero-initialise. */
struct tw_service_request {
    bool kinds[TW_NUM_SERVICE_KINDS];
    bool all;                        /* those that fit the tiles; kinds count for nothing */
    const char *base_url;            /* without a slash at its end, or NULL */
    const char *title, *attribution; /* or NULL */
};

/* `output.services`: a kind, `all`, a list of kinds, or a map {files, base_url, title, attribution}. Texts
 * live in the arena. Adds problems. */
void tw_service_request_read(const struct tw_value *value, struct tw_arena *arena,
                             struct tw_service_request *request, struct tw_problems *problems);

/* `https://maps.example.org/tiles/` without the slash; NULL when it is no such URL, or out of memory. */
const char *tw_service_url(const char *text, struct tw_arena *arena);

/* Sets title, attribution and base_url where they are asked for; and checks all kinds that are asked for.
 * chosen: those to write. TW_EUSAGE with the first reason. */
enum tw_status tw_service_choose(const struct tw_service_request *request, struct tw_map_service *service,
                                 bool chosen[TW_NUM_SERVICE_KINDS], struct tw_error *err);

enum tw_status tw_services_write(const struct tw_map_service *service,
                                 const bool chosen[TW_NUM_SERVICE_KINDS], const char *folder,
                                 struct tw_error *err);

#endif
