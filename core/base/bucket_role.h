/* bucket_role.h - credentials of the machine that the program runs on. For bucket_*.c only.
 *
 * Amazon's containers (ECS, Batch, Fargate) and machines (EC2) are given keys that hold for some hours, and
 * Azure's machines tokens, by a server that only they can reach.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_BUCKET_ROLE_H
#define TW_BUCKET_ROLE_H

#include "bucket_place.h"

/* Sets key, secret, token and expires of the place; nothing changes when nobody gives any. TW_ENOMEM. */
enum tw_status tw_bucket_role_read(struct tw_arena *arena, struct tw_bucket_place *place);

/* Azure's managed identity: sets token and expires of the place; nothing changes when nobody gives any.
 * TW_ENOMEM. */
enum tw_status tw_azure_role_read(struct tw_arena *arena, struct tw_bucket_place *place);

#endif
