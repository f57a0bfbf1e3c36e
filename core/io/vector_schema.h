/* vector_schema.h - what a vector output holds: its properties with their types, and its kind of geometry
 * (`output.schema`, as mapchete writes it).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VECTOR_SCHEMA_H
#define TW_VECTOR_SCHEMA_H

#include "encoder_driver.h"
#include "feature.h"

#include <ogr_api.h>

struct tw_vector_field {
    const char *name;
    const char *type_name; /* `int` */
    OGRFieldType type;
    OGRFieldSubType subtype;
};

struct tw_vector_schema {
    struct tw_vector_field *fields;
    size_t num_fields;
    const char **field_names;
    const char *geometry_name;   /* as written */
    OGRwkbGeometryType geometry; /* wkbUnknown: any */
};

/* Reads output.schema; adds problems. False when out of memory. */
bool tw_vector_schema_read(struct tw_vector_schema *schema, const struct tw_output_spec *spec,
                           struct tw_arena *arena, struct tw_problems *problems);

/* The schema of a layer, as it would stand under output.schema; texts of other types become strings. NULL
 * when out of memory. */
const struct tw_value *tw_vector_schema_of(OGRLayerH layer, struct tw_arena *arena);

/* Whether all properties are in the schema, each of its type or null; one that is missing is null, which a
 * Lua table cannot hold. TW_ESCRIPT: `property 'elv' is not in output.schema; did you mean 'elev'? (known:
 * elev)`, `property 'elev' must be a number (float), not 'high'`. */
enum tw_status tw_vector_schema_check(const struct tw_vector_schema *schema,
                                      const struct tw_value *properties, struct tw_error *err);

/* Whether a geometry, single or multiple, is of the schema's kind. */
bool tw_vector_schema_takes(const struct tw_vector_schema *schema, OGRwkbGeometryType type);
bool tw_vector_schema_is_multi(const struct tw_vector_schema *schema);

#endif
