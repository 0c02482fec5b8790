// PSNR, SSIM and MS-SSIM of two grey images (Float64Array, rows one after another, values in [0, 1]
// or as `range` says), by the formulas of gentutor.metrics with Wang's window; and distortions.

const MS_WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

function meanSquaredError(x, y) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) ** 2;
  return sum / x.length;
}

const psnrOf = (mse, range = 1) => 10 * Math.log10(range ** 2 / mse);

function gaussianTaps(size = 11, sigma = 1.5) {
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** Weighted means at every place where the window fits: (width − n + 1) × (height − n + 1). */
function windowMean(image, width, height, taps) {
  const n = taps.length;
  const half = (n - 1) / 2; // taps are symmetric, so pairs of rows and of columns share one product
  const [wide, high] = [width - n + 1, height - n + 1];
  const out = new Float64Array(wide * high);
  const row = new Float64Array(width); // of means down the columns; small enough for the cache
  for (let r = 0; r < high; r++) {
    const middle = (r + half) * width;
    for (let c = 0; c < width; c++) row[c] = taps[half] * image[middle + c];
    for (let k = 1; k <= half; k++) {
      const [tap, up, down] = [taps[half + k], middle - k * width, middle + k * width];
      for (let c = 0; c < width; c++) row[c] += tap * (image[up + c] + image[down + c]);
    }
    const to = r * wide;
    for (let c = 0; c < wide; c++) out[to + c] = taps[half] * row[c + half];
    for (let k = 1; k <= half; k++) {
      const [tap, left, right] = [taps[half + k], half - k, half + k];
      for (let c = 0; c < wide; c++) out[to + c] += tap * (row[c + left] + row[c + right]);
    }
  }
  return out;
}

/** Both fractions of SSIM at every place: the map is their product. */
function ssimFactors(x, y, width, height, range = 1, taps = gaussianTaps()) {
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const squares = new Float64Array(x.length);
  const products = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    squares[i] = x[i] * x[i] + y[i] * y[i];
    products[i] = x[i] * y[i];
  }
  const [mx, my, ss, xy] = [x, y, squares, products].map((image) => windowMean(image, width, height, taps));
  const luminance = new Float64Array(mx.length);
  const pattern = new Float64Array(mx.length);
  for (let i = 0; i < mx.length; i++) {
    const [both, twice] = [mx[i] * mx[i] + my[i] * my[i], 2 * mx[i] * my[i]];
    luminance[i] = (twice + c1) / (both + c1);
    pattern[i] = (2 * xy[i] - twice + c2) / (ss[i] - both + c2);
  }
  return { luminance, pattern };
}

const meanOf = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Half the size: means of 2 × 2 pixels, an odd row or column left out. */
function halved(image, width, height) {
  const [wide, high] = [width >> 1, height >> 1];
  const out = new Float64Array(wide * high);
  for (let r = 0; r < high; r++)
    for (let c = 0; c < wide; c++) {
      const at = 2 * r * width + 2 * c;
      out[r * wide + c] = (image[at] + image[at + 1] + image[at + width] + image[at + width + 1]) / 4;
    }
  return out;
}

/** MSE, PSNR, SSIM with its map, and MS-SSIM, which needs 176 pixels a side (else NaN). */
function compare(x, y, width, height, range = 1) {
  const mse = meanSquaredError(x, y);
  const first = ssimFactors(x, y, width, height, range);
  const map = first.luminance.map((value, i) => value * first.pattern[i]);
  let msSsim = Math.min(width, height) < 176 ? NaN : 1;
  let [a, b, wide, high, factors] = [x, y, width, height, first];
  for (let scale = 0; scale < MS_WEIGHTS.length && !Number.isNaN(msSsim); scale++) {
    const last = scale === MS_WEIGHTS.length - 1;
    if (scale) factors = ssimFactors(a, b, wide, high, range);
    const values = last ? factors.luminance.map((value, i) => value * factors.pattern[i]) : factors.pattern;
    msSsim *= Math.max(0, meanOf(values)) ** MS_WEIGHTS[scale];
    if (last) break;
    [a, b] = [halved(a, wide, high), halved(b, wide, high)];
    [wide, high] = [wide >> 1, high >> 1];
  }
  return { mse, psnr: psnrOf(mse, range), ssim: meanOf(map), msSsim, map };
}

// Distortions ------------------------------------------------------------------------------

/** Uniform numbers in (0, 1) from a seed (mulberry32). */
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

const kept = new Map(); // noise by its length, so that a slider moves its strength alone
function noiseOf(length) {
  if (!kept.has(length)) {
    const next = uniforms(1);
    const values = Float64Array.from({ length }, () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()));
    kept.set(length, values);
  }
  return kept.get(length);
}

/** A Gaussian blur of `sigma` pixels; the image is mirrored at its border. */
function blurOf(image, width, height, sigma) {
  const reach = Math.min(Math.ceil(3 * sigma) + 1, width - 1, height - 1);
  const mirror = (i, n) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
  const [wide, high] = [width + 2 * reach, height + 2 * reach];
  const padded = new Float64Array(wide * high);
  for (let r = 0; r < high; r++) {
    const from = mirror(r - reach, height) * width;
    for (let c = 0; c < wide; c++) padded[r * wide + c] = image[from + mirror(c - reach, width)];
  }
  return windowMean(padded, wide, high, gaussianTaps(2 * reach + 1, sigma));
}

const COSINES = Array.from({ length: 8 }, (_, k) =>
  Float64Array.from({ length: 8 }, (_, i) => Math.cos(((2 * i + 1) * k * Math.PI) / 16) * (k ? 0.5 : Math.SQRT1_2 / 2)),
);
/** The 8 × 8 blocks of JPEG: cosine transform, coefficients rounded to coarser steps, and back. */
function blocksOf(image, width, height, step) {
  const out = Float64Array.from(image);
  const [block, half] = [new Float64Array(64), new Float64Array(64)];
  for (let top = 0; top + 8 <= height; top += 8)
    for (let left = 0; left + 8 <= width; left += 8) {
      for (let k = 0; k < 8; k++)
        for (let c = 0; c < 8; c++) {
          let sum = 0;
          for (let i = 0; i < 8; i++) sum += COSINES[k][i] * image[(top + i) * width + left + c];
          half[8 * k + c] = sum;
        }
      for (let k = 0; k < 8; k++)
        for (let l = 0; l < 8; l++) {
          let sum = 0;
          for (let c = 0; c < 8; c++) sum += COSINES[l][c] * half[8 * k + c];
          const size = step * (1 + k + l);
          block[8 * k + l] = Math.round(sum / size) * size;
        }
      for (let i = 0; i < 8; i++)
        for (let l = 0; l < 8; l++) {
          let sum = 0;
          for (let k = 0; k < 8; k++) sum += COSINES[k][i] * block[8 * k + l];
          half[8 * i + l] = sum;
        }
      for (let i = 0; i < 8; i++)
        for (let c = 0; c < 8; c++) {
          let sum = 0;
          for (let l = 0; l < 8; l++) sum += COSINES[l][c] * half[8 * i + l];
          out[(top + i) * width + left + c] = sum;
        }
    }
  return out;
}

/** Names, and image = f(image, width, height, strength in [0, 1]). Strength 0 changes nothing. */
const DISTORTIONS = {
  noise: (x, w, h, t) => {
    const grain = noiseOf(x.length);
    return x.map((value, i) => value + 0.3 * t * grain[i]);
  },
  blur: (x, w, h, t) => (t > 0 ? blurOf(x, w, h, 0.2 + 5 * t) : Float64Array.from(x)),
  "JPEG-like blocks": (x, w, h, t) => (t > 0 ? blocksOf(x, w, h, 0.4 * t) : Float64Array.from(x)),
  "salt and pepper": (x, w, h, t) => {
    const next = uniforms(2);
    return x.map((value) => {
      const draw = next();
      return draw < 0.1 * t ? 0 : draw > 1 - 0.1 * t ? 1 : value;
    });
  },
  brighter: (x, w, h, t) => x.map((value) => value + 0.4 * t),
  "more contrast": (x, w, h, t) => {
    const level = meanOf(x);
    return x.map((value) => value + t * (value - level));
  },
  "moved sideways": (x, w, h, t) => {
    const step = Math.round(8 * t);
    return x.map((_, i) => x[i - (i % w) + Math.min(w - 1, (i % w) + step)]);
  },
};

/** The distorted image; `mse` above 0 scales the change to exactly that squared error. */
function distorted(name, x, width, height, strength, mse = 0) {
  const y = DISTORTIONS[name](x, width, height, strength);
  const found = meanSquaredError(x, y);
  if (!mse || !found) return y;
  const factor = Math.sqrt(mse / found);
  return y.map((value, i) => x[i] + factor * (value - x[i]));
}
