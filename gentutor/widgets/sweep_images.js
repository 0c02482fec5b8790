/** Square images in ink: those of the step, or the same at every step. */
function imagesPanel({ pixels, swept, columns }, arrays) {
  const images = arrays[pixels];
  const grid = digits({ columns, side: images.shape.at(-1) });
  const show = (i, words) => grid.draw(swept ? images.row(i) : images, words);
  return { picture: grid.element, show };
}
