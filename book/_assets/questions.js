// Starts the questions that stand in a chapter, and keeps what the reader answers.
document.addEventListener("gq-review", ({ detail }) => globalThis.gentutor.progress.add(detail));
document.querySelectorAll(".bd-article [data-question]").forEach((section) => globalThis.gentutor.start(section));
