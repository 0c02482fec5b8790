/**
 * One or two series of points on their lines, and maybe a level that moves: what is above it is full.
 * On a logarithmic axis `decade` is the power of ten on which everything below it stands.
 */
function curvesPanel({ series, level, sides, decade, x_label, y_label }, arrays, steps) {
  const levels = arrays[level];
  const curves = series.map((one) => ({ ...one, x: arrays[one.x], y: arrays[one.y] }));
  const all = [...curves.flatMap(({ y }) => [...y]), ...(levels ?? [])];
  const log = decade !== null;
  const up = (value) => (log ? Math.max(Math.log10(value), decade) : value);
  const [low, high] = extent(log ? [decade, ...all.map(up)] : all);
  const least = Math.min(...all);
  const powers = log ? Array.from({ length: Math.floor(high) - decade + 1 }, (_, i) => decade + i) : undefined;
  const power = (value) => `${value === decade && least < 10 ** decade ? "≤" : ""}${brief(10 ** value)}`;
  const drawn = plot({
    x: extent(curves.flatMap(({ x }) => [...x]), 0.03),
    y: [low, high],
    xLabel: x_label,
    yLabel: y_label,
    yTicks: powers,
    yText: log ? power : undefined,
    height: 250,
  });
  for (const [k, curve] of curves.entries()) {
    curve.places = Array.from(curve.x, drawn.X);
    curve.line = svg("polyline", { class: "gx-trail" });
    curve.dots = curve.places.map((cx) => svg("circle", k ? { class: "gx-other", r: 1.8, cx } : { r: 3.5, cx }));
    drawn.area.append(curve.line, ...curve.dots);
  }
  const mark = svg("line", { class: "gx-level", x1: drawn.box.left, x2: drawn.box.right });
  const name = svg("text", { class: "gx-level-name", x: drawn.box.right - 3, "text-anchor": "end" });
  if (levels) drawn.area.append(mark, name);

  const show = (i) => {
    for (const { y, swept, places, line, dots } of curves) {
      const heights = Array.from(swept ? y.row(i) : y, (value) => drawn.Y(up(value)));
      heights.forEach((cy, j) => dots[j].setAttribute("cy", cy));
      line.setAttribute("points", heights.map((cy, j) => `${places[j]},${cy}`).join(" "));
    }
    const { y, swept, dots } = curves[0];
    (swept ? y.row(i) : y).forEach((value, j) => {
      dots[j].setAttribute("class", !levels || value > levels[i] ? "gx-on" : "gx-off");
    });
    if (!levels) return;
    const at = drawn.Y(up(levels[i]));
    mark.setAttribute("y1", at);
    mark.setAttribute("y2", at);
    name.setAttribute("y", at - 5);
    name.textContent = steps[i];
  };
  const dot = (look, r) => svg("circle", { class: look, r, cx: 12, cy: 6 });
  const first = levels ? [[dot("gx-on", 3.5), sides[0]], [dot("gx-off", 3.5), sides[1]]] : [[dot("gx-on", 3.5), curves[0].name]];
  const second = curves.slice(1).map((curve) => [dot("gx-other", 1.8), curve.name]);
  return { picture: drawn.element, show, key: legend(...first, ...second) };
}
