/** A bar for each entry of the step's row, full where it is above a bound; maybe rings beside them. */
function barsPanel({ values, beside, above, names, x_label, y_label }, arrays) {
  const [heights, others] = [arrays[values], arrays[beside]];
  const places = Array.from({ length: heights.shape[1] }, (_, k) => k + 1);
  const every = Math.ceil(places.length / 16);
  const drawn = plot({
    x: [0.4, places.length + 0.6],
    y: [0, extent([0, ...heights, ...(others ?? [])])[1]],
    xLabel: x_label,
    yLabel: y_label,
    xTicks: places.filter((place) => (place - 1) % every === 0),
  });
  const half = 0.35 * (drawn.X(2) - drawn.X(1));
  const bars = places.map((place) => svg("rect", { x: drawn.X(place) - half, width: 2 * half }));
  const r = Math.min(4.5, 1.2 * half);
  const rings = places.map((place) => svg("circle", { class: "gx-beside", r, cx: drawn.X(place) }));
  const line = svg("polyline", { class: "gx-beside-line" });
  drawn.area.append(...bars, ...(others ? [line, ...rings] : []));

  const show = (i) => {
    heights.row(i).forEach((value, k) => {
      bars[k].setAttribute("class", value > above ? "gx-on" : "gx-off");
      bars[k].setAttribute("y", drawn.Y(value));
      bars[k].setAttribute("height", drawn.Y(0) - drawn.Y(value));
    });
    if (!others) return;
    const tops = Array.from(others.row(i), (value) => drawn.Y(value));
    tops.forEach((cy, k) => rings[k].setAttribute("cy", cy));
    line.setAttribute("points", places.map((place, k) => `${drawn.X(place)},${tops[k]}`).join(" "));
  };
  const bar = svg("rect", { class: "gx-on", x: 6, width: 12, height: 12 });
  const ring = svg("circle", { class: "gx-beside", r: 4.5, cx: 12, cy: 6 });
  return { picture: drawn.element, show, key: others && legend([bar, names[0]], [ring, names[1]]) };
}
