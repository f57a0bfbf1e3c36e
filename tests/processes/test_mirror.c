/* The structs that lib/ffi.lua declares once more, against the C headers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embedded.h"
#include "functions_focal.h"
#include "host.h"

#include <lauxlib.h>
#include <lualib.h>

#include <stdio.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define SIZE(TYPE)                                                                                           \
    {                                                                                                        \
        "sizeof('struct " #TYPE "')", sizeof(struct TYPE)                                                    \
    }
#define PLACE(TYPE, FIELD)                                                                                   \
    {                                                                                                        \
        "offsetof('struct " #TYPE "', '" #FIELD "')", offsetof(struct TYPE, FIELD)                           \
    }
static const struct {
    const char *expression;
    size_t expected;
} cases[] = {
    SIZE(tw_array),
    PLACE(tw_array, valid),
    PLACE(tw_array, width_px),
    PLACE(tw_array, height_px),
    PLACE(tw_array, dtype),
    SIZE(tw_raster),
    PLACE(tw_raster, bands),
    PLACE(tw_raster, names),
    PLACE(tw_raster, meanings),
    SIZE(tw_band_meaning),
    PLACE(tw_band_meaning, offset),
    SIZE(tw_statistics),
    PLACE(tw_statistics, std),
    SIZE(tw_script_scene),
    PLACE(tw_script_scene, properties),
    PLACE(tw_script_scene, cloud_cover),
    SIZE(tw_read_request),
    PLACE(tw_read_request, scene),
    PLACE(tw_read_request, resampling),
    {"sizeof('struct tw_host')", offsetof(struct tw_host, job)},
    PLACE(tw_host, message),
    PLACE(tw_host, make_node),
    SIZE(tw_node_spec),
    PLACE(tw_node_spec, numbers),
    SIZE(tw_histogram),
    PLACE(tw_histogram, counts),
    PLACE(tw_node, halo_px),
    PLACE(tw_node, meta),
    PLACE(tw_host, drop_nan),
    PLACE(tw_host, valid_pixels),
    PLACE(tw_host, get),
    PLACE(tw_host, make),
    PLACE(tw_host, read),
    PLACE(tw_host, add_result),
    SIZE(tw_focal_functions),
    PLACE(tw_focal_functions, load),
    SIZE(tw_focal_tile),
    PLACE(tw_focal_tile, pixelbuffer),
    SIZE(tw_weights),
    PLACE(tw_weights, normalize),
    SIZE(tw_footprint),
    PLACE(tw_footprint, erode),
    SIZE(tw_terrain),
    PLACE(tw_terrain, altitude_deg),
    SIZE(tw_distance),
    PLACE(tw_distance, radius_px),
};

/* `return ffi.<expression>` as a number; the declarations are loaded first. */
static double evaluate(lua_State *lua, const char *expression)
{
    char text[256];
    snprintf(text, sizeof(text), "local ffi = require 'ffi' return tonumber(ffi.%s)", expression);
    if (luaL_dostring(lua, text) != 0)
        fail_msg("%s", lua_tostring(lua, -1));
    double number = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return number;
}

/* Runs the ffi.cdef of a topic's file, and nothing else of it. */
static void declare(lua_State *lua, const char *name)
{
    const char *start = strstr(tw_embedded_find(name)->text, "ffi.cdef [["), *end = strstr(start, "]]");
    lua_getglobal(lua, "require");
    lua_pushstring(lua, "ffi");
    lua_call(lua, 1, 1);
    lua_setglobal(lua, "ffi");
    assert_int_equal(luaL_loadbuffer(lua, start, (size_t)(end - start) + 2, name), 0);
    if (lua_pcall(lua, 0, 0, 0) != 0)
        fail_msg("%s", lua_tostring(lua, -1));
}

static void the_declarations_match_the_headers(void **state)
{
    (void)state;
    static struct tw_host host;
    const struct tw_embedded *file = tw_embedded_find("lib/ffi.lua");
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    tw_host_init(&host);
    assert_int_equal(luaL_loadbuffer(lua, file->text, file->size, "=ffi"), 0);
    lua_newtable(lua);
    lua_pushlightuserdata(lua, &host);
    lua_setfield(lua, -2, "host_pointer");
    if (lua_pcall(lua, 1, 0, 0) != 0)
        fail_msg("%s", lua_tostring(lua, -1));
    declare(lua, "lib/focal.lua");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (evaluate(lua, cases[i].expression) != (double)cases[i].expected)
            fail_msg("%s is not %zu", cases[i].expression, cases[i].expected);
    lua_close(lua);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_declarations_match_the_headers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
