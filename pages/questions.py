"""Câu hỏi của lãnh đạo: each of six answered by two charts and three sentences."""

from core import clock
from services.access import May
from services.figure_words import period
from ui import _, chair, enter, linked, parts
from ui.kept import seen_by
from ui.words import language

actor = enter(needs=May.SEE_FIGURES.roles)
asked = chair.question_in_address()
title = _(asked.label)
parts.head(title)
unit_id, since, until = linked.ask(actor, clock.today())
key = seen_by(actor, unit_id, since, until)
facts = linked.facts_of(key, actor, unit_id, since, until)
parts.hint(f"{facts.unit_name} · {period(since, until, language=language())}")
chair.sentences(facts, asked)
linked.charts(actor, key, facts, asked.charts, file_name=f"cau-hoi-{asked.value}-{until:%Y-%m-%d}")
chair.beside(actor, asked)
chair.choose(asked)
