// What the reader has answered, kept in this browser: an append-only log. Every review is an entry
// of its own, named by time and question, so that two tabs cannot overwrite each other and a file
// that is imported twice counts once. The form is that of gentutor/bank/progress.schema.json.
(() => {
  "use strict";

  const PREFIX = "gentutor:review:";
  const SETTING = "gentutor:setting:";
  const LARGEST = 20_000_000; // characters of a file that is read at all
  const WHERE = ["page", "notebook", "terminal", "mock"];
  const memory = new Map(); // where the browser keeps nothing

  const FIELDS = {
    question: [(v) => typeof v === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(v) && v.length <= 100, "a question's id"],
    rev: [(v) => Number.isInteger(v) && v >= 1, "a whole number from 1"],
    variant: [(v) => Number.isInteger(v) && v >= 0, "a whole number from 0"],
    at: [
      (v) => typeof v === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(v) && sameDate(v),
      "a time such as 2026-11-27T21:00:00.000Z, not in the future",
    ],
    grade: [(v) => [1, 2, 3, 4].includes(v), "1, 2, 3 or 4"],
    correct: [(v) => typeof v === "boolean", "true or false"],
    seconds: [(v) => Number.isFinite(v) && v >= 0 && v <= 86_400, "seconds from 0 to 86400"],
    where: [(v) => WHERE.includes(v), `one of ${WHERE.join(", ")}`],
  };

  /** Whether a time names a real day, not later than tomorrow (clocks differ). */
  function sameDate(text) {
    const time = Date.parse(text);
    return !Number.isNaN(time) && new Date(time).toISOString() === text && time < Date.now() + 86_400_000;
  }

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const short = (value) => String(JSON.stringify(value)).slice(0, 60);

  /** What is wrong with a review, in words; empty where nothing is. */
  function fault(review) {
    if (!isObject(review)) return `expected a review, got ${short(review)}`;
    const stranger = Object.keys(review).find((name) => !Object.hasOwn(FIELDS, name));
    if (stranger !== undefined) return `the field ${short(stranger)} is not known`;
    for (const [name, [fits, expected]] of Object.entries(FIELDS)) {
      if (!fits(review[name])) return `${name}: expected ${expected}, got ${short(review[name])}`;
    }
    return "";
  }

  /** The browser's store, or null where it may not be used. */
  const store = (() => {
    try {
      localStorage.setItem("gentutor:probe", "1");
      localStorage.removeItem("gentutor:probe");
      return localStorage.forThisVisit ? null : localStorage;
    } catch {
      return null;
    }
  })();
  const keyOf = (review) => `${PREFIX}${review.at}:${review.question}`;
  const keys = () => (store ? Object.keys(store) : [...memory.keys()]).filter((key) => key.startsWith(PREFIX));
  const read = (key) => (store ? store.getItem(key) : memory.get(key));
  const write = (key, value) => (store ? store.setItem(key, value) : memory.set(key, value));
  const erase = (key) => (store ? store.removeItem(key) : memory.delete(key));

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** Every sound review, oldest first. */
  function all() {
    const found = keys().map((key) => parse(read(key)));
    return found.filter((review) => !fault(review)).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  /** Keeps one review; false where the browser's store is full. */
  function add(review) {
    try {
      write(keyOf(review), JSON.stringify(review));
      return true;
    } catch {
      return false;
    }
  }

  const exported = () => `${JSON.stringify({ format: 1, reviews: all() }, null, 1)}\n`;

  /**
   * Takes over the reviews of a file, all or none.
   *
   * @param {string} text the file.
   * @returns {number} how many were new.
   * @throws {Error} in words for the reader; the store is as it was.
   */
  function imported(text) {
    if (text.length > LARGEST) throw new Error("The file is larger than 20 MB: it is no progress file.");
    const file = parse(text);
    if (file === undefined) throw new Error("The file is not complete JSON: it may be cut off.");
    if (!isObject(file) || !Object.hasOwn(file, "format")) throw new Error("The file is no progress file.");
    if (file.format !== 1) throw new Error(`The file has format ${short(file.format)}; this page reads format 1.`);
    if (!Array.isArray(file.reviews) || Object.keys(file).length !== 2) {
      throw new Error("Expected the fields format and reviews, and no other.");
    }
    file.reviews.forEach((review, i) => {
      const wrong = fault(review);
      if (wrong) throw new Error(`Review ${i + 1}: ${wrong}.`);
    });
    const before = new Set(keys());
    const fresh = new Map(file.reviews.map((review) => [keyOf(review), review]));
    const news = [...fresh].filter(([key]) => !before.has(key));
    news.forEach(([, review], i) => {
      if (add(review)) return;
      news.slice(0, i).forEach(([key]) => erase(key));
      throw new Error("The browser's store is full: nothing was imported.");
    });
    return news.length;
  }

  const clear = () => keys().forEach(erase);

  const setting = (name, otherwise) => parse(read(SETTING + name) ?? "null") ?? otherwise;
  const set = (name, value) => {
    try {
      write(SETTING + name, JSON.stringify(value));
      return true;
    } catch {
      return false; // the store is full
    }
  };

  const progress = { remembers: store !== null, all, add, exported, imported, clear, setting, set };
  globalThis.gentutor = { ...globalThis.gentutor, progress };
})();
