"""Pages made of the bank, the ledger and the chapters say what those say, and their links lead."""

import json
import re
from pathlib import Path

import pytest
import yaml
from bank_pages import DIAGNOSTIC, bank_of, count, diagnostic, wrong_answers
from clinic import bugs
from made import MADE, made
from sheets import cheat_sheets, read_chapter, table
from terms import glossary_terms, pattern_of

from gentutor.bank.exercises import load, names
from gentutor.bank.ledger import load_ledger
from gentutor.proof.maths import to_mathml
from gentutor.widgets.question_html import inline, without_tex

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "book").glob("*.md"))
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
PLAIN = list((ROOT / "gentutor" / "plain").glob("*.py"))
LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")


def page(name: str) -> str:
    """Return the source of a page, as it stands."""
    return (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")


def heading_names(text: str) -> set[str]:
    """Return the names by which MyST links to headings."""
    found = re.findall(r"^#+ (.*)", text, re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.fixture(scope="module")
def places() -> dict[str, set[str]]:
    """Return every place that a link may lead to, by file."""
    found = {}
    for chapter in CHAPTERS:
        cells = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text())["cells"]
        text = "\n\n".join("".join(one["source"]) for one in cells)
        labels = set(re.findall(r"<!-- (?:figure|equation): (\S+) -->", text))
        claims = {f"claim-{name}" for name in re.findall(r"<!-- claim: (\S+) -->", text)}
        found[f"notebooks/{chapter}.ipynb"] = heading_names(text) | labels | claims
    for question in bank_of(ROOT)["questions"]:
        where, _, place = question["anchor"].partition("#")
        found[where.replace(".html", ".ipynb")].add(place)
    for path in PAGES:
        found[f"book/{path.name}"] = heading_names(made_text(path))
    ledger = load_ledger(ROOT / "gentutor" / "bank" / "claims.yml")
    found["book/claims.md"] |= {f"claim-row-{claim.id}" for claim in ledger.published()}
    bib = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    found["book/references.md"] |= set(re.findall(r"^@\w+\{(\w+),", bib, re.M))
    return found


def made_text(path: Path) -> str:
    """Return a page with everything made, except the programs of the clinic, which would run."""
    text = path.read_text(encoding="utf-8")
    return made(ROOT, re.sub(r"<!-- made: bugs .*", "", text))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_of_a_page_leads_somewhere(path, places):
    text = re.sub(r"^```.*?^```", "", made_text(path), flags=re.M | re.S)
    for target in LINK.findall(text):
        file, _, place = target.partition("#")
        home = (path.parent / file).resolve() if file else path
        assert home.is_file(), target
        if place:
            assert place in places[home.relative_to(ROOT).as_posix()], target


def test_an_unknown_maker_or_argument_is_refused():
    with pytest.raises(ValueError, match=r"expected one of bugs, .*got 'nothing'"):
        made(ROOT, "# A\n\n<!-- made: nothing -->\n")
    with pytest.raises(ValueError, match="one to write"):
        bugs(ROOT, "vae/kl")
    with pytest.raises(ValueError, match="nearest: vae/kl"):
        bugs(ROOT, "vae/lk")
    with pytest.raises(ValueError, match=r"expected one table .* found 0"):
        table(ROOT, "07_psnr | nothing |")
    with pytest.raises(ValueError, match=r"expected the name of a chapter, got '14_more'"):
        table(ROOT, "14_more | x |")
    with pytest.raises(ValueError, match=r"expected chapters, .*got 'stars'"):
        count(ROOT, "{stars} of them")
    assert made(ROOT, "One\n<!-- made: count {chapters} -->\n") == f"One\n{len(CHAPTERS)}\n"


def test_a_picture_stands_where_it_was_drawn(tmp_path):
    line = "<!-- made: picture a.svg | Two curves. | What a date is worth. -->"
    assert made(tmp_path, line) == ""
    (tmp_path / "book" / "_assets").mkdir(parents=True)
    (tmp_path / "book" / "_assets" / "a.svg").write_text("<svg/>")
    assert made(tmp_path, line).splitlines() == [
        "```{figure} _assets/a.svg",
        ":alt: Two curves.",
        "",
        "What a date is worth.",
        "```",
    ]


def test_wrong_answers_are_those_of_the_bank_with_their_refutations():
    text = wrong_answers(ROOT)
    asked = [one for one in bank_of(ROOT)["questions"] if one["kind"] == "refute"]
    assert len(asked) > 20
    said = text.count('class="gt-said"')
    for question in asked:
        variant = question["variants"][0]
        for choice in variant["choices"]:
            statement = without_tex(f"“{inline(choice['text']['html'])}”</p>")
            assert (statement in text) == choice["correct"], question["id"]
            said -= choice["correct"]
        assert variant["refutation"]["code"] in text
        assert variant["refutation"]["output"] in text
        assert text.count(f"#question-{question['id']})") == 1
    assert said == 0  # and no others


def test_the_clinic_has_every_program_to_mend_once():
    listed = [
        name
        for made_by, argument in MADE.findall(page("bug_clinic"))
        if made_by == "bugs"
        for name in argument.split()
    ]
    mends = [name for name in names() if load(name).kind == "mend"]
    assert sorted(listed) == sorted(mends)


def test_a_program_of_the_clinic_comes_with_symptom_command_and_mending():
    text = bugs(ROOT, "is/reversed-kl")
    exercise = load("is/reversed-kl")
    assert text.startswith(f"### {exercise.title}\n")
    assert re.search(r"```text\nrows of 0.8: score 1\.6\d+ of 3\n", text)
    story, given = exercise.text.split("\n\n", 1)
    for part in ("gentutor write is/reversed-kl\n", story, given, exercise.solution()):
        assert part in text
    assert "gentutor check is/reversed-kl is_reversed_kl.py" in text
    folded = text.index("<details")
    program = (exercise.folder / "starter.py").read_text().rstrip()
    assert folded < text.index(program) < text.index(exercise.solution())


def test_sixty_formulas_that_can_be_set_each_derived_and_claimed(places):
    groups = yaml.safe_load((ROOT / "book" / "formulas.yml").read_text(encoding="utf-8"))
    formulas = [one for group in groups for one in group["formulas"]]
    assert len(formulas) == 60
    assert len({one["tex"] for one in formulas}) == 60
    ledger = load_ledger(ROOT / "gentutor" / "bank" / "claims.yml")
    for one in formulas:
        chapter, _, place = one["at"].partition("#")
        assert place in places[f"notebooks/{chapter}.ipynb"], one["name"]
        assert ledger.claims[one["claim"]].status == "published", one["name"]
        assert to_mathml(one["tex"], display=False).startswith("<math")


def test_a_cheat_sheet_holds_what_its_chapter_holds():
    text = cheat_sheets(ROOT)
    assert text.count("{container} gt-sheet") == len(CHAPTERS)
    for name in CHAPTERS:
        chapter = read_chapter(ROOT, name)
        assert f"## {chapter.title}\n" in text
        assert chapter.section("Take away") in text
        assert chapter.table("| symptom |") in text
        assert chapter.plain in text
        assert any(chapter.plain == plain.read_text().rstrip() for plain in PLAIN), name
    assert "Numbers to remember" in text
    assert "<!--" not in text  # no label of a claim is said twice


def test_the_comparison_has_every_model_and_metric_of_its_chapters():
    text = made_text(ROOT / "book" / "compare.md")
    for start in ("| Family | Likelihood", "| metric | compares", "| metric | needs"):
        (lines,) = re.findall(rf"^{re.escape(start)}.*(?:\n\|.*)+", text, re.M)
        assert lines.count("\n") > 8
    rows = [row.strip() for row in re.findall(r"^\| *\W*([\w -]+)", text, re.M)]
    for name in ("Autoencoder", "VAE", "VQ-VAE", "Flow", "Autoregressive", "GAN", "WGAN"):
        assert rows.count(name) == 2, name
    for name in ("PSNR", "SSIM", "LPIPS", "FID", "KID", "Inception Score"):
        assert rows.count(name) == 2, name


def test_the_diagnostic_asks_twelve_subjects_that_the_page_can_judge():
    known = {question["id"]: question for question in bank_of(ROOT)["questions"]}
    asked = [known[name] for name in DIAGNOSTIC]
    assert len({question["section"] for question in asked}) == 12
    assert {question["kind"] for question in asked} <= {"single", "many", "numeric"}
    assert sum(question["seconds"] for question in asked) <= 15 * 60
    html = diagnostic(ROOT)
    assert re.findall(r'data-question="([^"]+)"', html) == list(DIAGNOSTIC)
    for question in asked:
        chapter = question["anchor"].partition("#")[0]
        assert f'data-chapter="../{chapter}"' in html


@pytest.mark.parametrize(
    ("plan", "hours"),
    [
        *(("three-hours", 3), ("three-days-models", 3)),
        *(("three-days-adversaries", 3), ("three-days-metrics", 3)),
        *((f"three-weeks-{week}", 7) for week in (1, 2, 3)),
    ],
)
def test_a_plan_takes_no_longer_than_it_says(plan, hours):
    text = page("study_plan").partition(f'data-plan="{plan}"')[2].partition("</div>")[0]
    steps = re.findall(r"^\d+\. (.*)", text, re.M)
    minutes = [int(re.search(r"· (\d+) min$", step)[1]) for step in steps]
    assert 0.9 * hours <= sum(minutes) / 60 <= hours
    assert all("](" in step or "`gentutor " in step for step in steps)


def test_exercises_that_a_page_names_exist():
    for path in (*PAGES, ROOT / "README.md"):
        for name in re.findall(r"gentutor (?:write|check|hint) (\w+/[\w-]+)", path.read_text()):
            assert load(name), path.name


def test_every_term_of_the_glossary_is_used_in_a_chapter_and_stands_in_order():
    terms = glossary_terms(page("glossary"))
    assert len(terms) > 20
    assert terms == sorted(terms, key=str.lower)
    prose = "\n".join(read_chapter(ROOT, name).text for name in CHAPTERS)
    assert [term for term in terms if not pattern_of(term).search(prose)] == []


def test_every_source_says_what_it_is_good_for():
    bib = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"^@", bib, flags=re.M)[1:]
    assert len(entries) > 100
    notes = [re.search(r"note = \{\{(.+)\}\}", entry)[1] for entry in entries]
    assert all(note.endswith(".") and len(note) < 100 for note in notes)
    assert len(set(notes)) == len(notes)
