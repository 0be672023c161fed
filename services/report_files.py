"""The two files of a report, made of the same kept figures: the paper with its annex, and the workbook."""

from concurrent.futures import ThreadPoolExecutor

from services import report_words
from services.period_facts import PeriodFacts
from services.ports import Annex, PaperText, ports


def pdf(paper: PaperText, annex: Annex) -> bytes:
    """The official paper and its annex as one file; both are made at once, by processes of their own.

    Raises:
        Invalid: it cannot be printed.
    """
    with ThreadPoolExecutor(2) as makers:
        parts = [makers.submit(ports().paper.official, paper), makers.submit(ports().paper.annex, annex)]
        return ports().paper.joined([part.result() for part in parts])


def xlsx(facts: PeriodFacts) -> bytes:
    """The workbook, its figures live formulas over its data sheets."""
    return ports().tables.report(facts, title=report_words.subject(facts))
