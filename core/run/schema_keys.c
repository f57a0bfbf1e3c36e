/* One line for each key of a configuration: what it means, and what it takes (see schema_parts.h).
 *
 * SPDX-License-Identifier: MIT
 */
#include "schema_parts.h"

#include <string.h>

#define NAMES "{\"type\": [\"array\", \"string\", \"number\", \"null\"]}"
#define ENVIRONMENT "\"pattern\": \"\\\\$\\\\{\""
#define BOX                                                                                                  \
    "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": [\"number\", \"string\"], " ENVIRONMENT         \
    "}, \"minItems\": 4, \"maxItems\": 4}"

#define CACHE                                                                                                \
    "{\"anyOf\": [{\"enum\": [\"memory\"]}, {\"type\": \"object\", \"required\": [\"path\"], "               \
    "\"additionalProperties\": "                                                                             \
    "false, \"properties\": {\"path\": {\"type\": \"string\"}, \"intersection_percent\": {\"type\": "        \
    "[\"number\", "                                                                                          \
    "\"string\"]}, \"format\": {\"type\": \"string\"}, \"keep\": {\"type\": [\"boolean\", \"string\"]}}}, "  \
    "{\"type\": \"null\"}]}"
#define AREA                                                                                                 \
    "{\"anyOf\": [{\"type\": [\"string\", \"null\"]}, {\"type\": \"object\", \"required\": [\"path\"], "     \
    "\"additionalProperties\": false, \"properties\": {\"path\": {\"type\": \"string\"}, \"layer\": "        \
    "{\"type\": \"string\"}}}, {\"type\": \"object\", \"required\": [\"type\"]}]}"
#define LAYOUT                                                                                               \
    "{\"anyOf\": [{\"enum\": [\"wmts\", \"xyz\", \"tms\", \"quadkey\", \"arcgis\", \"compact\", "            \
    "\"mapserver\"]}, "                                                                                      \
    "{\"type\": "                                                                                            \
    "\"string\", "                                                                                           \
    "\"pattern\": \"[{]\"}, {\"type\": \"null\"}]}"
#define SERVICE "{\"enum\": [\"all\", \"tilejson\", \"wmts\", \"viewer\", \"arcgis\"]}"
#define SERVICE_LIST                                                                                         \
    "{\"anyOf\": [" SERVICE ", {\"type\": \"array\", \"minItems\": 1, \"items\": " SERVICE "}]}"
#define SERVICES                                                                                             \
    "{\"anyOf\": [" SERVICE ", {\"type\": \"array\", \"minItems\": 1, \"items\": " SERVICE                   \
    "}, {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"files\": " SERVICE_LIST   \
    ", \"base_url\": {\"type\": \"string\"}, \"title\": {\"type\": \"string\"}, \"attribution\": "           \
    "{\"type\": \"string\"}}}, {\"type\": \"null\"}]}"
#define METADATA                                                                                             \
    "{\"type\": [\"object\", \"null\"], \"additionalProperties\": false, \"properties\": {\"name\": "        \
    "{\"type\": "                                                                                            \
    "\"string\"}, \"description\": {\"type\": \"string\"}, \"attribution\": {\"type\": \"string\"}, "        \
    "\"version\": {\"type\": \"number\"}, \"type\": {\"enum\": [\"overlay\", \"baselayer\"]}}}"
#define COMPRESSION                                                                                          \
    "{\"anyOf\": [{\"enum\": [\"fast\", \"default\", \"best\"]}, {\"type\": [\"integer\", \"null\"], "       \
    "\"minimum\": 1, "                                                                                       \
    "\"maximum\": 12}, {\"$ref\": \"#/definitions/environment\"}], \"default\": \"default\"}"
#define COLOR16                                                                                              \
    "{\"type\": [\"array\", \"integer\", \"null\"], \"minimum\": 0, \"maximum\": 65535, \"items\": "         \
    "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 65535}, \"minItems\": 1, \"maxItems\": 3}"
#define COLOR                                                                                                \
    "{\"type\": [\"array\", \"integer\", \"null\"], \"minimum\": 0, \"maximum\": 255, \"items\": "           \
    "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 255}, "                                            \
    "\"minItems\": 1, \"maxItems\": 3}"

const struct tw_schema_key tw_schema_keys[] = {
    {"", "process",
     "A Lua script (ndvi.lua) or a built-in process (convert, or mapchete's name "
     "mapchete.processes.convert).",
     "ref process"},
    {"", "input",
     "The script's input names, each a path, a map with format and options, or a group of inputs.",
     "ref inputs"},
    {"", "output", "Where the tiles go, and what they are.", "ref output"},
    {"", "pyramid", "The grid, and how many tiles are processed as one.", "ref pyramid"},
    {"", "zoom_levels", "The zooms to make: 7, [5, 7], or {min: 5, max: 7}.", "ref zoom_levels"},
    {"", "bounds",
     "Only what lies in [left, bottom, right, top]; beyond 180 degrees they wrap around the antimeridian.",
     "ref bounds"},
    {"", "bounds_crs", "The CRS of bounds (default: the grid's).", "crs"},
    {"", "area", "Only what lies in this polygon: WKT, GeoJSON, a vector file, or {path: ..., layer: ...}.",
     AREA},
    {"", "area_crs", "The CRS of area (default: its own, or the grid's for WKT).", "crs"},
    {"", "baselevels",
     "The zooms that are computed from the inputs; those above are made from the zoom below, and those below "
     "from the zoom above.",
     "ref baselevels"},
    {"", "process_parameters", "Values for the script's params.", "ref parameters"},
    {"", "notify", "Who is told how the run ended: {url: https://...}, {command: ...}, or a list of them.",
     "ref notify"},
    {"", "dask_specs", "mapchete's; has no meaning here.", "any"},

    {"notify", "url", "The summary is sent there as JSON (POST).", "text"},
    {"notify", "command",
     "A line for the shell, or a list of a program and its arguments; it reads the summary.",
     "{\"type\": [\"string\", \"array\"], \"items\": {\"type\": \"string\"}, \"minItems\": 1}"},
    {"notify", "timeout", "Seconds until a command is ended.", "number = 60"},
    {"notify", "on", "When: success, failure or both (default both).", "one success failure both = both"},
    {"pyramid", "grid", "mercator, geodetic, or a grid of your own.", "ref grid"},
    {"pyramid", "metatiling", "1, 2, 4 ...: so many by so many tiles are processed as one.",
     "ref metatiling = 1"},
    {"pyramid", "pixelbuffer", "Pixels that are read beyond a metatile's edge, for neighbourhoods.",
     "int 0 4096 = 0"},
    {"pyramid", "tile_size", "Pixels of a tile's side.", "int 128 4096 = 256"},
    {"grid", "shape", "[rows, columns] of tiles at zoom 0.",
     "{\"type\": [\"array\", \"string\"], \"items\": {\"type\": [\"integer\", \"string\"], \"minimum\": 1}, "
     "\"minItems\": 2, \"maxItems\": 2}"},
    {"grid", "bounds", "[left, bottom, right, top] in units of the CRS.", BOX},
    {"grid", "srs", "The CRS: {epsg: 3035}, {wkt: ...} or {proj: ...}.", "ref srs"},
    {"grid", "is_global", "Whether x wraps around the earth.", "bool = false"},
    {"grid", "proj", "The CRS as a PROJ text.", "text"},
    {"grid", "epsg", "The CRS as an EPSG code.", "int 1 999999999"},
    {"srs", "epsg", "An EPSG code.", "int 1 999999999"},
    {"srs", "wkt", "Well-known text.", "text"},
    {"srs", "proj", "A PROJ text.", "text"},
    {"zoom_levels", "min", "The first zoom.", "int 0 30"},
    {"zoom_levels", "max", "The deepest zoom.", "int 0 30"},
    {"baselevels", "min", "The first zoom that is computed.", "int 0 30"},
    {"baselevels", "max", "The deepest zoom that is computed.", "int 0 30"},
    {"baselevels", "lower", "How zooms above are made (default nearest).", "resampling = nearest"},
    {"baselevels", "higher", "How zooms below are made (default nearest).", "resampling = nearest"},
    {"bounds", "left", "West.", "number"},
    {"bounds", "bottom", "South.", "number"},
    {"bounds", "right", "East.", "number"},
    {"bounds", "top", "North.", "number"},

    {"input", "format", "What the input is; found out without.", "any"},
    {"input", "path", "A file, a folder or a URL.",
     "{\"type\": [\"string\", \"array\", \"null\"], \"items\": {\"type\": \"string\"}}"},
    {"input", "resampling", "How pixels are made where the grid is another.", "resampling = nearest"},
    {"input", "bands", "Which bands, by number or name.", NAMES},
    {"input", "band_names", "What scripts call the bands.", NAMES},
    {"input", "nodata", "The nodata value, instead of what the file says.", "number"},
    {"input", "scale", "Apply the file's scale and offset.", "bool"},
    {"input", "cache", "A local copy of a remote file, made once: {path: FOLDER, intersection_percent: 50}.",
     CACHE},
    {"input", "bounds", "Read only what lies in [left, bottom, right, top].", "ref bounds"},
    {"input", "bounds_crs", "The CRS of bounds (default: the grid's).", "crs"},
    {"input", "area", "Read only what lies in this polygon: WKT, GeoJSON or a vector file.", AREA},
    {"input", "gdal_options", "GDAL's configuration options while this input is read: {VSI_CACHE: true}.",
     "map"},
    {"input", "storage_options",
     "Credentials: {key: ..., secret: ...} and their kin of fsspec; they are written nowhere.", "map"},
    {"input", "area_crs", "The CRS of area (default: its own, or the grid's for WKT).", "crs"},
    {"input stack", "files", "Plain files with dates: [{path: a.tif, date: 2020-01-01}].",
     "{\"type\": [\"array\", \"object\"]}"},
    {"input stack", "bands", "Which bands: asset keys, common names or band names.", NAMES},
    {"input stack", "max_cloud_cover", "Only scenes with at most that many percent of clouds.", "number"},
    {"input stack", "start", "Only scenes of that date or later.", "name"},
    {"input stack", "end", "Only scenes of that date or earlier.", "name"},
    {"input stack", "order", "The order of scenes (default newest).",
     "one newest oldest least_cloudy = newest"},
    {"input stack", "merge", "date: scenes of one date and orbit become one.", "one none date = none"},
    {"input stack", "resampling", "How pixels are made; a map says it for each band.", "ref resamplings"},
    {"input", "layer", "Of a tile index with several layers: which.", "name"},
    {"input", "location_field", "Of a tile index: the field with the paths.", "name"},
    {"input", "date_field", "Of a tile index: the field with the dates.", "name"},
    {"input catalogue", "path",
     "A folder, a pattern such as 'scenes/*.tif', a list (.txt), a tile index or a MosaicJSON.",
     "{\"type\": [\"string\", \"array\", \"null\"], \"items\": {\"type\": \"string\"}}"},
    {"input catalogue", "order",
     "Which lies on top; also a field of the index, as cloud, or -cloud for the largest first (default "
     "last).",
     "{\"anyOf\": [{\"enum\": [\"first\", \"last\", \"newest\", \"oldest\", \"finest\", \"name\"]}, "
     "{\"type\": [\"string\", \"null\"]}]}"},
    {"input catalogue", "start", "Only files of that date or later.", "name"},
    {"input catalogue", "end", "Only files of that date or earlier.", "name"},
    {"input tile_directory", "grid", "The tiles' grid, where metadata.json says otherwise.", "ref grid"},
    {"input tile_directory", "metatiling", "The tiles' metatiling.", "ref metatiling"},
    {"input tile_directory", "tile_size", "Pixels of a tile's side.", "int 1 16384"},
    {"input tile_directory", "pixelbuffer", "The tiles' pixelbuffer.", "int 0 4096"},
    {"input tile_directory", "extension", "Of the tiles' files: tif, png ...", "text"},
    {"input tile_directory", "layout", "Where tiles lie: a convention, or a template.", LAYOUT},
    {"input tile_directory", "dtype", "Checked against the tiles.", "dtype"},
    {"input tile_directory", "count", "The number of bands, checked against the tiles.", "int 1 65535"},
    {"input tile_directory", "min_zoom", "Zooms above are left out.", "int 0 30"},
    {"input tile_directory", "max_zoom", "Zooms below are left out.", "int 0 30"},
    {"input tile_directory", "fallback_to_higher_zoom",
     "On the same grid: make zooms that have no tiles of finer ones.", "bool"},
    {"input vector", "where", "Only features for which this holds: \"name = 'x' and height > 5\".", "text"},
    {"input vector", "layer", "Which layer; needed when there are several.", "name"},

    {"output", "path",
     "A folder; or, for GTiff, a file that ends in .tif; s3://BUCKET/PATH and az://CONTAINER/PATH, too.",
     "text"},
    {"output", "acl", "Who may read what is put into object storage: public-read, say.",
     "one private public-read public-read-write authenticated-read aws-exec-read bucket-owner-read "
     "bucket-owner-full-control"},
    {"output", "cache_control", "The Cache-Control of files in object storage: public, max-age=86400.",
     "text"},
    {"output", "format", "What the tiles are.", "any"},
    {"output", "metatiling", "Of the tiles that are written: at most the process's.", "ref metatiling"},
    {"output", "pixelbuffer", "Pixels that tiles overlap: at most the process's.", "int 0 4096 = 0"},
    {"output", "tile_size", "mapchete's; must be the pyramid's.", "int 128 4096"},
    {"output", "dtype", "The type of pixels; values are rounded and clamped to it.", "dtype"},
    {"output", "bands", "The number of bands, or their names.",
     "{\"type\": [\"integer\", \"array\", \"string\", \"null\"], \"minimum\": 1, \"maximum\": 65535, "
     "\"minItems\": 1, \"items\": {\"type\": \"string\"}, \"uniqueItems\": true, " ENVIRONMENT "}"},
    {"output", "tile_path_schema", "Where tiles lie (default {zoom}/{row}/{col}.{extension}).",
     "text = {zoom}/{row}/{col}.{extension}"},
    {"output", "layout", "Where tiles lie: a convention, or a template (default wmts).", LAYOUT},
    {"output", "nodata", "The value of pixels without data (default 0).", "number = 0"},
    {"output", "services",
     "Files that make the folder a map service: tilejson, wmts, viewer, arcgis, or all.", SERVICES},
    {"output", "metadata",
     "What a PMTiles or MBTiles archive says of itself: name, description, attribution, version, type.",
     METADATA},
    {"output", "retina", "Tiles of 512 pixels that web maps show as 256: {row}@2x.png (default false).",
     "bool = false"},
    {"output", "skip", "partial: tiles with any nodata are left out, too (default empty).",
     "one empty partial = empty"},
    {"output", "stac",
     "A STAC item that describes the tiles, written at the end: {id, datetime, properties, ...}.", "map"},
    {"output", "count", "The number of bands of the file.", "int 1 65535"},
    {"output", "georeference", "none: no .aux.xml beside each tile.",
     "{\"anyOf\": [{\"enum\": [\"none\"]}, {\"type\": [\"boolean\", \"null\"]}]}"},
    {"output PNG", "count", "The number of bands of the file: 1 to 4.", "int 1 4"},
    {"output PNG", "background", "The colour where there is no data, instead of alpha.", COLOR16},
    {"output", "compression", "How hard to compress: fast, default, best, or 1 to 12.", COMPRESSION},
    {"output PNG8", "colors", "Of a tile's palette: 4 to 256.", "int 4 256 = 256"},
    {"output PNG8", "dither", "What colours are off by is made good for by neighbours.", "bool = true"},
    {"output PNG8", "background", "The colour where there is no data, instead of transparency.", COLOR},
    {"output JPEG", "count", "The number of bands: 3 (RGB), or 1 (gray).", "int 1 3 = 3"},
    {"output", "quality", "1 to 100 (default 75).", "int 1 100 = 75"},
    {"output JPEG", "background", "The colour where there is no data (default white).", COLOR},
    {"output JPEG", "subsampling", "How coarse colours are (default 4:2:0).",
     "one 4:4:4 4:2:2 4:2:0 = 4:2:0"},
    {"output JPEG", "progressive", "A coarse picture comes first.", "bool = false"},
    {"output JPEG", "optimize", "Smaller files for a little time (default true).", "bool = true"},
    {"output WebP", "count", "The number of bands: 4 (RGBA), or 3 (RGB).", "int 3 4 = 4"},
    {"output WebP", "lossless", "Keeps everything.", "bool = false"},
    {"output WebP", "effort", "0 to 6 (default 4): more time for smaller files.", "int 0 6 = 4"},
    {"output WebP", "background", "The colour where there is no data, instead of alpha.", COLOR},
    {"output PNG_hillshade", "old_band_num", "4: RGBA instead of black and alpha.",
     "{\"enum\": [2, 4, null]}"},
    {"output GTiff", "blocksize", "Pixels of a block's side (default 512).",
     "{\"type\": [\"integer\", \"string\"], \"multipleOf\": 16, \"minimum\": 16, \"maximum\": 16384}"},
    {"output GTiff", "compression", "An old name of compress.", "text"},
    {"output GTiff", "blockxsize", "With blockysize, the same as blocksize.", "int 16 16384"},
    {"output GTiff", "blockysize", "With blockxsize, the same as blocksize.", "int 16 16384"},
    {"output GTiff", "tiled", "GeoTIFFs are always written in blocks.", "bool"},
    {"output GTiff", "colormap",
     "Of one band of uint8 or uint16: {1: [255, 128, 0], 2: '#00ff00'}, values and their colours.", "map"},
    {"output GTiff", "scale", "What values mean: value * scale + offset; one number, or one for each band.",
     "{\"type\": [\"number\", \"array\", \"string\", \"null\"], \"items\": {\"type\": "
     "\"number\"}, " ENVIRONMENT "}"},
    {"output GTiff", "offset", "See scale.",
     "{\"type\": [\"number\", \"array\", \"string\", \"null\"], \"items\": {\"type\": "
     "\"number\"}, " ENVIRONMENT "}"},
    {"output GTiff", "unit", "The unit of values, m say; one, or one for each band.",
     "{\"type\": [\"string\", \"array\", \"null\"], \"items\": {\"type\": \"string\"}}"},
    {"output GTiff", "statistics", "Write minimum, maximum, mean and standard deviation of each band.",
     "bool"},
    {"output GTiff", "tags", "Written into the file: {NAME: value}, or {1: {NAME: value}} for a band.",
     "map"},
    {"output GTiff", "cog", "A single file becomes a cloud-optimized GeoTIFF.", "bool"},
    {"output GTiff", "overviews", "A single file gets overviews.", "bool"},
    {"output GTiff", "overviews_resampling", "How overviews of a single file are made (default nearest).",
     "one nearest bilinear cubic cubic_spline lanczos average mode rms = nearest"},
    {"output GTiff", "overviews_levels", "[2, 4, 8]: which overviews.",
     "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"integer\", \"minimum\": 2}}"},
    {"output GTiff", "in_memory", "mapchete's; has no meaning here.", "any"},
    {"output", "schema", "What features hold: {properties: {name: str}, geometry: Polygon}.",
     "ref vector_schema"},
};

const size_t tw_num_schema_keys = sizeof(tw_schema_keys) / sizeof(tw_schema_keys[0]);

static const struct tw_schema_key *find(const char *part, size_t length, const char *key)
{
    for (size_t i = 0; i < tw_num_schema_keys; i++) {
        const struct tw_schema_key *line = &tw_schema_keys[i];
        if (strlen(line->part) == length && strncmp(line->part, part, length) == 0 &&
            strcmp(line->key, key) == 0)
            return line;
    }
    return NULL;
}

const struct tw_schema_key *tw_schema_key_find(const char *part, const char *key)
{
    const struct tw_schema_key *line = find(part, strlen(part), key);
    return line != NULL ? line : find(part, strcspn(part, " "), key);
}
