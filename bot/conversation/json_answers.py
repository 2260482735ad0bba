"""Whether an answer in JSON is what was asked for: that it can be read, and the basics of its
schema (type, required, properties, items, enum). Providers that take a schema hold to the rest.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,),
    "number": (int, float), "integer": (int,), "null": (type(None),),
}  # fmt: skip


def trouble(text: str, response_format: Mapping[str, Any]) -> str:
    """What is wrong with it in a sentence; "" where nothing is."""
    schema = response_format.get("json_schema", {}).get("schema", {})
    try:
        first = next(_wrong(json.loads(text), schema, "the answer"), "")
    except ValueError as error:
        return f"This is no valid JSON: {error}."
    except RecursionError:
        return "This is nested too deeply to be checked."
    return f"This does not fit the schema: {first}." if first else ""


def _wrong(value: Any, schema: Any, where: str) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    if not _is(value, schema.get("type")):
        yield f"{where} should be {_named(schema['type'])}"
    if isinstance(allowed := schema.get("enum"), list) and value not in allowed:
        yield f"{where} is none of the values that are allowed"
    if isinstance(value, dict):
        yield from _wrong_object(value, schema, where)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _wrong(item, schema.get("items"), f"entry {number + 1} of {where}")


def _wrong_object(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    required, properties = schema.get("required"), schema.get("properties")
    for name in required if isinstance(required, list) else ():
        if str(name) not in value:
            yield f"`{name}` is missing in {where}"
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        if name in value:
            yield from _wrong(value[name], inner, f"`{name}`")


def _is(value: Any, kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    known = [_KINDS[one] for one in kinds if isinstance(one, str) and one in _KINDS]
    if isinstance(value, bool):  # which Python takes for a number
        return not known or any(bool in types for types in known)
    return not known or any(isinstance(value, types) for types in known)


def _named(kind: Any) -> str:
    return " or ".join(map(str, kind)) if isinstance(kind, list) else f"of type {kind}"
