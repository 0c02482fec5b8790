// Runs image_pairs.js and range_and_dtype.js in Node on one case: JSON in, JSON out.

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, "..", "..", "gentutor", "widgets");
const text = ["image_pairs.js", "range_and_dtype.js"].map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
const api = new Function(`${text.replace("export default", "const shown =")}\nreturn { compare, distorted, DISTORTIONS, STORED, reading, noiseOf };`)();

const { x, width, height, range = 1, cases = [], readings = [], y } = JSON.parse(readFileSync(0, "utf8"));
const image = Float64Array.from(x);
const found = cases.map(({ name, strength, mse }) => {
  const changed = api.distorted(name, image, width, height, strength, mse);
  const { map, ...numbers } = api.compare(image, changed, width, height, range);
  return { ...numbers, map: Array.from(map), image: Array.from(changed) };
});
const other = y && Float64Array.from(y);
const answer = {
  found,
  names: Object.keys(api.DISTORTIONS),
  stored: Object.keys(api.STORED),
  compared: other && { ...api.compare(image, other, width, height, range), map: undefined },
  readings: readings.map((how) => api.reading(image, other, how)),
  noise: Array.from(api.noiseOf(image.length)),
};
process.stdout.write(JSON.stringify(answer, (key, value) => (value === Infinity ? "inf" : value)));
