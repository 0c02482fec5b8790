// The plane of the mode-collapse lab: D's surface, data, samples, arrows, and points drawn by hand.

/** Colours of the theme as [r, g, b], read anew since a reader may change it. */
function themeColours(root, names) {
  const probe = html("span", { hidden: "" });
  root.append(probe);
  const found = names.map((name) => {
    probe.style.color = `var(--gx-${name})`;
    return (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [128, 128, 128]).slice(0, 3).map(Number);
  });
  probe.remove();
  return Object.fromEntries(names.map((name, i) => [name, found[i]]));
}
const rgba = ([r, g, b], alpha) => `rgba(${r}, ${g}, ${b}, ${alpha})`;

/** A square canvas as sharp as the screen; `begin(view)` clears it and gives its context and maps. */
function square(attributes) {
  const canvas = html("canvas", { class: "gx-lab-plane", ...attributes });
  function begin([x, y, half], side = canvas.clientWidth || 300) {
    const pixels = Math.round(side * Math.min(2, devicePixelRatio || 1));
    if (canvas.width !== pixels) Object.assign(canvas, { width: pixels, height: pixels });
    const context = canvas.getContext("2d");
    context.setTransform(pixels / side, 0, 0, pixels / side, 0, 0);
    context.clearRect(0, 0, side, side);
    return { context, side, X: scale([x - half, x + half], [0, side]), Y: scale([y - half, y + half], [side, 0]) };
  }
  return { canvas, begin };
}

/** n points of a target, x and y by turns. */
function drawnFrom({ places, parts, sd }, n) {
  const random = makeRandom(7);
  const points = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const at = Math.floor(random.uniform() * parts.length);
    for (let d = 0; d < 2; d++) points[2 * i + d] = places[2 * at + d] + sd * random.normal();
  }
  return points;
}

function dots({ context, X, Y }, points, colour, size) {
  context.fillStyle = colour;
  for (let i = 0; i < points.length; i += 2) context.fillRect(X(points[i]) - size / 2, Y(points[i + 1]) - size / 2, size, size);
}

/** D's answers as shades: the more real it finds a place, the darker. Returns the lowest and highest answer. */
function shade({ context, side }, surface, colour, logits) {
  const low = surface.reduce((a, b) => Math.min(a, b), Infinity);
  const high = surface.reduce((a, b) => Math.max(a, b), -Infinity);
  const width = Math.sqrt(surface.length);
  const image = new ImageData(width, width);
  surface.forEach((answer, i) => {
    const share = logits ? 1 / (1 + Math.exp(-answer)) : (answer - low) / (high - low || 1);
    image.data.set(colour, 4 * i);
    image.data[4 * i + 3] = 115 * (Number.isFinite(share) ? share : 0);
  });
  const small = html("canvas", { width, height: width });
  small.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, side, side);
  return [low, high];
}

/** Arrows from the first samples along `pushes`, the longest (but for a few) an eighth of the plane. */
function arrows({ context, X, Y, side }, points, pushes, colour) {
  const lengths = Array.from({ length: pushes.length / 2 }, (_, i) => Math.hypot(pushes[2 * i], pushes[2 * i + 1]));
  const long = lengths.toSorted((a, b) => a - b)[Math.floor(0.95 * lengths.length)];
  if (!(long > 0) || !Number.isFinite(long)) return;
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.beginPath();
  lengths.forEach((length, i) => {
    const size = (side / 8) * Math.min(1, length / long);
    if (size < 2) return;
    const [dx, dy] = [(pushes[2 * i] / length) * size, (-pushes[2 * i + 1] / length) * size];
    const [x, y] = [X(points[2 * i]), Y(points[2 * i + 1])];
    const head = Math.min(5, size / 2) / size;
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.lineTo(x + dx - head * (dx - dy * 0.6), y + dy - head * (dy + dx * 0.6));
    context.moveTo(x + dx, y + dy);
    context.lineTo(x + dx - head * (dx + dy * 0.6), y + dy - head * (dy - dx * 0.6));
  });
  context.stroke();
}

/** Places of the target, as crosses for modes; on a curve the data show where it runs. */
function crosses({ context, X, Y }, points, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [X(points[i]), Y(points[i + 1])];
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x - 4, y + 4);
    context.lineTo(x + 4, y - 4);
  }
  context.stroke();
}

/**
 * Let the reader place points: a press or tap adds one or takes the one there away; so do arrow keys
 * with Space or Enter. `points()` are the present ones, `put(points)` takes the new. Returns `cursor()`.
 */
function drawnByHand(canvas, { on, points, put, moved }) {
  let cursor = [0, 0];
  const tidy = (value) => Math.round(100 * Math.max(-3, Math.min(3, value))) / 100;
  function toggle(at) {
    const kept = points().filter(([x, y]) => Math.hypot(x - at[0], y - at[1]) > 0.18);
    if (kept.length < points().length) put(kept);
    else if (kept.length < MOST) put([...kept, at]);
  }
  canvas.addEventListener("click", (event) => {
    if (!on()) return;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    cursor = [tidy((6 * (event.clientX - left)) / width - 3), tidy(3 - (6 * (event.clientY - top)) / height)];
    toggle(cursor);
  });
  canvas.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[event.key];
    if (!on() || !(way || event.key === " " || event.key === "Enter")) return;
    event.preventDefault();
    if (way) cursor = cursor.map((value, d) => tidy(value + way[d] * (event.shiftKey ? 1 : 0.25)));
    else toggle(cursor);
    moved();
  });
  for (const event of ["focus", "blur"]) canvas.addEventListener(event, moved);
  return () => cursor;
}
