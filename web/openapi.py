"""The interface for other systems, described by OpenAPI 3.1: what is asked, what is answered, what is refused."""

from typing import Any

from services.figure_register import FIGURES, Measure, Span
from services.figure_tables import Step

_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": ["number", "null"]}
_ERROR = {
    "description": "Refused, with one sentence that says what to do",
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
        }
    },
}  # fmt: skip


def document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cầu Nối: figures", "version": "1",
            "description": "Figures of wards for other systems. A token sees what an observer of its unit sees: no person, no"
            " count of a handful of households. An answer carries an ETag; with If-None-Match it is 304 while nothing changed.",
        },
        "paths": {"/api/v1/figures": {"get": _every()}, "/api/v1/figures/{name}": {"get": _one()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Scope figures:read"}},
            "schemas": {"Figure": _figure(), "Row": _row()},
        },
    }  # fmt: skip


def _every() -> dict[str, Any]:
    figures = {"type": "array", "items": {"$ref": "#/components/schemas/Figure"}}
    return {
        "summary": "What each figure is", "security": [],
        "responses": {
            "200": _answer({"type": "object", "properties": {"figures": figures}, "required": ["figures"]}),
            "304": {"description": "As it was"},
        },
    }  # fmt: skip


def _one() -> dict[str, Any]:
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    schema = {
        "type": "object", "required": ["figure", "rows"],
        "properties": {"figure": {"$ref": "#/components/schemas/Figure"}, "rows": rows},
    }  # fmt: skip
    answer = _answer(schema)
    answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    names = [one.name for one in FIGURES]
    return {
        "summary": "One figure over days, weeks or months", "security": [{"token": []}],
        "parameters": [
            {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": names},
             "description": "With .csv behind it the answer is CSV"},
            _asked("unit", {"type": "string"}, "Code of the place; without it the token's own unit"),
            _asked("from", _DAY, "First day; without it 30 days before the last"),
            _asked("to", _DAY, "Last day; without it today"),
            _asked("step", {"type": "string", "enum": list(Step), "default": "day"}, "How long a row's days are"),
            _asked("by", {"type": "string", "enum": ["self", "below"], "default": "self"}, "The place, or each right below it"),
            _asked("format", {"type": "string", "enum": ["json", "csv"], "default": "json"}, "Or by Accept"),
        ],
        "responses": {
            "200": answer, "304": {"description": "As it was"}, "401": _ERROR, "404": _ERROR, "422": _ERROR, "429": _ERROR,
        },
    }  # fmt: skip


def _asked(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": "The answer", "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": schema}},
    }  # fmt: skip


def _figure() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object", "required": ["name", "unit", "over_days", "label", "definition"],
        "properties": {
            "name": text, "unit": {"type": "string", "enum": list(Measure)}, "over_days": {"type": "string", "enum": list(Span)},
            "label": text, "definition": text, "numerator": text, "denominator": text, "rows": text,
        },
    }  # fmt: skip


def _row() -> dict[str, Any]:
    columns = {
        "name": {"type": "string"}, "unit_code": {"type": "string"}, "unit_name": {"type": "string"}, "from": _DAY,
        "day": _DAY, "value": _NUMBER | {"description": "A share is a part of 1; null where there is nothing to tell"},
        "numerator": _NUMBER, "denominator": _NUMBER,
        "is_running": {"type": "boolean", "description": "At least so much: whoever is in the middle has not been heard of"},
        "is_hidden": {"type": "boolean", "description": "Of so few households that it would say something of persons"},
    }  # fmt: skip
    return {"type": "object", "required": list(columns), "properties": columns}
