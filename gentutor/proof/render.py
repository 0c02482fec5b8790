r"""Markdown as the three forms in which a text of the bank is shown.

``html`` for pages, maths as MathML; ``anki`` the same with maths as ``\( … \)``, which Anki sets;
``text`` for the terminal, maths as Unicode. Raw HTML, links, images and backslash escapes are not
Markdown here: what looks like one comes out as written.
"""

import re
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from gentutor.proof.maths import to_mathml, to_unicode

Rich = dict[str, str]
BREAK = "\ue000"  # of the private area: stands for an empty element until all is escaped
OFF = ("link", "image", "autolink", "html_inline", "html_block", "reference", "entity", "escape")
DOLLARS = {"allow_labels": False, "allow_space": False, "allow_digits": False}


def parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables and dollar maths, without HTML, links, images."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.use(dollarmath_plugin, **DOLLARS, double_inline=True)
    return markdown.disable(OFF)


def for_page(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Return a formula as MathML, without its TeX: a page of questions has hundreds."""
    token = tokens[index]
    return to_mathml(token.content, display=token.type != "math_inline", annotation=False)


def for_anki(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    r"""Return a formula in the brackets that Anki reads."""
    token = tokens[index]
    left, right = (r"\(", r"\)") if token.type == "math_inline" else (r"\[", r"\]")
    return left + escape(token.content.strip(), quote=False) + right


def renderer(maths: Any) -> MarkdownIt:
    """Return a parser whose renderer writes formulas in one way."""
    markdown = parser()
    assert isinstance(markdown.renderer, RendererHTML)
    for kind in ("math_inline", "math_block", "math_inline_double"):
        markdown.renderer.rules[kind] = maths
    return markdown


PAGE, ANKI = renderer(for_page), renderer(for_anki)


def rich(source: str) -> Rich:
    r"""Return a Markdown text as ``html``, ``anki`` and ``text``.

    Raises ValueError where a formula cannot be read.

    >>> rich(r"If $a<b$ & `x[0]`")["anki"]
    '<p>If \\(a&lt;b\\) &amp; <code>x[0]</code></p>'
    >>> rich(r"**Not** $s^2$ <b>")["text"]
    'Not s² <b>'
    """
    tokens = PAGE.parse(source.strip())
    html = PAGE.renderer.render(tokens, PAGE.options, {})
    return {"html": html.strip(), "anki": with_brackets(tokens), "text": plain(tokens)}


def with_brackets(tokens: list[Token]) -> str:
    r"""Return HTML for Anki, in which ``\(`` begins a formula and nothing else."""
    tokens = [token.copy() for token in tokens]
    for token in tokens:
        token.content = broken(token)
        token.children = token.children and [p.copy(content=broken(p)) for p in token.children]
    html = ANKI.renderer.render(tokens, ANKI.options, {})
    return html.strip().replace(BREAK, "<span></span>")


def broken(token: Token) -> str:
    """Return a token's content with a mark within each bracket of Anki's that is no formula."""
    if token.type.startswith("math"):
        return token.content
    return re.sub(r"\\(?=[()\[\]])", lambda match: match[0] + BREAK, token.content)


def plain(tokens: Sequence[Token]) -> str:
    """Return the blocks of a text, one empty line between them."""
    blocks: list[str] = []
    bullets: list[str] = []
    cells: list[str] | None = None
    depth = 0
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                bullets.append(f"{token.info}. " if token.info else "• ")
            case "tr_open":
                cells = []
            case "tr_close":
                blocks.append("| " + " | ".join(cells or []))
                cells = None
            case "inline" if cells is not None:
                cells.append(inline(token.children or []))
            case "inline":
                bullet = bullets.pop() if bullets else ""
                text = inline(token.children or [])
                blocks.append("  " * (depth - 1) + bullet + text if bullet else text)
            case "fence" | "code_block":
                blocks.append(textwrap.indent(token.content.rstrip(), "    "))
            case "math_block":
                blocks.append(textwrap.indent(to_unicode(token.content), "    "))
    joined = "\n\n".join(blocks)
    return re.sub(r"\n\n(?=\s*(?:• |\| |\d+\. ))", "\n", joined)


def inline(tokens: Sequence[Token]) -> str:
    """Return a paragraph's text; emphasis goes, code keeps its ticks."""
    parts = []
    for token in tokens:
        match token.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "code_inline":
                parts.append(f"`{token.content}`")
            case "math_inline" | "math_inline_double":
                parts.append(to_unicode(token.content).replace("\n", "; "))
            case _:
                parts.append(token.content)
    return "".join(parts)
