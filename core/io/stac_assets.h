/* stac_assets.h - the bands that the assets of one STAC item offer.
 *
 * STAC 1.0 (`eo:bands`, `raster:bands`) and 1.1 (`bands`). Borrows the item's JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_ASSETS_H
#define TW_STAC_ASSETS_H

#include "stack.h"

struct tw_asset_band {
    const char *key; /* of the asset */
    const json_t *asset;
    const json_t *eo, *raster;      /* what is said about the band; may be NULL */
    const char *name, *common_name; /* may be NULL */
    int file_band;                  /* from 1 */
    size_t num_bands;               /* of the asset */
    bool is_data;                   /* a raster that is meant for computing: no thumbnail, no metadata */
};

/* Zero-initialise it; free it with tw_assets_free. */
struct tw_assets {
    struct tw_asset_band *bands;
    size_t count, capacity;
};

bool tw_assets_read(struct tw_assets *assets, const json_t *json);
void tw_assets_free(struct tw_assets *assets);

/* The band of that asset key, common name or name (in this order; assets with one band come first), or
 * `asset.band` for one band of an asset with several. */
bool tw_assets_find(const struct tw_assets *assets, const char *name, struct tw_asset_band *band);

/* `items.json: no asset or band 'nri'; did you mean 'nir'? (known: ...)` */
enum tw_status tw_assets_complain(const struct tw_assets *assets, const char *name, const char *origin,
                                  struct tw_error *err);

/* Type, nodata, scale and whether it is a classification, as far as the item says. */
void tw_asset_band_details(const struct tw_asset_band *from, struct tw_stack_band *band);

#endif
