// Small networks that train in the page: matrix products, layers, Adam, random numbers.
//
// Function declarations alone, without imports, so that they run where they stand (a page, Node)
// and in a worker that is started from their text. Matrices are typed arrays, row by row; a layer
// is y = f(x W + b) with W (in, out). `trainer_vae.js` shows how an objective is built of these.

/**
 * C += A B in plain JavaScript, sixteen sums at a time. C is (rows, cols), B is (inner, cols) and
 * A(r, k) stands at a[r down + k along], so that the same code takes A or its transpose.
 */
function plainProduct(c, a, b, rows, inner, cols, down, along) {
  const lastRow = rows - (rows % 4);
  const lastCol = cols - (cols % 4);
  for (let r = 0; r < lastRow; r += 4) {
    for (let j = 0; j < lastCol; j += 4) {
      let a0 = r * down, a1 = a0 + down, a2 = a1 + down, a3 = a2 + down, at = j;
      let p00 = 0, p01 = 0, p02 = 0, p03 = 0, p10 = 0, p11 = 0, p12 = 0, p13 = 0;
      let p20 = 0, p21 = 0, p22 = 0, p23 = 0, p30 = 0, p31 = 0, p32 = 0, p33 = 0;
      for (let k = 0; k < inner; k++) {
        const b0 = b[at], b1 = b[at + 1], b2 = b[at + 2], b3 = b[at + 3];
        const x0 = a[a0], x1 = a[a1], x2 = a[a2], x3 = a[a3];
        p00 += x0 * b0; p01 += x0 * b1; p02 += x0 * b2; p03 += x0 * b3;
        p10 += x1 * b0; p11 += x1 * b1; p12 += x1 * b2; p13 += x1 * b3;
        p20 += x2 * b0; p21 += x2 * b1; p22 += x2 * b2; p23 += x2 * b3;
        p30 += x3 * b0; p31 += x3 * b1; p32 += x3 * b2; p33 += x3 * b3;
        at += cols; a0 += along; a1 += along; a2 += along; a3 += along;
      }
      let to = r * cols + j;
      c[to] += p00; c[to + 1] += p01; c[to + 2] += p02; c[to + 3] += p03; to += cols;
      c[to] += p10; c[to + 1] += p11; c[to + 2] += p12; c[to + 3] += p13; to += cols;
      c[to] += p20; c[to + 1] += p21; c[to + 2] += p22; c[to + 3] += p23; to += cols;
      c[to] += p30; c[to + 1] += p31; c[to + 2] += p32; c[to + 3] += p33;
    }
  }
  for (let r = 0; r < rows; r++) {
    for (let j = r < lastRow ? lastCol : 0; j < cols; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[r * down + k * along] * b[k * cols + j];
      c[r * cols + j] += sum;
    }
  }
}

/** One step of Adam: `rate` and `scale` carry the corrections of the two moments' bias. */
function plainAdam(w, g, m, v, rate, scale, first, second) {
  for (let i = 0; i < w.length; i++) {
    m[i] += first * (g[i] - m[i]);
    v[i] += second * (g[i] * g[i] - v[i]);
    w[i] -= (rate * m[i]) / (Math.sqrt(v[i]) * scale + 1e-8);
  }
}

/** Every row of y becomes b; b += the sum of the rows of y; y = max(0, y); d = 0 where y <= 0. */
function plainPasses() {
  return {
    fill(y, b, rows, cols) {
      for (let r = 0, at = 0; r < rows; r++) for (let j = 0; j < cols; j++, at++) y[at] = b[j];
    },
    sums(b, y, rows, cols) {
      for (let r = 0, at = 0; r < rows; r++) for (let j = 0; j < cols; j++, at++) b[j] += y[at];
    },
    relu(y, count) {
      for (let i = 0; i < count; i++) y[i] *= Number(y[i] > 0); // faster than a branch
    },
    mask(d, y, count) {
      for (let i = 0; i < count; i++) d[i] *= Number(y[i] > 0);
    },
  };
}

/**
 * Where the arithmetic runs. With the bytes of products.wasm (float32 only) it runs in SIMD, and
 * every array lies in that module's memory; without them, or where WebAssembly is missing, in plain
 * JavaScript. `name` says which; `Float` is Float32Array or Float64Array. `relu` and `mask` may touch
 * up to three numbers behind the last that is asked for.
 */
function makeEngine({ Float = Float32Array, bytes = null, megabytes = 8 } = {}) {
  const plain = { name: "JavaScript", allocate: (n) => new Float(n), product: plainProduct, adam: plainAdam, ...plainPasses() };
  if (!bytes || Float !== Float32Array) return plain;
  try {
    const memory = new WebAssembly.Memory({ initial: 16 * megabytes });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { page: { memory } });
    let used = 0;
    return {
      name: "WebAssembly",
      allocate(n) {
        const array = new Float32Array(memory.buffer, used, n);
        used += 16 * Math.ceil(n / 4);
        return array;
      },
      product: (c, a, b, rows, inner, cols, down, along) =>
        exports.product(c.byteOffset, a.byteOffset, b.byteOffset, rows, inner, cols, 4 * down, 4 * along),
      adam: (w, g, m, v, ...rates) =>
        exports.adam(w.byteOffset, g.byteOffset, m.byteOffset, v.byteOffset, 4 * Math.ceil(w.length / 4), ...rates),
      fill: (y, b, rows, cols) => exports.fill(y.byteOffset, b.byteOffset, rows, cols),
      sums: (b, y, rows, cols) => exports.sums(b.byteOffset, y.byteOffset, rows, cols),
      relu: (y, count) => exports.relu(y.byteOffset, 4 * Math.ceil(count / 4)),
      mask: (d, y, count) => exports.mask(d.byteOffset, y.byteOffset, 4 * Math.ceil(count / 4)),
    };
  } catch {
    return plain; // no WebAssembly, no SIMD, or the page forbids it
  }
}

/** `count` parameters in one array, with their gradients and Adam's moments; `take` hands out views. */
function parameters(engine, count, decay = [0.9, 0.999]) {
  const [values, gradients, means, squares] = [0, 0, 0, 0].map(() => engine.allocate(count));
  let taken = 0;
  let steps = 0;
  return {
    values,
    gradients,
    take(n) {
      taken += n;
      if (taken > count) throw new RangeError(`parameters: expected at most ${count}, got ${taken}`);
      return [values, gradients].map((array) => array.subarray(taken - n, taken));
    },
    /** Minimise: one step of Adam (Kingma and Ba, 2015), by default with torch's rates of decay. */
    adam(rate) {
      steps++;
      const [first, second] = decay.map((d) => 1 - d ** steps);
      engine.adam(values, gradients, means, squares, rate / first, 1 / Math.sqrt(second), 1 - decay[0], 1 - decay[1]);
    },
  };
}

/** How many parameters a network of these widths has. */
function parameterCount(sizes) {
  return sizes.slice(1).reduce((sum, out, i) => sum + (sizes[i] + 1) * out, 0);
}

/**
 * A multilayer perceptron of widths `sizes` for up to `rows` examples; `hidden` and `output` name
 * the functions after the inner layers and the last: "linear", "relu", "tanh" or "sigmoid". Its parameters come out of `store`, W before b.
 */
function network(engine, store, sizes, rows, { hidden = "relu", output = "linear" } = {}) {
  const layers = sizes.slice(1).map((out, i) => {
    const [W, dW] = store.take(sizes[i] * out);
    const [b, db] = store.take(out);
    const [y, dy] = [0, 0].map(() => engine.allocate(rows * out));
    const shape = i < sizes.length - 2 ? hidden : output;
    return { in: sizes[i], out, W, dW, b, db, y, dy, shape, turned: engine.allocate(sizes[i] * out) };
  });
  const last = layers.at(-1);
  const dx = engine.allocate(rows * sizes[0]);
  let input = null;
  return {
    layers,
    output: last.y,
    /** The gradient at the output: fill it in, then call `backward`. */
    gradient: last.dy,
    /** Uniform in ±1/√in, PyTorch's own start. */
    start(random) {
      for (const { W, b, in: n } of layers) {
        for (const array of [W, b]) for (let i = 0; i < array.length; i++) array[i] = (2 * random.uniform() - 1) / Math.sqrt(n);
      }
    },
    /** Map the first `n` rows of x; what backward needs is kept. */
    forward(x, n = rows) {
      input = x;
      for (const { W, b, y, in: inner, out, shape } of layers) {
        engine.fill(y, b, n, out);
        engine.product(y, x, W, n, inner, out, inner, 1);
        if (shape === "relu") engine.relu(y, n * out);
        else applyShape(y, n * out, shape);
        x = y;
      }
      return x;
    },
    /**
     * Add the gradients of W and b (unless `weights` is false) to the store's, from `gradient`,
     * which is overwritten. With `toInput` return that of x.
     */
    backward(n = rows, { toInput = false, weights = true } = {}) {
      for (let i = layers.length - 1; i >= 0; i--) {
        const { W, dW, db, y, dy, in: inner, out, shape, turned } = layers[i];
        if (shape === "relu") engine.mask(dy, y, n * out);
        else scaleBySlope(dy, y, n * out, shape);
        if (weights) engine.product(dW, i ? layers[i - 1].y : input, dy, inner, n, out, 1, inner);
        if (weights) engine.sums(db, dy, n, out);
        if (!i && !toInput) return null;
        const below = i ? layers[i - 1].dy : dx;
        for (let j = 0, at = 0; j < out; j++) for (let k = 0; k < inner; k++, at++) turned[at] = W[k * out + j];
        below.fill(0, 0, n * inner);
        engine.product(below, dy, turned, n, out, inner, out, 1);
      }
      return dx;
    },
  };
}

/** y = f(y), in place; ReLU is the engine's. */
function applyShape(y, count, shape) {
  if (shape === "tanh") for (let i = 0; i < count; i++) y[i] = Math.tanh(y[i]);
  if (shape === "sigmoid") for (let i = 0; i < count; i++) y[i] = 1 / (1 + Math.exp(-y[i]));
}

/** dy times f'(x), which each f allows to be read off its value y. */
function scaleBySlope(dy, y, count, shape) {
  if (shape === "tanh") for (let i = 0; i < count; i++) dy[i] *= 1 - y[i] * y[i];
  if (shape === "sigmoid") for (let i = 0; i < count; i++) dy[i] *= y[i] * (1 - y[i]);
}

/** Random numbers with a seed and a stream: sfc32 (Doty-Humphrey), and Box and Muller's normals. */
function makeRandom(seed, stream = 0) {
  let a = seed >>> 0, b = stream >>> 0, c = 0x9e3779b9, count = 1, spare = null;
  const uniform = () => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i++) uniform(); // mixes the seed in
  const normal = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** Minibatches without replacement: `next()` gives the rows of one; every epoch is shuffled anew. */
function minibatches(count, size, random) {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let at = count;
  const next = () => {
    if (at + size > count) {
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(random.uniform() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      at = 0;
    }
    at += size;
    return order.subarray(at - size, at);
  };
  return { next };
}

/** What a worker needs of this file. */
const ENGINE = [plainProduct, plainAdam, plainPasses, makeEngine, parameters, parameterCount, network]
  .concat([applyShape, scaleBySlope, makeRandom, minibatches]);
