"""The two files of a report, made of the same kept figures: the paper with its annex, and the workbook."""

from services import report_words
from services.period_facts import PeriodFacts
from services.ports import Annex, PaperText, ports


def pdf(paper: PaperText, annex: Annex) -> bytes:
    """The official paper and its annex as one file.

    Raises:
        Invalid: it cannot be printed.
    """
    return ports().paper.report(paper, annex)


def xlsx(facts: PeriodFacts) -> bytes:
    """The workbook, its figures live formulas over its data sheets."""
    return ports().tables.report(facts, title=report_words.subject(facts))
