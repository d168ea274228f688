/**
 * Where the rectangles of a treemap lie. Pure.
 * Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000); the same as `inspect --svg`.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle
 */

/**
 * A rectangle for each weight, in the order given, that together fill the frame. Weights are
 * positive and best given falling; none gives rectangles without area.
 * @param {number[]} weights
 * @param {Rectangle} frame
 * @returns {Rectangle[]}
 */
export function squarify(weights, frame) {
  const total = weights.reduce((sum, each) => sum + each, 0);
  const area = frame.width * frame.height;
  if (total <= 0 || area <= 0) return weights.map(() => ({ x: frame.x, y: frame.y, width: 0, height: 0 }));
  const areas = weights.map((each) => (each * area) / total);
  /** @type {Rectangle[]} */
  const placed = [];
  let rest = frame;
  while (placed.length < areas.length) {
    const row = bestRow(areas.slice(placed.length), Math.min(rest.width, rest.height));
    const [laid, left] = lay(row, rest);
    placed.push(...laid);
    rest = left;
  }
  return placed;
}

/**
 * As many areas as make the shapes of the next row better, not worse.
 * @param {number[]} areas
 * @param {number} side
 */
function bestRow(areas, side) {
  let count = 1;
  let worst = worstShape(areas.slice(0, 1), side);
  while (count < areas.length) {
    const next = worstShape(areas.slice(0, count + 1), side);
    if (next > worst) break;
    worst = next;
    count += 1;
  }
  return areas.slice(0, count);
}

/**
 * @param {number[]} row
 * @param {number} side
 */
function worstShape(row, side) {
  const sum = row.reduce((all, each) => all + each, 0);
  const squared = side * side;
  return Math.max((squared * Math.max(...row)) / (sum * sum), (sum * sum) / (squared * Math.min(...row)));
}

/**
 * @param {number[]} row
 * @param {Rectangle} frame
 * @returns {[Rectangle[], Rectangle]}
 */
function lay(row, frame) {
  const sum = row.reduce((all, each) => all + each, 0);
  const standing = frame.width >= frame.height;
  const depth = Math.min(sum / (standing ? frame.height : frame.width), standing ? frame.width : frame.height);
  let at = standing ? frame.y : frame.x;
  const laid = row.map((area) => {
    const length = depth > 0 ? area / depth : 0;
    const one = standing ? { x: frame.x, y: at, width: depth, height: length } : { x: at, y: frame.y, width: length, height: depth };
    at += length;
    return one;
  });
  const left = standing
    ? { x: frame.x + depth, y: frame.y, width: Math.max(0, frame.width - depth), height: frame.height }
    : { x: frame.x, y: frame.y + depth, width: frame.width, height: Math.max(0, frame.height - depth) };
  return [laid, left];
}
