// SPDX-License-Identifier: MIT
// Grids and reference systems of the server's layers as OpenLayers knows them.
import * as ol from './vendor.js';

const own = new Map();

export function projectionOf(info) {
  const {code, proj4, is_geographic: isGeographic} = info.crs;
  if (code && ol.getProjection(code)) return ol.getProjection(code);
  if (!own.has(proj4)) own.set(proj4, code || `TILEWRIGHT:${own.size + 1}`);
  const name = own.get(proj4);
  if (!ol.getProjection(name) && proj4) {
    ol.proj4.defs(name, proj4);
    ol.register(ol.proj4);
  }
  return ol.getProjection(name) || new ol.Projection({code: name, units: isGeographic ? 'degrees' : 'm', extent: info.extent});
}

export function gridOf(info) {
  const first = info.matrices.findIndex((matrix) => matrix);
  const resolutions = info.matrices.map((matrix, zoom) => (matrix ? matrix.resolution : info.matrices[first].resolution * 2 ** (first - zoom)));
  return new ol.TileGrid({extent: info.extent, origin: [info.extent[0], info.extent[3]], resolutions, tileSize: info.tile_size, minZoom: info.min_zoom});
}

export function holds(info, [z, x, y]) {
  const matrix = info.matrices[z];
  return Boolean(matrix) && z >= info.min_zoom && z <= info.max_zoom && x >= 0 && y >= 0 && x < matrix.cols && y < matrix.rows;
}

// The zoom that is shown at a resolution.
export function zoomAt(info, grid, resolution) {
  return Math.max(info.min_zoom, Math.min(info.max_zoom, grid.getZForResolution(resolution)));
}

export const digits = (info) => (info.crs.is_geographic ? 6 : 1);
