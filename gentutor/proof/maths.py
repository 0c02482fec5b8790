r"""TeX as MathML for pages, and as Unicode text for the terminal.

The parsing is done by math-core, https://pypi.org/project/math-core/. What this file adds is the
little that math-core passes over in silence or that Chromium lays out wrongly, and a walk through
its tree that writes text. (Of the libraries that turn TeX into text, pylatexenc 2.11 reads
``\tfrac12`` as 12 and ``\frac{D/2}{d}`` as D/2/d, and unicodeit 0.7.5 leaves fractions as TeX.)
"""

import html
import re
import unicodedata
from xml.etree import ElementTree as ET

from math_core import LatexError, LatexToMathML

CONVERTERS = {kept: LatexToMathML(annotation=kept, fancy_error=False) for kept in (True, False)}

# The book numbers equations, so math-core must not: an amsmath environment becomes its inner form.
INNER = {"equation": "gathered", "gather": "gathered", "align": "aligned", "split": "aligned"}
ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(INNER)})\*?\}}")
ROW_SKIP = re.compile(r"(?<!\\)((?:\\\\)+)\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")
BLANK_LINE = re.compile(r"\n\s*\n")
# Chromium does not stretch a \bigr… that carries a script unless it stands in a row of its own.
SCRIPTED_FENCE = re.compile(r"(<m(?:sub|sup|subsup)>)(<mo [^>]*minsize=[^>]*>[^<]*</mo>)")
# \textcolor{encoder}{…}: a role of the book, whose colour the style sheet sets for light and dark.
# math-core knows colours and no roles, so each role borrows a colour on its way through.
ROLES = {
    "encoder": ("red", "#FF0000"),
    "decoder": ("green", "#03FF00"),
    "generator": ("blue", "#0000FF"),
    "critic": ("cyan", "#00B9F2"),
    "real": ("magenta", "#FB3199"),
    "fake": ("yellow", "#FFEB3D"),
}
ROLE = re.compile(rf"\\textcolor\{{({'|'.join(ROLES)})\}}")

NAMED = re.compile(r"&(?!lt;|gt;|amp;|quot;)\w+;")  # entities that XML does not know
INVISIBLE = re.compile("[\u2061-\u2064\ufe00-\ufe0f]")
SPACED = set("=≠<>≤≥≪≫≈≃≅∼≡∝→←↔↦⇒⇐⇔∈∉⊂⊆∪∩∣+−±∓×⋅∘⊙⊗⊕∧∨:≔&")
LIMITS, BIG = ("msub", "msup", "munder", "msubsup", "munderover"), set("∑∏∫∬⋃⋂")
OPENS, CLOSES = set("([{⟨⌊⌈"), set(")]}⟩⌋⌉,;.!′")
ACCENTS = {"^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "¯": "\u0304", "̲": "\u0304"}
ACCENTS |= {"→": "\u20d7", "˙": "\u0307", "¨": "\u0308", "‾": "\u0304", "_": "\u0304"}
HALVES = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/8": "⅛"}
RAISED = dict(zip("0123456789+−=()nijkT′*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱʲᵏᵀ′*", strict=True))
LOWERED = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
SMALL = f"[{re.escape(''.join([*RAISED.values(), *LOWERED.values()]))}]"


def normalise(tex: str) -> str:
    r"""Rewrite what math-core does not read into the equal form that it does.

    Row gaps, as in ``\\[6pt]``, are dropped. Lines of a display that stand in no environment are
    aligned, as Sphinx does for its other renderers.

    >>> normalise(r"\begin{align} a &= b \\[6pt] &= c \end{align}")
    '\\begin{aligned} a &= b \\\\ &= c \\end{aligned}'
    >>> normalise(r"a &= b \\ &= c")
    '\\begin{aligned}a &= b \\\\ &= c\\end{aligned}'
    """
    tex = BLANK_LINE.sub(r"\\\\\n", tex.strip())
    tex = ROW_SKIP.sub(r"\1", tex)
    tex = ENVIRONMENT.sub(lambda m: rf"\{m[1]}{{{INNER[m[2]]}}}", tex)
    tex = ROLE.sub(lambda m: rf"\textcolor{{{ROLES[m[1]][0]}}}", tex)
    if r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def to_mathml(tex: str, *, display: bool, annotation: bool = True) -> str:
    r"""Return the ``<math>`` element of a formula, with its TeX as annotation or without.

    Raises ValueError, saying what is wrong and near what, when the formula cannot be read.

    >>> to_mathml("x^2", display=False)[:36]
    '<math><semantics><msup><mi>x</mi><mn'
    >>> to_mathml(r"\frac{1}{2} + \fraq{1}{2}", display=True)
    Traceback (most recent call last):
    ValueError: Unknown command "\fraq". Near: \fraq{1}{2}
    >>> "color:var(--encoder)" in to_mathml(r"\textcolor{encoder}{q}", display=False)
    True
    """
    source = normalise(tex)
    try:
        math = CONVERTERS[annotation].convert_with_local_state(source, displaystyle=display)
    except LatexError as error:
        position, _sep, message = str(error).partition(": ")
        near = " ".join(source[int(position) :].split())[:40] or "the end"
        raise ValueError(f"{message} Near: {near}") from None
    for role, (_, colour) in ROLES.items():
        math = math.replace(f"color:{colour};", f"color:var(--{role})")
    return SCRIPTED_FENCE.sub(r"\1<mrow>\2</mrow>", math)


def to_unicode(tex: str) -> str:
    r"""Return a formula as plain text.

    >>> to_unicode(r"\tfrac12\,(\mu^2 + s^2 - 1 - \log s^2)")
    '½ (μ² + s² − 1 − log s²)'
    >>> to_unicode(r"\mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \operatorname{KL}(q \,\|\, p)")
    '𝔼_q(z ∣ x)[log p(x ∣ z)] − KL(q ‖ p)'
    >>> to_unicode(r"\frac{D/2}{d}\,\sqrt{a+b}\,\hat x_{10}^{-1}")
    '((D/2)/d) √(a + b) x̂₁₀⁻¹'
    """
    math = to_mathml(tex, display=False)
    tree = ET.fromstring(NAMED.sub(lambda m: html.unescape(m[0]), math))
    text = INVISIBLE.sub("", linear(tree[0][0]).replace("\u2061", ""))
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n")]
    return "\n".join(lines)


def is_one(text: str) -> bool:
    """Say whether a text can be divided or raised without brackets."""
    plain = "".join(c for c in text if not unicodedata.combining(c))
    return len(plain) <= 1 or bool(re.fullmatch(rf"[\d.]+|[^\W\d]{SMALL}*", plain))


def bracketed(text: str) -> str:
    """Return a text in brackets unless it is one symbol, number or word."""
    return text if is_one(text) else f"({text})"


def script(text: str, mark: str, table: dict[str, str]) -> str:
    """Return a sub- or superscript in small characters if all exist, else behind its mark."""
    tight = text.replace(" ", "")
    if all(c in table for c in tight):
        return "".join(table[c] for c in tight)
    shut = mark == "_" and bool(re.fullmatch(r"\w+\(.*\)|\w+", text))  # E_q(z)[…] reads well
    return mark + (text if shut else bracketed(text))


def fraction(node: ET.Element) -> str:
    """Return a fraction on one line; a binomial coefficient as C(n, k)."""
    above, below = (linear(child).strip() for child in node)
    if node.get("linethickness") == "0":
        return f"{above} over {below}"
    if half := HALVES.get(f"{above}/{below}"):
        return half
    return (f"({above})" if re.search(r"[ /]", above) else above) + f"/{bracketed(below)}"


def row(node: ET.Element) -> str:
    """Return what stands side by side, with space around signs and after named functions."""
    pieces: list[str] = []
    children = list(node)
    for n, child in enumerate(children):
        text = linear(child)
        if child.tag == "mo" and text in SPACED:
            before = "".join(pieces).rstrip()[-1:]
            unary = text in "+−±" and (not before or before in OPENS | SPACED)
            text = text if unary else f" {text} "
        elif child.tag == "mo" and text in ",;":
            text += " "
        elif child.tag == "mo" and text == "\u2061":
            text = " " if child.get("lspace") else ""
        elif child.tag == "mfrac" and "/" in text and len(children) > 1:
            near = [children[k] for k in (n - 1, n + 1) if 0 <= k < len(children)]
            free = all(one.tag == "mo" and (one.text or "") in SPACED | CLOSES for one in near)
            text = text if free else f"({text})"
        elif child.tag in LIMITS and (child[0].text or "") in BIG:
            text += " "
        pieces.append(text)
    return "".join(pieces)


def linear(node: ET.Element) -> str:
    """Return a MathML element as text on one line, or on a line for each row of a table."""
    match node.tag:
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            return node.text or ""
        case "mspace":
            return " " if float(re.sub(r"[^\d.-]", "", node.get("width", "")) or 0) > 0.1 else ""
        case "mfrac":
            return fraction(node)
        case "msqrt":
            return f"√{bracketed(row(node).strip())}"
        case "mroot":
            return f"{script(linear(node[1]), '^', RAISED)}√{bracketed(linear(node[0]))}"
        case "msub" | "munder":
            over = linear(node[1]).strip()
            return linear(node[0]) + ("" if over == "⏟" else script(over, "_", LOWERED))
        case "msup":
            return linear(node[0]) + script(linear(node[1]).strip(), "^", RAISED)
        case "msubsup" | "munderover":
            low, high = (linear(child).strip() for child in node[1:])
            return linear(node[0]) + script(low, "_", LOWERED) + script(high, "^", RAISED)
        case "mover":
            base, mark = linear(node[0]), linear(node[1]).strip()
            accent = ACCENTS.get(mark)
            return "".join(c + accent for c in base) if accent else base
        case "mtable":
            return "\n".join(" ".join(linear(cell) for cell in line) for line in node)
        case _:
            return row(node)
