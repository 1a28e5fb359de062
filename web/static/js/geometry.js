// The little geometry that a map page needs, on GeoJSON in lon/lat.

/** Every position of a geometry. @param {any} geometry @returns {number[][]} */
function positions(geometry) {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positions);
  const depth = { Point: 0, MultiPoint: 1, LineString: 1, Polygon: 2, MultiLineString: 2, MultiPolygon: 3 }[/** @type {"Point"} */ (geometry.type)];
  return depth === 0 ? [geometry.coordinates] : geometry.coordinates.flat(depth - 1);
}

/** West, south, east, north. @param {any} geometry @returns {[number, number, number, number]} */
export function bounds(geometry) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions(geometry)) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/** Twice the signed area, and its first moments. @param {number[][]} ring */
function moments(ring) {
  let [area, x, y] = [0, 0, 0];
  const [ox, oy] = ring[0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [ax, ay] = [ring[i][0] - ox, ring[i][1] - oy];
    const [bx, by] = [ring[i + 1][0] - ox, ring[i + 1][1] - oy];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return { area, x: area ? ox + x / (3 * area) : ox, y: area ? oy + y / (3 * area) : oy };
}

/** Where the name of a polygon stands: the centroid of its largest ring. @param {any} geometry @returns {[number, number]|null} lon, lat */
export function anchor(geometry) {
  const rings = { Polygon: () => [geometry.coordinates[0]], MultiPolygon: () => geometry.coordinates.map((/** @type {any} */ part) => part[0]) };
  const outer = rings[/** @type {"Polygon"} */ (geometry?.type)]?.() ?? [];
  if (!outer.length) return null;
  const best = outer.map(moments).reduce((/** @type {any} */ a, /** @type {any} */ b) => (Math.abs(b.area) > Math.abs(a.area) ? b : a));
  return [best.x, best.y];
}

/** Whether a ring goes around a point (even-odd). @param {number[][]} ring @param {number} x @param {number} y */
function rings(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax, ay] = ring[i];
    const [bx, by] = ring[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether a polygon or multipolygon holds a point. @param {any} geometry @param {number} x @param {number} y @returns {boolean} */
export function contains(geometry, x, y) {
  if (!geometry) return false;
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return parts.some((/** @type {number[][][]} */ part) => part.filter((ring) => rings(ring, x, y)).length % 2 === 1);
}
