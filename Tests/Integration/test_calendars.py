"""Calendars over the Admin API: the three promised routes with their shapes, and what goes with them."""

import secrets

import pytest
from support.api import API


@pytest.fixture(scope="module")
def api(stack):
    return API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])


@pytest.fixture
def user(stack, api):
    account = stack.account()
    return next(item["id"] for item in api.get("/admin/accounts").json if item["username"] == account.address)


@pytest.fixture
def calendar(api, user):
    answer = api.post("/calendar", {"user_id": user, "name": "Work"})
    assert answer.status == 201
    # The promised answer is the number alone.
    assert isinstance(answer.json, int)
    return answer.json


def event(uid, summary="Lunch\\, late", more=""):
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20240101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20240105T120000\r\n"
        f"SUMMARY:{summary}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def add(api, calendar, content, **more):
    return api.post("/calendar/event", {"calendar_id": calendar, "content": content, **more})


def test_events_are_added_and_listed(api, calendar):
    content = event("one", more="RRULE:FREQ=WEEKLY;COUNT=3\r\n")
    first = add(api, calendar, content)
    assert first.status == 201 and isinstance(first.json, int)
    second = add(api, calendar, event("two"), summary="another")
    listed = api.get(f"/calendar/events?calendar_id={calendar}").json
    assert [item["id"] for item in listed] == [first.json, second.json]
    assert listed[0]["content"] == content
    assert (listed[0]["uid"], listed[0]["summary"], listed[0]["recurs"]) == ("one", "Lunch, late", True)
    assert (listed[1]["summary"], listed[1]["component"], listed[1]["calendar_id"]) == ("another", "VEVENT", calendar)


def test_a_list_is_read_on(api, calendar):
    numbers = [add(api, calendar, event(str(number))).json for number in range(5)]
    page = api.get(f"/calendar/events?calendar_id={calendar}&limit=2&cursor={numbers[1]}")
    assert [item["id"] for item in page.json] == numbers[2:4]
    assert f"cursor={numbers[3]}" in page.fields["link"] and f"calendar_id={calendar}" in page.fields["link"]


@pytest.mark.parametrize(
    "content, line",
    [
        ("nothing", 1),
        (event("a", more="RRULE:FREQ=NEVER\r\n"), 9),
        (event("a", more="DTEND:20240105T110000Z\r\nDTEND:20240105T120000Z\r\n"), 10),
        (event("a").replace("UID:a\r\n", ""), 4),
        (event("a").replace("Europe/Berlin", "Europe/Nowhere"), 7),
        (event("a").replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT"), 4),
    ],
)
def test_wrong_data_is_refused_with_its_line(api, calendar, content, line):
    answer = add(api, calendar, content)
    assert answer.status == 422
    assert f"line {line}:" in answer.json["detail"]
    assert api.get(f"/calendar/events?calendar_id={calendar}").json == []


def test_an_event_is_replaced_deleted_and_restored(api, calendar):
    number = add(api, calendar, event("one")).json
    path = f"/calendar/event/{number}"
    changed = api.send("PUT", path, {"content": event("one", "Dinner")})
    assert changed.status == 200 and changed.json["summary"] == "Dinner"
    assert api.send("PUT", path, {"content": event("other")}).status == 422
    assert add(api, calendar, event("one")).status == 409
    assert api.send("DELETE", path).json == {"deleted": True, "id": number}
    assert api.get(path).status == 404
    gone = api.get(f"/calendar/events?calendar_id={calendar}&deleted=true").json
    assert [item["id"] for item in gone] == [number] and gone[0]["deleted_at"]
    assert api.post(f"{path}/restore").status == 200
    assert api.get(path).json["content"] == event("one", "Dinner")
    assert api.post(f"{path}/restore").status == 409


def test_a_calendar_is_renamed_exported_deleted_and_restored(api, user, calendar):
    for number in range(3):
        add(api, calendar, event(f"e{number}", "x" * 200))
    path = f"/calendars/{calendar}"
    assert api.send("PATCH", path, {"name": "Privat"}).json["name"] == "Privat"
    exported = api.get(f"{path}/export")
    assert exported.fields["content-type"] == "text/calendar; charset=utf-8"
    assert exported.body.count(b"BEGIN:VEVENT") == 3 and exported.body.count(b"BEGIN:VCALENDAR") == 1
    assert all(len(line) <= 75 for line in exported.body.split(b"\r\n"))
    assert api.send("DELETE", path).status == 200
    assert api.get(f"/calendars?user_id={user}").json == []
    assert api.get(f"/calendar/events?calendar_id={calendar}").status == 404
    assert api.post(f"{path}/restore").json["events"] == 3
    listed = api.get(f"/calendars?user_id={user}").json
    assert [(item["id"], item["events"]) for item in listed] == [(calendar, 3)]


def test_what_is_not_there(api, user, calendar):
    assert api.post("/calendar", {"user_id": user, "name": "Work"}).status == 409
    assert api.post("/calendar", {"user_id": user, "name": ""}).status == 422
    assert api.post("/calendar", {"user_id": 2**62, "name": "Work"}).status == 404
    assert add(api, 2**62, event("one")).status == 404
    assert api.get("/calendar/events").status == 400
    assert api.get("/calendar/events?calendar_id=1", token=False).status == 401


def test_octets_count_in_the_quota(stack, api, user, calendar):
    before = api.get(f"/admin/accounts/{user}").json["used_bytes"]
    content = event(secrets.token_hex(8))
    add(api, calendar, content)
    assert api.get(f"/admin/accounts/{user}").json["used_bytes"] == before + len(content)
