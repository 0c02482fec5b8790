// The search page: excerpts of the article alone, each formula once, and results that are announced.
(() => {
  "use strict";

  // Excerpts are fetched with their pages, which a browser refuses where there is no server.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  const SILENT = "annotation, script, style, .headerlink, figure.explorable, details.hide, .claim-badge, .claim-proof";

  Search.htmlToText = (page, anchor) => {
    const article = new DOMParser().parseFromString(page, "text/html").querySelector("article");
    article.querySelectorAll(SILENT).forEach((part) => part.remove());
    const part = anchor && article.querySelector(`#${CSS.escape(anchor.slice(1))}`);
    return (part || article).textContent.replace(/\s+/g, " ");
  };

  const { performSearch } = Search;
  Search.performSearch = (query) => {
    performSearch(query);
    Search.status.setAttribute("role", "status");
    if (!localStorage.forThisVisit) return;
    const note = document.createElement("p");
    note.textContent =
      "This browser keeps nothing for this site. What you look for is marked in the pages all the " +
      "same, and your theme stays, until you close this tab.";
    Search.output.before(note);
  };
})();
