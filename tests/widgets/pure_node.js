// Runs pure functions of one widget's source in Node: {file, calls: [[name, [arguments]]]} in, results out.

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const { file, calls } = JSON.parse(readFileSync(0, "utf8"));
const text = readFileSync(join(__dirname, "..", "..", "gentutor", "widgets", file), "utf8").replace("export default", "void");
const names = [...new Set(calls.map(([name]) => name))];
const api = new Function(`${text}\nreturn { ${names.join(", ")} };`)();
const plainly = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);
process.stdout.write(JSON.stringify(calls.map(([name, given]) => api[name](...given)), plainly));
