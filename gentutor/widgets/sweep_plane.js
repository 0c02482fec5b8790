/** A point for each step on its way through the plane; the step's own is the large one. */
function planePanel({ x, y, sums, x_label, y_label }, arrays) {
  const [across, up] = [arrays[x], arrays[y]];
  const drawn = plot({ x: extent(across), y: extent(up), xLabel: x_label, yLabel: y_label });
  const points = Array.from(across, (value, i) => [drawn.X(value), drawn.Y(up[i])]);
  if (sums) drawn.area.append(...linesOfEqualSum(drawn, across, up));
  drawn.area.append(svg("polyline", { class: "gx-trail", points: points.join(" ") }));
  drawn.area.append(...points.map(([cx, cy]) => svg("circle", { class: "gx-other", cx, cy, r: 3 })));
  const here = svg("g", { class: "gx-here" }, svg("circle", { r: 6 }));
  drawn.area.append(here);
  const show = (i) => (here.style.transform = `translate(${points[i][0]}px, ${points[i][1]}px)`);
  return { picture: drawn.element, show };
}

/** Lines on which −(x + y) is constant, for values that some step reaches. */
function linesOfEqualSum({ X, Y, box }, across, up) {
  const sums = Array.from(across, (value, i) => value + up[i]);
  return ticks(...extent(sums, 1e-9), 7).flatMap((sum) => {
    // Where the line enters the plot, at its left or its top, and where it leaves it.
    const x1 = Math.max(box.left, X(sum - Y.invert(box.top)));
    const x2 = Math.min(box.right, X(sum - Y.invert(box.bottom)));
    if (x1 >= x2) return [];
    const y = (x) => Y(sum - X.invert(x));
    const at = x2 - Math.min(16, (x2 - x1) / 2); // the number stands on its line, near the end
    const value = svg("text", { x: at, y: y(at) + 4, "text-anchor": "middle" }, brief(-sum));
    return [svg("line", { class: "gx-iso", x1, y1: y(x1), x2, y2: y(x2) }), value];
  });
}
