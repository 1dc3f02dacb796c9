"""The routes for programs: JSON in and out, as the OpenAPI description says, with or without /api."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

import singlepot as sp
from singlepot.scenarios.formats.json_document import scenario_as_dict
from singlepot.scenarios.results.settlement_document import settlement_json
from singlepot.serve.errors import BusyError
from singlepot.serve.runs import Runs

from .served import Served, served


def described(server: Served) -> dict[str, Any]:
    with server.program() as program:
        return dict(program.get("/api/openapi.json").json())


def check(server: Served, path: str, method: str, answer: httpx.Response) -> Any:
    """The content of an answer, which must be as the description says."""
    description = described(server)
    response = description["paths"][path][method]["responses"][str(answer.status_code)]
    schema = response["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": description["components"]}).validate(answer.json())
    return answer.json()


@pytest.mark.parametrize("prefix", ["/api", ""])
def test_a_settlement_is_the_document_that_the_library_writes(bucks: Served, prefix: str) -> None:
    levers = {"pot": "-5%", "weight.carbon": 2}
    expected = sp.settle(sp.read_scenario("bucks-and-burnley").with_levers(levers))
    with bucks.program() as program:
        headers = {"accept": "application/json"}
        answer = program.post(f"{prefix}/settle", json={"levers": levers}, headers=headers)
        assert answer.content == settlement_json(expected)
        check(bucks, "/api/settle", "post", answer)


def test_levers_are_those_of_the_scenario(bucks: Served) -> None:
    with bucks.program() as program:
        listed = check(bucks, "/api/levers", "get", program.get("/api/levers", params={"scenario": "england-tight"}))
        names = [lever["lever"] for lever in listed["levers"]]
        assert names == list(sp.read_scenario("england-tight").levers()["lever"])
        assert program.get("/levers").json() == program.post("/api/levers", json={}).json()


def test_a_document_is_checked_settled_and_explained(bucks: Served) -> None:
    scenario = sp.read_scenario("bucks-and-burnley")
    document = json.loads(json.dumps(scenario_as_dict(scenario), default=str))
    with bucks.program() as program:
        assert check(bucks, "/api/check", "post", program.post("/api/check", json={"document": document}))["ready"]
        settled = program.post("/api/settle", json={"document": document}).json()
        assert settled["grants"] == json.loads(settlement_json(sp.settle(scenario)))["grants"]
        document["bids"][0]["amount"] = "many"
        found = check(bucks, "/api/check", "post", program.post("/api/check", json={"document": document}))
        assert not found["ready"] and found["problems"][0]["code"] == "SP-D011"
        refused = program.post("/api/settle", json={"document": document})
        assert refused.status_code == 422
        assert check(bucks, "/api/settle", "post", refused)["problems"] == found["problems"]


def test_an_area_and_a_code_are_explained(bucks: Served) -> None:
    with bucks.program() as program:
        account = check(bucks, "/api/explain", "post", program.post("/api/explain", json={"area": "Burnley"}))
        expected = sp.explain_area(sp.settle("bucks-and-burnley"), "Burnley")
        assert (account["area"], account["name"]) == (expected.area, expected.name)
        assert [row["grant"] for row in account["grants"]] == list(expected.grants["grant"])
        meaning = check(bucks, "/api/explain", "get", program.get("/api/explain", params={"code": "SP-D021"}))
        assert meaning["meaning"] == sp.explain_code("SP-D021").meaning
        assert program.post("/api/explain", json={"area": "Atlantis"}).status_code == 400
        assert program.post("/api/explain", json={}).json()["cause"] == "nothing is named"
        both = {"area": "E07000117", "code": "SP-D021"}
        assert program.post("/api/explain", json=both).json()["cause"] == "area and code are both given"


REFUSED = [
    (b"{", 400, "this is no JSON"),
    (b"[]", 400, "a request here is an object"),
    (b"[" * 100_000, 400, "this is no JSON"),
    (b'{"path": "/etc/passwd"}', 400, "a request here is an object"),
    (b'{"area": "bucks"}', 400, "a request here is an object"),
    (b'{"scenario": "/etc"}', 404, "there is no shipped scenario of that name"),
    (b'{"scenario": "../england"}', 404, "there is no shipped scenario of that name"),
    (b'{"scenario": 1}', 400, "scenario, area and code are texts"),
    (b'{"levers": {"pot": [1]}}', 400, "levers are an object"),
    (b'{"levers": {"frobnicate": 1}}', 422, "1 problem in the input"),
    (b'{"levers": {"pot": NaN}}', 422, "1 problem in the input"),
    (b'{"levers": {"grant_floor": 1}}', 422, "floors add up"),
    (b'{"time_limit_s": -1}', 400, "time_limit_s is a number"),
    (b'{"scenario": "england", "document": {"areas": []}}', 400, "scenario and document are both given"),
    (b'{"document": 1}', 400, "document is an object"),
    (b'{"document": {}}', 422, "problems in the input"),
]


@pytest.mark.parametrize(("content", "status", "cause"), REFUSED)
def test_what_cannot_be_is_refused_with_cause_and_remedy(
    bucks: Served, content: bytes, status: int, cause: str
) -> None:
    with bucks.program() as program:
        answer = program.post("/api/settle", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == status, answer.text
        assert cause in check(bucks, "/api/settle", "post", answer)["cause"]


def test_every_route_for_programs_is_described(bucks: Served) -> None:
    from singlepot.serve.programs import PROGRAMS

    paths = described(bucks)["paths"]
    assert {(f"/api/{name}", method.lower()) for name, (methods, _) in PROGRAMS.items() for method in methods} == {
        (path, method) for path, methods in paths.items() for method in methods
    }
    schemas = described(bucks)["components"]["schemas"]
    for name in schemas:
        Draft202012Validator.check_schema(schemas[name])


def test_who_would_wait_too_long_is_refused_and_told_when_to_come_again(slow: Path) -> None:
    """With one slow run at a time six wait; who comes then is told when to ask again, and who hangs up ends the run."""
    bucks = {"scenario": "bucks-and-burnley"}
    refused = threading.Event()
    with served(slow.parent, str(slow), "--runs", "1") as server:

        def hang_up() -> None:
            with socket.create_connection(("127.0.0.1", httpx.URL(server.origin).port), timeout=60) as line:
                head = f"Host: {server.origin[7:]}\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 2"
                line.sendall(f"POST /api/settle HTTP/1.1\r\n{head}\r\n\r\n{{}}".encode())
                refused.wait(600)  # until the scenario is read, which a busy machine takes its time for

        callers = [threading.Thread(target=hang_up) for _ in range(7)]
        for caller in callers:
            caller.start()
        with server.program() as program:
            while not refused.is_set():
                with suppress(httpx.TimeoutException):  # it waits
                    answer = program.post("/api/check", json={"document": {}}, timeout=0.5)
                    if answer.status_code == 503:
                        refused.set()
            seconds = int(answer.headers["retry-after"])
            assert answer.json()["remedy"] == f"try again in {seconds} seconds"
            assert seconds > 30
            for caller in callers:
                caller.join()
            while (answer := program.post("/api/settle", json=bucks)).status_code == 503:
                pass  # those who hung up are still being ended
            assert answer.status_code == 200


def test_quick_runs_may_wait_in_greater_number_and_the_first_is_first() -> None:
    """One is under way and 64 wait, for each is over soon; they begin in the order in which they came."""
    runs = Runs(parallel=1, time_limit_s=60)
    try:
        asked = [runs.start("check", "bucks-and-burnley") for _ in range(65)]
        assert [run.words for run in asked[-2:]] == ["Waiting as number 63", "Waiting as number 64"]
        with pytest.raises(BusyError, match="64 settlements wait already; try again in"):
            runs.start("check", "bucks-and-burnley")
        for run in asked[6:]:
            run.cancel()
        with pytest.raises(sp.StoppedError):
            asked[6].outcome()
        for number in range(5):
            assert asked[number].outcome().scenario is not None
            assert not any(run.ended for run in asked[number + 2 : 6])
    finally:
        runs.close()


def test_a_time_limit_is_said_with_what_was_proved(slow: Path) -> None:
    with served(slow.parent, str(slow)) as server, server.program() as program:
        answer = program.post("/api/settle", json={"time_limit_s": 0.5})
        assert answer.status_code == 504
        assert "time limit" in check(server, "/api/settle", "post", answer)["cause"]
