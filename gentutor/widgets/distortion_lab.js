const LARGEST = 20e6; // bytes of a file of the reader's own
const OWN = "own";

/** A canvas of one image in grey; values outside [0, 1] are clipped. */
function greyCanvas(label) {
  const element = html("canvas", { class: "gx-grey", role: "img", "aria-label": label });
  const draw = (values, width, height, words) => {
    Object.assign(element, { width, height });
    const image = new ImageData(width, height);
    for (let i = 0; i < values.length; i++) {
      image.data.fill(255 * Math.min(1, Math.max(0, values[i])), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    element.getContext("2d").putImageData(image, 0, 0);
    element.setAttribute("aria-label", words);
  };
  return { element, draw };
}

/** The middle of a file's picture as `side` × `side` grey values; it is read here and sent nowhere. */
async function readPicture(file, side) {
  if (file.size > LARGEST) throw new Error("it is larger than 20 MB");
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error("this browser cannot read it as a picture; PNG, JPEG and WebP work");
  }
  const small = Math.min(bitmap.width, bitmap.height);
  const context = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
  context.fillStyle = "white"; // under what is transparent
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (bitmap.width - small) / 2, (bitmap.height - small) / 2, small, small, 0, 0, side, side);
  bitmap.close();
  const { data } = context.getImageData(0, 0, side, side);
  return Float64Array.from({ length: side ** 2 }, (_, i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 765);
}

/** LPIPS at a strength, on a straight line between the recorded `strengths`; whole pixels for a step. */
function lpipsAt(distortion, strengths, values, strength) {
  const t = distortion === "moved sideways" ? Math.round(8 * strength) / 8 : strength;
  if (t === 0) return 0;
  const after = Math.max(1, strengths.findIndex((value) => value >= t));
  const [from, to] = [strengths[after - 1], strengths[after]];
  return values[after - 1] + ((values[after] - values[after - 1]) * (t - from)) / (to - from);
}

function choice(label, options, onChange) {
  const id = uniqueId();
  const select = html("select", { id }, ...options.map((name) => html("option", { value: name }, name)));
  select.addEventListener("change", () => onChange(select.value));
  return { element: html("span", { class: "gx-choice" }, html("label", { for: id }, label), select), select };
}

function render({ model, el }) {
  const { images, lpips, strengths } = readArrays(model);
  const side = images.shape[1];
  const shipped = Array.from({ length: images.shape[0] }, (_, i) => Float64Array.from(images.row(i), (value) => value / 255));
  let own = null;
  /** Recorded for the photographs; a reader's own picture would need the network. */
  const lpipsOf = (distortion, t, equal) => {
    if (own) return "needs its network";
    const [place, kind] = [model.get("names").indexOf(model.get("photograph")), Object.keys(DISTORTIONS).indexOf(distortion)];
    const count = strengths.length;
    const from = (2 * kind + (equal ? 1 : 0)) * count;
    return fixed(lpipsAt(distortion, strengths, lpips.row(place).subarray(from, from + count), t), 3);
  };
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    update();
  };

  const photo = choice("Photograph", model.get("names"), (name) => {
    own = null;
    put({ photograph: name });
  });
  const kind = choice("Distortion", Object.keys(DISTORTIONS), (distortion) => put({ distortion }));
  const strength = slider({
    label: "Strength",
    min: 0,
    max: 1,
    step: 0.01,
    text: (value) => fixed(value),
    onInput: (value) => put({ strength: value }),
  });
  const holdId = uniqueId();
  const hold = html("input", { type: "checkbox", id: holdId });
  hold.addEventListener("change", () => put({ equal_error: hold.checked }));
  const held = html("span", { class: "gx-choice" }, hold, html("label", { for: holdId }, `Scale the change to MSE ${brief(model.get("mse"))}`));

  const fileId = uniqueId();
  const file = html("input", { type: "file", id: fileId, accept: "image/*" });
  const message = html("p", { class: "gx-hint", role: "status" }, "Your own picture stays in this browser: it is read here and sent nowhere.");
  file.addEventListener("change", async () => {
    const [picked] = file.files;
    if (!picked) return;
    try {
      own = await readPicture(picked, side);
      message.textContent = `Your picture, its middle at ${side} × ${side} pixels in grey. It has not left this browser.`;
    } catch (error) {
      message.textContent = `${picked.name}: ${error.message}. The photograph stays.`;
    }
    file.value = "";
    update();
  });
  const ownPicture = html("span", { class: "gx-choice" }, html("label", { for: fileId }, "Your own picture"), file);

  const canvases = { reference: greyCanvas("reference"), image: greyCanvas("image"), map: greyCanvas("SSIM map") };
  const titles = { reference: "Reference", image: "Distorted", map: "SSIM map (1 is white)" };
  const panels = Object.entries(canvases).map(([name, { element }]) => panel(titles[name], element));
  const numbers = readout(["MSE", "PSNR", "SSIM", "MS-SSIM", ...(lpips ? ["LPIPS"] : [])]);
  const recorded = `LPIPS-efficientnet-lite0 cannot run here. It was recorded for the photographs at ${strengths?.length} strengths of each distortion and is read on straight lines between them. For a picture of your own it is not computed.`;
  const controls = html(
    "div",
    { class: "gx-controls" },
    html("div", { class: "gx-row" }, photo.element, kind.element, held),
    strength.element,
    html("div", { class: "gx-row" }, ownPicture),
    message,
    numbers.element,
    ...(lpips ? [html("p", { class: "gx-hint" }, recorded)] : []),
  );
  const root = frame(el, model, "Explorable: distortion lab", controls, html("div", { class: "gx-panels gx-three" }, ...panels));
  root.classList.add("gx-distortion-lab");

  function update() {
    const [distortion, t] = [model.get("distortion"), model.get("strength")];
    const equal = model.get("equal_error");
    photo.select.value = model.get("photograph");
    kind.select.value = distortion;
    hold.checked = equal;
    strength.show(t);
    const reference = own ?? shipped[model.get("names").indexOf(model.get("photograph"))];
    const image = distorted(distortion, reference, side, side, t, equal ? model.get("mse") : 0);
    const found = compare(reference, image, side, side);
    const inner = side - 10;
    const same = found.mse === 0;
    canvases.reference.draw(reference, side, side, own ? "your picture in grey" : `photograph: ${model.get("photograph")}`);
    canvases.image.draw(image, side, side, `the same with ${distortion}, strength ${fixed(t)}`);
    canvases.map.draw(found.map, inner, inner, `SSIM of ${inner} × ${inner} places, mean ${fixed(found.ssim, 3)}`);
    numbers.show({
      MSE: same ? "0" : found.mse.toFixed(5),
      PSNR: same ? "∞ dB" : `${fixed(found.psnr)} dB`,
      SSIM: fixed(found.ssim, 4),
      "MS-SSIM": fixed(found.msSsim, 4),
      LPIPS: lpips && lpipsOf(distortion, t, equal),
    });
  }
  return onChange(model, ["photograph", "distortion", "strength", "equal_error"], update);
}

export default { render };
