// Runs mode_scores.js in Node: JSON with the data and settings in, JSON with every score out.

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const file = join(__dirname, "..", "..", "gentutor", "widgets", "mode_scores.js");
const api = new Function(`${readFileSync(file, "utf8")}\nreturn { generate, allScores };`)();
const { data, settings } = JSON.parse(readFileSync(0, "utf8"));
const found = settings.map((chosen) => {
  const fake = api.generate({ ...data, ...chosen });
  return { fake, scores: api.allScores(data, fake) };
});
process.stdout.write(JSON.stringify(found));
