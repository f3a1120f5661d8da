"""The OpenAPI document is true: what it says is what lightmail-apid does, whatever a client sends within it or beside it."""

import os
import subprocess

import yaml
from support.api import API
from support.stack import ROOT


def test_the_document_is_served(stack):
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    served = api.get("/openapi.yaml", token=False)
    assert served.fields["content-type"] == "application/yaml"
    assert served.body == (ROOT / "docs/openapi.yaml").read_bytes()


def test_every_promised_route_is_there(stack):
    """Each path and method of the document is one that the daemon knows: it asks for a token, or answers."""
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    document = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
    methods = ("get", "post", "put", "patch", "delete")
    for path, item in document["paths"].items():
        for method in methods:
            answer = api.send(method.upper(), path.replace("{", "").replace("}", ""), token=False)
            if method not in item:
                assert answer.status == 405, (method, path)
            else:
                assert answer.status == (200 if item[method].get("security") == [] else 401), (method, path)


def test_schemathesis(lonely_stack):
    """Generated requests, good and bad: no 5xx, and every answer as the document has it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
    # The daemon knows no account that a number could hit, so deletes hit nothing and the order does not matter.
    result = subprocess.run(
        [
            ROOT / ".venv/bin/schemathesis",
            "--config-file",
            ROOT / "Tests/Integration/schemathesis.toml",
            "run",
            ROOT / "docs/openapi.yaml",
            f"--url=http://127.0.0.1:{lonely_stack.settings['LIGHTMAIL_API_PORT']}",
            f"--header=Authorization: Bearer {lonely_stack.settings['LIGHTMAIL_API_TOKEN']}",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=15",
            "--max-failures=5",
            "--seed=1",
            # Two threads that read Python at once are told of a SystemError by CPython 3.11, which counts its depth for both.
            "--workers=1",
            "--no-color",
            "--generation-database=none",
        ],
        env=environment,
        cwd=lonely_stack.directory,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
