/* SPDX-License-Identifier: MIT */
#include "templates.h"

#include <string.h>

const char *const tw_template_config =
    "# What to run: a Lua script beside this file, or a built-in process (see `tilewright processes`).\n"
    "process: <script>\n"
    "\n"
    "# What the script gets: names of its own choice, each a raster that GDAL opens, or a stack of scenes.\n"
    "input:\n"
    "  image: image.tif\n"
    "  # scenes:\n"
    "  #   format: stack                      # observations of one place over time\n"
    "  #   path: items.json                   # a STAC item collection, a folder of items, a collection\n"
    "  #   max_cloud_cover: 60                # percent\n"
    "\n"
    "# The tile pyramid: `mercator` for web maps, `geodetic` for EPSG:4326.\n"
    "pyramid:\n"
    "  grid: <grid>\n"
    "  metatiling: 4                          # 4 x 4 tiles are processed as one\n"
    "  pixelbuffer: 0                         # pixels read beyond the edge, for neighbourhoods\n"
    "\n"
    "zoom_levels: {min: 8, max: 12}\n"
    "\n"
    "# Zooms from `min` on are computed; those above are averaged from them.\n"
    "baselevels: {min: 12, lower: average}\n"
    "\n"
    "# Only this part (left, bottom, right, top), in the CRS of the grid or in `bounds_crs`.\n"
    "# bounds: [15.3, 45.4, 16.1, 46.5]\n"
    "# bounds_crs: EPSG:4326\n"
    "\n"
    "output:\n"
    "  path: <output>\n"
    "  # PNG: above 255 becomes 255; GTiff takes dtype, bands and more; see docs/configuration.md\n"
    "  format: <format>\n"
    "  metatiling: 1                          # written as single tiles\n"
    "\n"
    "# Values for the script's params; they may depend on the zoom.\n"
    "process_parameters:\n"
    "  gain: 1.0\n"
    "  # gain: {zoom<=9: 1.2, zoom>9: 1.0}\n";

const char *const tw_template_script =
    "--- What this process does, in one sentence.\n"
    "return process {\n"
    "  inputs = { image = 'raster' },\n"
    "  params = { gain = 1.0 },               -- defaults; process_parameters in the YAML override them\n"
    "\n"
    "  -- Called for each metatile. Return a raster, an array, or nil for an empty tile.\n"
    "  run = function(tile, input, p)\n"
    "    local image = input.image:read(nil, { resampling = 'bilinear' })\n"
    "    return image * p.gain\n"
    "  end,\n"
    "}\n";

static const char *word_at(const char *at, const struct tw_template_words *words, size_t *length)
{
    const struct {
        const char *name, *word;
    } all[] = {{"<script>", words->script},
               {"<grid>", words->grid},
               {"<format>", words->format},
               {"<output>", words->output}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        *length = strlen(all[i].name);
        if (strncmp(at, all[i].name, *length) == 0)
            return all[i].word;
    }
    return NULL;
}

void tw_template_fill(struct tw_text *text, const char *template, const struct tw_template_words *words)
{
    for (const char *at; (at = strchr(template, '<')) != NULL;) {
        size_t length;
        const char *word = word_at(at, words, &length);
        tw_text_add_bytes(text, template, (size_t)(at - template));
        tw_text_add(text, word != NULL ? word : "<");
        template = at + (word != NULL ? length : 1);
    }
    tw_text_add(text, template);
}
