-- SPDX-License-Identifier: MIT
-- The C structs as Lua sees them: core/base/array.h, raster.h, processes/kernels.h, script.h and host.h. A
-- test compares sizes and offsets.
local tw = ...
local ffi = require('ffi')

ffi.cdef [[
struct tw_array { void *pixels; uint8_t *valid; int32_t width_px; int32_t height_px; int32_t dtype; };
struct tw_band_meaning { const char *unit; double scale, offset; };
struct tw_raster {
  size_t num_bands;
  struct tw_array *bands;
  const char *const *names;
  const struct tw_band_meaning *meanings;
};
struct tw_node { struct tw_array data; int32_t operation, halo_px, meta; }; // and what only C needs
struct tw_node_spec {
  int32_t operation, dtype;
  int32_t rectangle[4];
  const double *list;
  int32_t num_list;
  struct tw_node *operands[3];
  double numbers[3];
};
struct tw_histogram { double low, high; int32_t num_bins; double *counts; };
struct tw_statistics { double count; double min, max, mean, std; };
struct tw_script_scene {
  size_t index;
  const char *id, *datetime, *properties;
  double cloud_cover;
};
struct tw_read_request {
  const char *const *bands;
  int32_t num_bands;
  int32_t input;
  int64_t scene;
  int32_t resampling;
};
struct tw_host {
  int32_t size_bytes;
  int32_t tile_number;
  int32_t width_px, height_px;
  const char *message;
  const void *pixels, *focal, *stacks, *vectors; // cast by the files that use them

  int32_t (*wrap_node)(struct tw_host *, const struct tw_array *, struct tw_node **);
  int32_t (*make_node)(struct tw_host *, const struct tw_node_spec *, struct tw_node **);
  int32_t (*evaluate)(struct tw_host *, struct tw_node *);
  int32_t (*paste)(struct tw_host *, const struct tw_array *, const struct tw_array *, const int32_t *,
                   struct tw_array *);
  int32_t (*percentile)(struct tw_host *, const struct tw_array *, double, double *);
  int32_t (*histogram)(struct tw_host *, const struct tw_array *, const struct tw_histogram *);
  int32_t (*drop_nan)(struct tw_host *, const struct tw_array *, struct tw_array *);
  int32_t (*statistics)(struct tw_host *, const struct tw_array *, struct tw_statistics *);
  int32_t (*valid_pixels)(const uint8_t *, int64_t, int32_t, int32_t *);
  int32_t (*common_validity)(struct tw_host *, const struct tw_array *const *, int32_t, uint8_t **);

  double (*get)(const struct tw_array *, size_t);
  bool (*is_empty)(const struct tw_array *);
  int32_t (*make)(struct tw_host *, struct tw_array *, bool);
  void *(*alloc)(struct tw_host *, size_t);
  int32_t (*is_cancelled)(struct tw_host *);

  int32_t (*read)(struct tw_host *, const struct tw_read_request *, struct tw_raster *);
  int32_t (*scenes)(struct tw_host *, int32_t, struct tw_script_scene **, size_t *);
  const char *const *(*band_names)(struct tw_host *, int32_t, size_t *);
  int32_t (*add_result)(struct tw_host *, const char *, const struct tw_array *);
};

/* What a script holds as an array. */
struct tw_script_array { struct tw_node *_node; int32_t _tile; };
]]

tw.host = ffi.cast('struct tw_host *', tw.host_pointer)
assert(tw.host.size_bytes == ffi.sizeof('struct tw_host'), 'lib/ffi.lua does not match host.h')

-- dtype numbers from 0, as in dtype.h.
tw.dtype_names = { 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64' }
tw.dtype_ctypes = { 'uint8_t', 'int8_t', 'uint16_t', 'int16_t', 'uint32_t', 'int32_t', 'float', 'double' }
tw.dtype_numbers = {}
for i, name in ipairs(tw.dtype_names) do
  tw.dtype_numbers[name] = i - 1
end

-- The type of what is computed from values of another one: tw_dtype_arithmetic.
function tw.work_dtype(dtype)
  local is_wide = dtype == tw.dtype_numbers.uint32 or dtype == tw.dtype_numbers.int32 or dtype == tw.dtype_numbers.float64
  return is_wide and tw.dtype_numbers.float64 or tw.dtype_numbers.float32
end

-- From enum tw_status in error.h.
tw.status = { USAGE = 1, SCRIPT = 3, BUDGET = 4, CANCELLED = 7 }
