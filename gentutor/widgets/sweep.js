const PANELS = { Images: imagesPanel, Bars: barsPanel, Plane: planePanel, Curves: curvesPanel };

function render({ model, el }) {
  const arrays = readArrays(model);
  const [label, steps, texts] = ["label", "steps", "readout"].map((name) => model.get(name));
  const put = setter(model);
  const control = slider({
    label,
    min: 0,
    max: steps.length - 1,
    step: 1,
    text: (i) => steps[i],
    onInput: (index) => put({ index }),
  });
  const numbers = readout(Object.keys(texts));
  const cell = (spec) => {
    const { picture, show, key } = PANELS[spec.kind](spec, arrays, steps);
    picture.setAttribute("role", "img");
    const describe = (i) => {
      show(i, spec.words[i]);
      picture.setAttribute("aria-label", spec.words[i]);
    };
    return { element: panel(spec.title, picture, ...(key ? [key] : [])), describe };
  };
  const columns = model.get("panels").map((column) => column.map(cell));
  const stacks = columns.map((cells) => html("div", {}, ...cells.map(({ element }) => element)));
  const controls = html("div", { class: "gx-controls" }, control.element, numbers.element);
  frame(el, model, `Explorable: ${label}`, controls, html("div", { class: "gx-panels" }, ...stacks));

  function update() {
    const i = model.get("index");
    control.show(i);
    numbers.show(Object.fromEntries(Object.entries(texts).map(([name, said]) => [name, said[i]])));
    for (const { describe } of columns.flat()) describe(i);
  }
  return onChange(model, ["index"], update);
}

export default { render };
