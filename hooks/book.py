"""The whole book, checked: pages, snippets, outputs, figures, numbers and citations together.

Usable alone: `python hooks/book.py [PAGE ...]` checks the book without building the site.
"""

import difflib
import sys
from dataclasses import dataclass, field
from pathlib import Path

import bound_numbers
import citations
import explore_data
import glossary
import reference_card
from chapters import DOCS, Chapter, check_chapter, read_pages
from exercises import check_exercises
from mutation_record import mutation_tally, read_record
from reading_path import check_path, pages_in_order
from run_snippets import Request, Result, run_all
from scripts import NOTEBOOK, SNIPPETS, BookError, Script, read_script, script_path, shown
from verdicts import find_claims


@dataclass
class Checked:
    """What a check found: pages, results of their snippets, and all problems."""

    chapters: dict[Path, Chapter]
    results: dict[str, Result] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    problems: list[BookError] = field(default_factory=list)

    def figures(self):
        """figure name -> (width, height) in points, of all snippets."""
        return {k: size for r in self.results.values() for k, size in r.figures.items()}

    def page_of(self, problem):
        """The page on which to show a problem: its own, or the first that uses the script."""
        for path, chapter in self.chapters.items():
            if problem.path.parent == SNIPPETS and problem.path.stem in chapter.scripts:
                return path
        return problem.path if problem.path.parent == DOCS else DOCS / "index.md"

    def tally(self):
        """The counts that the index and the colophon state."""
        pages = list(self.chapters.values())
        listings = [f for page in pages for f in page.listings]
        found = [n for page in pages for n in bound_numbers.find_numbers(page)]
        return {
            "listings": len(listings),
            "outputs": sum(f.output is not None for f in listings),
            "figures": len(self.figures()),
            "numbers": len(found),
            "sources": len(citations.read_bibliography()),
            "pages": len(pages),
            **mutation_tally(),
        }


def check(figures=True, only=()):
    """Run what the book shows, and hold every page against it; `only` names single pages."""
    chapters, problems = read_pages(only)
    scripts, unreadable = _read_scripts()
    checked = Checked({chapter.path: chapter for chapter in chapters}, scripts=scripts)
    faults = [fault for chapter in chapters for fault in check_chapter(chapter)]
    problems += _check_form(chapters) + _check_record()
    entries = citations.read_bibliography()
    problems += unreadable + faults
    problems += citations.check_citations(chapters, entries, unused=not only and not problems)
    problems += glossary.check_terms(chapters, unused=not only and not problems)
    if figures:
        checked.results, failed = run_all(requests(chapters, problems))
        if only:
            borrowed, also_failed = _run_makers_elsewhere(chapters, checked.results)
            checked.results |= borrowed
            failed += also_failed
        problems += failed
        broken = {fault.path for fault in faults}
        whole = [chapter for chapter in chapters if chapter.path not in broken]
        problems += _check_against_code(whole, checked.results, failed, entries)
        if not only:
            problems += _unshown_sections(chapters, scripts)
        if not only and not problems:
            problems += _unshown_figures(chapters, checked.results)
    # A fault of a script is met wherever the script is used: once is enough.
    checked.problems = list({str(problem): problem for problem in problems}.values())
    return checked


def _check_form(chapters):
    """What a chapter must have beside its listings: a path, exercises, verdicts on its claims."""
    order, problems = pages_in_order(), []
    for chapter in chapters:
        problems += find_claims(chapter)[1]
        problems += check_path(chapter, order) + check_exercises(chapter)
    return problems


def _check_record():
    try:
        read_record()
    except BookError as error:
        return [error]
    return []


def _read_scripts():
    scripts, problems = {}, []
    for path in [*sorted(SNIPPETS.glob("*.py")), NOTEBOOK]:
        try:
            scripts[path.stem] = read_script(path)
        except BookError as error:
            problems.append(error)
    return scripts, problems


def _check_against_code(chapters, results, failed, entries):
    """Outputs, figures and numbers of pages that can be read, against what their scripts computed."""
    makers, problems = _makers(results)
    for chapter in chapters:
        problems += check_outputs(chapter, results)
        problems += _check_figures(chapter, makers, failed)
        if chapter.snippet in results or not chapter.snippet:
            values = results[chapter.snippet].values if chapter.snippet else {}
            problems += bound_numbers.check_numbers(chapter, values, entries)
    return problems


def _unshown_figures(chapters, results):
    shown_figures = {figure.name for chapter in chapters for figure in chapter.figures}
    shown_figures |= reference_card.figures()
    return [
        BookError(script_path(name), None, f"no page shows its figure {figure}.svg")
        for name, result in results.items()
        for figure in result.figures
        if figure not in shown_figures
    ]


def requests(chapters, problems):
    """One request for each script that a page uses, with all expressions bound to it."""
    wanted = {}
    for chapter in chapters:
        for name in chapter.scripts:
            if script_path(name).is_file():
                wanted.setdefault(name, [])
        try:
            if chapter.snippet in wanted:
                wanted[chapter.snippet] += bound_numbers.expressions(chapter)
        except BookError as error:
            if error not in problems:
                problems.append(error)
    if explore_data.RUN in wanted:
        wanted[explore_data.RUN] += explore_data.expressions().values()
    if explore_data.UNIT in wanted:
        wanted[explore_data.UNIT] += explore_data.unit_expressions()
    if reference_card.SCRIPT in wanted:
        try:
            wanted[reference_card.SCRIPT] += reference_card.expressions()
        except BookError as error:
            problems.append(error)
    return [Request(name, tuple(dict.fromkeys(found))) for name, found in wanted.items()]


def _run_makers_elsewhere(chapters, results):
    """Run what makes the figures that single pages borrow from the scripts of other pages.

    A figure's name begins with a word that stands in the script that saves it: only such scripts are
    run, as the whole book would run them, so that what is in the cache is found there.
    """
    made = {figure for result in results.values() for figure in result.figures}
    missing = {f.name for chapter in chapters for f in chapter.figures} - made
    words = {name.split("-")[0] for name in missing}
    others = requests(read_pages()[0], []) if words else []
    texts = {r.name: script_path(r.name).read_text(encoding="utf-8") for r in others}
    return run_all(
        [
            other
            for other in others
            if other.name not in results and any(f'"{word}-' in texts[other.name] for word in words)
        ]
    )


def _makers(results):
    """figure -> the script that saves it, and a problem for each that two scripts save."""
    makers, problems = {}, []
    for name, result in results.items():
        for figure in result.figures:
            if figure in makers:
                message = f"{figure}.svg is also made by snippets/{makers[figure]}.py"
                problems.append(BookError(script_path(name), None, message))
            makers[figure] = name
    return makers, problems


def check_outputs(chapter, results):
    problems = []
    for fence in chapter.listings:
        if not fence.embed or fence.embed[0] not in results:
            continue
        name, section = fence.embed
        printed = results[name].outputs.get(section, "")
        if fence.output is None and printed:
            message = f"snippets/{name}.py:{section} prints, and the page does not show its output"
            problems.append(BookError(chapter.path, fence.line, message))
        elif fence.output is not None and fence.output != printed:
            message = f"the output shown is not what snippets/{name}.py:{section} prints:\n"
            lines = difflib.unified_diff(
                fence.output.splitlines(), printed.splitlines(), "page", "code", lineterm="", n=1
            )
            problems.append(BookError(chapter.path, fence.line, message + "\n".join(lines)))
    return problems


def _unshown_sections(chapters, scripts):
    """A marked section is a listing: one that no page shows was lost from its page."""
    embedded = {fence.embed for chapter in chapters for fence in chapter.listings}
    problems = []
    for name in dict.fromkeys(c.snippet for c in chapters if c.snippet in scripts):
        script = scripts[name]
        for section in script.sections.values():
            if (name, section.name) not in embedded:
                message = f"no page shows the section {section.name!r}"
                problems.append(BookError(script.path, section.start, message))
    return problems


def _check_figures(chapter, makers, failed):
    problems = []
    for figure in chapter.figures:
        if figure.name not in makers:
            if any(error.path.stem in chapter.scripts for error in failed):
                continue  # its script failed: that is reported already
            close = difflib.get_close_matches(figure.name, makers, n=1)
            hint = f" (did you mean {close[0]}.svg?)" if close else ""
            message = f"no snippet makes the figure {figure.name}.svg{hint}"
            problems.append(BookError(chapter.path, figure.line, message))
        if len(figure.alt) < 30:
            message = f"{figure.name}.svg: its alt text must say what the figure shows"
            problems.append(BookError(chapter.path, figure.line, message))
    return problems


def main(names):
    checked = check(only=names)
    for problem in checked.problems:
        print(f"error: {problem}", file=sys.stderr)
    if not checked.problems:
        counts = ", ".join(f"{count} {name}" for name, count in checked.tally().items())
        print(f"{shown(SNIPPETS.parent)}: {counts}; nothing wrong")
    return 1 if checked.problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
