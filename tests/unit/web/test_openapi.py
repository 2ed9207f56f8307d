import json
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.fakes.full_house import everything
from web.openapi import OPERATIONS, document, openapi_json

FILE = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


def test_the_file_in_docs_is_what_the_dashboard_serves() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi_json()
    served = everything().app().test_client().get("/api/v1/openapi.json")
    assert served.json == json.loads(openapi_json())


def test_every_address_of_the_api_is_described_and_none_that_is_not_there() -> None:
    rules = {
        (rule.rule.replace("<", "{").replace(">", "}").removeprefix("/api/v1"), method.lower())
        for rule in everything().app().url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(it.path, it.method) for it in OPERATIONS} == rules


def test_it_is_openapi_3_1_with_schemas_that_are_schemas() -> None:
    found = document()
    assert found["openapi"] == "3.1.0"
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_is_answered_is_what_is_described() -> None:
    found = document()
    browser = everything().app().test_client()
    for operation in OPERATIONS:
        if operation.method != "get" or operation.answer is None or operation.events:
            continue
        path = operation.path.replace("{night}", "2026-11-22")
        query = "?night=2026-11-22&from=2026-11-22T10:00:00Z&to=2026-11-22T12:00:00Z"
        answer = browser.get(f"/api/v1{path}{query}")
        assert answer.status_code == 200, path
        reference = f"#/components/schemas/{operation.answer.__name__}"
        Draft202012Validator({"$ref": reference, **found}).validate(answer.json)
