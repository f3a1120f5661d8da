"""CalDAV: real clients synchronise both ways, conflicting edits are refused, and nobody gets at another's calendars."""

import base64
import http.client
import socket
import ssl
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone

import caldav
import pytest
from support.api import API, Answer
from support.stack import eventually, free_ports, metrics, ready

D = "{DAV:}"
C = "{urn:ietf:params:xml:ns:caldav}"


@pytest.fixture(scope="module")
def port(stack):
    """An apid with CalDAV over TLS."""
    api, port, health = free_ports(3)
    stack.daemon(
        "lightmail-apid", API_PORT=api, METRICS_APID_PORT=health, CALDAV_BIND="127.0.0.1", CALDAV_PORT=port,
        CALDAV_TLS_CERT=stack.directory / "tls/cert.pem", CALDAV_TLS_KEY=stack.directory / "tls/key.pem",
    )
    eventually(lambda: ready(health), "apid with CalDAV is ready")
    return port


class User:
    """One account, by requests over HTTP."""

    def __init__(self, stack, port):
        account = stack.account()
        self.address, self.password = account.address, account.password
        self.port, self.certificate = port, str(stack.directory / "tls/cert.pem")
        self.url = f"https://localhost:{port}"
        self.home = f"/dav/calendars/{self.address}/"

    def send(self, method, path, body=None, login=True, **fields):
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if login:
            name, password = (self.address, self.password) if login is True else login
            headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=60, context=ssl.create_default_context(cafile=self.certificate)
        )
        try:
            connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=headers)
            response = connection.getresponse()
            content = response.read()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        finally:
            connection.close()

    def put(self, path, content, **fields):
        return self.send("PUT", path, content, Content_Type="text/calendar; charset=utf-8", **fields)

    def xml(self, method, path, body, **fields):
        answer = self.send(method, path, body, Content_Type="application/xml", **fields)
        assert answer.status == 207, answer
        return ElementTree.fromstring(answer.body)

    def client(self):
        return caldav.DAVClient(self.url + "/dav/", username=self.address, password=self.password, ssl_verify_cert=self.certificate)


@pytest.fixture
def user(stack, port):
    return User(stack, port)


@pytest.fixture
def calendar(user):
    path = user.home + "work/"
    assert user.send("MKCALENDAR", path).status == 201
    return path


def event(uid, summary="Lunch", more="", kind="VEVENT"):
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test\r\nBEGIN:{kind}\r\n"
        f"UID:{uid}\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240105T120000Z\r\n"
        f"SUMMARY:{summary}\r\n{more}END:{kind}\r\nEND:VCALENDAR\r\n"
    )


def hrefs(root):
    return [item.find(D + "href").text for item in root.iter(D + "response")]


def test_discovery(user):
    redirect = user.send("PROPFIND", "/.well-known/caldav", login=False)
    assert (redirect.status, redirect.fields["location"]) == (301, "/dav/")
    assert user.send("PROPFIND", "/dav/", login=False, Depth="0").fields["www-authenticate"].startswith("Basic ")
    root = user.xml("PROPFIND", "/dav/", '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>', Depth="0")
    principal = root.find(f".//{D}current-user-principal/{D}href").text
    body = '<propfind xmlns="DAV:"><prop><C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"/></prop></propfind>'
    home = user.xml("PROPFIND", principal, body, Depth="0").find(f".//{C}calendar-home-set/{D}href").text
    assert home == user.home
    # Who has no calendar is given one.
    assert hrefs(user.xml("PROPFIND", home, None, Depth="1")) == [home, home + "default/"]
    options = user.send("OPTIONS", home + "default/x.ics", login=False)
    assert "calendar-access" in options.fields["dav"] and "PUT" in options.fields["allow"]
    assert user.send("LOCK", home + "default/x.ics").status == 405


def test_what_is_put_comes_back_octet_for_octet(user, calendar):
    content = event("one", more="X-ODD;X-P=\"a,b\":  \\;spaces  \r\n  folded\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n")
    made = user.put(calendar + "a%20b.ics", content, If_None_Match="*")
    assert made.status == 201
    got = user.send("GET", calendar + "a%20b.ics")
    assert got.body == content.encode() and got.fields["etag"] == made.fields["etag"]
    assert got.fields["content-type"] == "text/calendar; charset=utf-8; component=VEVENT"
    assert user.send("GET", calendar + "a%20b.ics", If_None_Match=made.fields["etag"]).status == 304
    head = user.send("HEAD", calendar + "a%20b.ics")
    assert (head.status, head.body, head.fields["content-length"]) == (200, b"", str(len(content)))
    assert user.put(calendar + "a%20b.ics", content, If_None_Match="*").status == 412
    changed = user.put(calendar + "a%20b.ics", event("one", "Dinner"), If_Match=made.fields["etag"])
    assert changed.status == 204 and changed.fields["etag"] != made.fields["etag"]
    assert user.put(calendar + "a%20b.ics", content, If_Match=made.fields["etag"]).status == 412
    assert user.send("DELETE", calendar + "a%20b.ics", If_Match=made.fields["etag"]).status == 412
    assert user.send("DELETE", calendar + "a%20b.ics", If_Match=changed.fields["etag"]).status == 204
    assert user.send("GET", calendar + "a%20b.ics").status == 404


@pytest.mark.parametrize(
    "content, condition",
    [
        ("nothing", "valid-calendar-data"),
        (event("a", more="RRULE:FREQ=NEVER\r\n"), "valid-calendar-data"),
        (event("a").replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT"), "valid-calendar-object-resource"),
        (event("a", kind="VJOURNAL"), "supported-calendar-component"),
        ("x" * 1_048_577, "max-resource-size"),
    ],
)
def test_what_may_not_be_put(user, calendar, content, condition):
    answer = user.put(calendar + "a.ics", content)
    assert answer.status == 403
    assert ElementTree.fromstring(answer.body).find(C + condition) is not None
    assert user.send("GET", calendar + "a.ics").status == 404


def test_a_uid_is_in_a_calendar_once(user, calendar):
    assert user.put(calendar + "a.ics", event("one")).status == 201
    for path, content in [("b.ics", event("one")), ("a.ics", event("two"))]:
        answer = user.put(calendar + path, content)
        assert answer.status == 403
        conflict = ElementTree.fromstring(answer.body).find(f"{C}no-uid-conflict/{D}href")
        assert conflict.text == calendar + "a.ics"
    assert user.put(user.home + "nowhere/a.ics", event("one")).status == 409


def test_of_two_clients_that_edit_at_once_one_wins(user, calendar):
    tag = user.put(calendar + "a.ics", event("one")).fields["etag"]
    for number in range(5):
        statuses, barrier = [], threading.Barrier(4)

        def edit(name):
            barrier.wait()
            statuses.append(user.put(calendar + "a.ics", event("one", f"{number} {name}"), If_Match=tag).status)

        threads = [threading.Thread(target=edit, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [204, 412, 412, 412]
        tag = user.send("HEAD", calendar + "a.ics").fields["etag"]
    made = []

    def make(name):
        barrier.wait()
        made.append(user.put(calendar + "new.ics", event("new", str(name)), If_None_Match="*").status)

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=make, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [201, 412, 412, 412]


def test_anothers_paths_are_not_there(stack, port, user, calendar):
    assert user.put(calendar + "a.ics", event("one")).status == 201
    other = User(stack, port)
    sync = '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
    for method, path, body in [
        ("GET", calendar + "a.ics", None), ("PROPFIND", calendar, None), ("PROPFIND", user.home, None),
        ("PROPFIND", f"/dav/principals/{user.address}/", None), ("REPORT", calendar, sync),
        ("DELETE", calendar, None), ("MKCALENDAR", user.home + "mine/", None), ("PUT", calendar + "b.ics", event("two")),
    ]:
        assert other.send(method, path, body, Depth="1" if method == "PROPFIND" else "infinity").status == 404, method
    assert other.send("MKCALENDAR", other.home + "own/").status == 201
    assert other.put(other.home + "own/a.ics", event("one")).status == 201
    for method in ("COPY", "MOVE"):
        assert other.send(method, other.home + "own/a.ics", Destination=calendar + "c.ics").status == 403
        assert other.send(method, calendar + "a.ics", Destination=other.home + "own/c.ics").status == 404
    multiget = (
        '<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data/></prop>'
        f"<href>{calendar}a.ics</href></C:calendar-multiget>"
    )
    answer = other.xml("REPORT", other.home + "own/", multiget)
    assert "404" in answer.find(f"{D}response/{D}status").text and answer.find(f".//{C}calendar-data") is None


def test_synchronising_from_the_tombstones(user, calendar):
    def sync(token, limit=""):
        body = (
            f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level>{limit}'
            "<prop><getetag/></prop></sync-collection>"
        )
        root = user.xml("REPORT", calendar, body)
        found = {}
        for item in root.iter(D + "response"):
            status = item.find(D + "status")
            found[item.find(D + "href").text.removeprefix(calendar)] = status.text.split()[1] if status is not None else "200"
        return found, root.find(D + "sync-token").text

    for name in "abc":
        user.put(f"{calendar}{name}.ics", event(name))
    found, token = sync("")
    assert found == {"a.ics": "200", "b.ics": "200", "c.ics": "200"}
    assert sync(token) == ({}, token)
    user.send("DELETE", calendar + "a.ics")
    user.put(calendar + "b.ics", event("b", "new"))
    user.send("DELETE", calendar + "c.ics")
    user.put(calendar + "c.ics", event("c2"))
    found, later = sync(token)
    assert found == {"a.ics": "404", "b.ics": "200", "c.ics": "200"}
    # In parts, from the beginning and from a token.
    for start, wanted in [("", {"b.ics", "c.ics"}), (token, {"a.ics", "b.ics", "c.ics"})]:
        seen, at, rounds = set(), start, 0
        while True:
            found, at = sync(at, "<limit><nresults>1</nresults></limit>")
            truncated = found.pop("", None)
            seen |= set(found)
            rounds += 1
            assert len(found) <= 1 and rounds < 10
            if truncated is None:
                break
            assert truncated == "507"
        assert seen == wanted and at == later
    for wrong in ["data:,1-1", "nonsense", later + "0"]:
        body = f'<sync-collection xmlns="DAV:"><sync-token>{wrong}</sync-token><sync-level>1</sync-level><prop/></sync-collection>'
        answer = user.send("REPORT", calendar, body, Content_Type="text/xml")
        assert answer.status == 403 and ElementTree.fromstring(answer.body).find(D + "valid-sync-token") is not None


def test_moving_and_copying(user, calendar):
    other = user.home + "other/"
    assert user.send("MKCOL", other).status == 201
    user.put(calendar + "a.ics", event("one"))
    assert user.send("COPY", calendar + "a.ics", Destination=user.url + other + "b.ics").status == 201
    assert user.send("COPY", calendar + "a.ics", Destination=calendar + "b.ics").status == 403
    assert user.send("MOVE", calendar + "a.ics", Destination=other + "b.ics", Overwrite="F").status == 412
    assert user.send("MOVE", calendar + "a.ics", Destination=other + "b.ics").status == 204
    assert user.send("GET", calendar + "a.ics").status == 404
    assert user.send("MOVE", other + "b.ics", Destination=other + "c.ics").status == 201
    assert user.send("GET", other + "c.ics").body == event("one").encode()
    assert user.send("MOVE", other + "c.ics", Destination=user.home + "nowhere/c.ics").status == 409
    assert user.send("MOVE", other + "c.ics", Destination="https://elsewhere.example/x").status == 502
    assert user.send("MOVE", other + "c.ics").status == 400


def test_properties_of_calendars(user):
    path = user.home + "colours/"
    body = (
        '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><set><prop>'
        "<displayname>Farbe &amp; mehr</displayname><I:calendar-color>#ff0000ff</I:calendar-color>"
        '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
        "</prop></set></C:mkcalendar>"
    )
    assert user.send("MKCALENDAR", path, body, Content_Type="application/xml").status == 201
    assert user.put(path + "a.ics", event("one")).status == 403
    assert user.put(path + "a.ics", event("one", kind="VTODO")).status == 201
    ask = (
        '<propfind xmlns="DAV:"><prop><displayname/><x:calendar-color xmlns:x="http://apple.com/ns/ical/"/>'
        '<x:calendar-order xmlns:x="http://apple.com/ns/ical/"/></prop></propfind>'
    )
    found = user.xml("PROPFIND", path, ask, Depth="0")
    assert found.find(f".//{D}displayname").text == "Farbe & mehr"
    assert found.find(".//{http://apple.com/ns/ical/}calendar-color").text == "#ff0000ff"

    def patch(inner):
        root = user.xml("PROPPATCH", path, f'<propertyupdate xmlns="DAV:">{inner}</propertyupdate>')
        return [status.text.split()[1] for status in root.iter(D + "status")]

    assert patch("<set><prop><displayname>Neu</displayname></prop></set>") == ["200"]
    # All or nothing.
    assert patch("<set><prop><displayname>Nicht</displayname><getetag>x</getetag></prop></set>") == ["424", "403"]
    assert patch('<remove><prop><x:calendar-color xmlns:x="http://apple.com/ns/ical/"/></prop></remove>') == ["200"]
    found = user.xml("PROPFIND", path, ask, Depth="0")
    assert found.find(f".//{D}displayname").text == "Neu"
    assert found.find(".//{http://apple.com/ns/ical/}calendar-color").text is None
    assert user.send("MKCALENDAR", path).status == 405
    assert user.send("DELETE", path).status == 204
    assert user.send("PROPFIND", path, Depth="0").status == 404


def test_a_property_that_could_not_be_read_again_is_refused(user, calendar):
    names = " ".join(f"n:a{number}=''" for number in range(20))
    for element in [f"<x:a xmlns:x='x' xmlns:n='n' {names}/>", f"<{'n' * 255} xmlns='x'/>"]:
        body = f"<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop>{element}</D:prop></D:set></D:propertyupdate>"
        root = user.xml("PROPPATCH", calendar, body)
        assert [status.text.split()[1] for status in root.iter(D + "status")] == ["403"]
    # And all of them together have a bound.
    statuses = []
    for number in range(3):
        value = f"<x:p{number} xmlns:x='x'>{'v' * 30_000}</x:p{number}>"
        body = f"<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
        root = user.xml("PROPPATCH", calendar, body)
        statuses += [status.text.split()[1] for status in root.iter(D + "status")]
    assert statuses == ["200", "200", "507"]
    assert len(hrefs(user.xml("PROPFIND", user.home, None, Depth="1"))) == 2


def query(data, span="<C:time-range start='20240101T000000Z'/>"):
    return (
        f"<C:calendar-query xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop><getetag/>{data}</prop>"
        f"<C:filter><C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'>{span}</C:comp-filter></C:comp-filter></C:filter>"
        "</C:calendar-query>"
    )


def test_what_cannot_be_given_does_not_end_the_answer(stack, user, calendar):
    """One event recurs too often to be expanded, another's object has gone from S3: the third is given all the same."""
    more = "DESCRIPTION:" + "x" * 20_000 + "\r\n"
    assert user.put(calendar + "often.ics", event("often", more=more + "RRULE:FREQ=DAILY\r\n")).status == 201
    before = set(stack.object_keys())
    assert user.put(calendar + "gone.ics", event("gone", more=more)).status == 201
    (key,) = set(stack.object_keys()) - before
    assert user.put(calendar + "good.ics", event("good")).status == 201
    stack.delete_object(key)
    expand = "<C:calendar-data><C:expand start='20240101T000000Z' end='20440101T000000Z'/></C:calendar-data>"
    statuses = {}
    for response in user.xml("REPORT", calendar, query(expand), Depth="1").iter(D + "response"):
        name = response.find(D + "href").text.removeprefix(calendar)
        statuses[name] = [status.text.split()[1] for status in response.iter(D + "status")]
    assert statuses == {"often.ics": ["200", "507"], "gone.ics": ["500"], "good.ics": ["200"]}


def test_a_client_may_wait_before_it_sends_its_body(user, calendar):
    """RFC 9110 10.1.1"""
    login = base64.b64encode(f"{user.address}:{user.password}".encode()).decode()
    body = event("waited").encode()
    context = ssl.create_default_context(cafile=user.certificate)
    with socket.create_connection(("localhost", user.port), timeout=60) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as client, client.makefile("rb") as answers:
            client.sendall(
                f"PUT {calendar}a.ics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n"
                f"Content-Type: text/calendar\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            assert answers.readline().startswith(b"HTTP/1.1 100 ")
            while answers.readline() != b"\r\n":
                pass
            client.sendall(body)
            assert answers.readline().startswith(b"HTTP/1.1 201 ")


def test_who_does_not_read_its_answer_is_let_go(stack, user, calendar):
    api, port, health = free_ports(3)
    stack.daemon(
        "lightmail-apid", API_PORT=api, METRICS_APID_PORT=health, CALDAV_BIND="127.0.0.1", CALDAV_PORT=port,
        CALDAV_TLS_CERT=stack.directory / "tls/cert.pem", CALDAV_TLS_KEY=stack.directory / "tls/key.pem",
        CALDAV_SESSION_TIMEOUT=5,
    )
    eventually(lambda: ready(health), "an apid of little patience is ready")
    more = "DESCRIPTION:" + "x" * 900_000 + "\r\n"
    for number in range(12):
        assert user.put(f"{calendar}{number}.ics", event(f"large{number}", more=more)).status == 201
    login = base64.b64encode(f"{user.address}:{user.password}".encode()).decode()
    body = query("<C:calendar-data/>").encode()
    context = ssl.create_default_context(cafile=user.certificate)
    with socket.create_connection(("localhost", port), timeout=60) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(
                f"REPORT {calendar} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\nDepth: 1\r\n"
                f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )
            eventually(lambda: connections(health) == 1, "the connection is counted")
            eventually(lambda: connections(health) == 0, "it is let go")


def connections(port):
    return metrics(port)['lightmail_connections{listener="caldav"}']


def bomb():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><propfind xmlns="DAV:"><prop>&l9;</prop></propfind>'


@pytest.mark.parametrize(
    "body, status",
    [
        (bomb(), 400),
        ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&f;</prop></propfind>', 400),
        ("<a>" * 200_000, 400),
        ("<propfind xmlns='DAV:'><prop>" + "<a/>" * 60_000 + "</prop></propfind>", 400),
        ("x" * 1_048_577, 413),
        ("<propfind", 400),
        ("<other/>", 400),
    ],
)
def test_hostile_xml_is_refused(user, calendar, body, status):
    assert user.send("PROPFIND", calendar, body, Depth="0", Content_Type="application/xml").status == status
    # And nothing has come of it.
    assert user.send("PROPFIND", calendar, Depth="0").status == 207


def test_logins(stack, port, user):
    for login in [(user.address, "wrong"), ("nobody@example.com", user.password)]:
        assert user.send("PROPFIND", "/dav/", login=login, Depth="0").status == 401
    assert user.send("PROPFIND", "/dav/", login=False, Authorization="Bearer abc", Depth="0").status == 401
    assert user.send("PROPFIND", "/dav/", login=False, Authorization="Basic ***", Depth="0").status == 401
    assert user.send("PROPFIND", user.home, Depth="infinity").status == 403
    logs = b"".join(path.read_bytes() for path in (stack.directory / "logs").glob("lightmail-apid*.log"))
    assert user.password.encode() not in logs
    assert base64.b64encode(f"{user.address}:{user.password}".encode()) not in logs


def test_the_caldav_client(user):
    principal = user.client().principal()
    calendar = principal.make_calendar(name="From Python", cal_id="python")
    assert "From Python" in [item.name for item in user.client().principal().calendars()]
    calendar.save_event(event("one", more="RRULE:FREQ=WEEKLY;COUNT=10\r\n"))
    calendar.save_event(event("two").replace("20240105", "20240301"))
    calendar.save_todo(event("three", "Buy", kind="VTODO"))
    found = calendar.search(start=datetime(2024, 1, 12, tzinfo=timezone.utc), end=datetime(2024, 1, 13, tzinfo=timezone.utc), event=True)
    assert [item.icalendar_component["UID"] for item in found] == ["one"]
    expanded = calendar.search(
        start=datetime(2024, 1, 12, tzinfo=timezone.utc), end=datetime(2024, 1, 27, tzinfo=timezone.utc), event=True, expand=True
    )
    assert len(expanded) == 3
    assert calendar.event_by_uid("two").icalendar_component["SUMMARY"] == "Lunch"
    assert [item.icalendar_component["UID"] for item in calendar.todos()] == ["three"]
    objects = calendar.objects(load_objects=True)
    assert len(list(objects)) == 3
    second = user.client().principal().calendar(cal_id="python")
    changed = second.event_by_uid("two")
    changed.icalendar_component["SUMMARY"] = "Dinner"
    changed.save()
    second.event_by_uid("one").delete()
    updated, deleted = objects.sync()
    assert [len(list(updated)), len(list(deleted))] == [1, 1]
    busy = calendar.freebusy_request(datetime(2024, 2, 1, tzinfo=timezone.utc), datetime(2024, 4, 1, tzinfo=timezone.utc))
    assert "BEGIN:VFREEBUSY" in busy.data
    calendar.delete()
    assert "From Python" not in [item.name for item in user.client().principal().calendars()]


def test_vdirsyncer_and_khal(stack, user, calendar, tmp_path):
    user.put(calendar + "server.ics", event("server", "From the server"))
    local = tmp_path / "local"
    config = tmp_path / "vdirsyncer.conf"
    config.write_text(
        f"""[general]
status_path = "{tmp_path}/status/"
[pair calendars]
a = "here"
b = "there"
collections = ["work"]
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{local}"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{user.url}/"
username = "{user.address}"
password = "{user.password}"
verify = "{user.certificate}"
"""
    )
    programs = stack.root / ".venv/bin" if hasattr(stack, "root") else None
    import sys
    from pathlib import Path

    programs = programs or Path(sys.executable).parent

    def run(program, *arguments, **options):
        done = subprocess.run([programs / program, *arguments], capture_output=True, text=True, timeout=120, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def synchronise():
        run("vdirsyncer", "-c", str(config), "sync")

    run("vdirsyncer", "-c", str(config), "discover", input="y\ny\n")
    synchronise()
    assert [path.read_bytes() for path in (local / "work").glob("*.ics")] == [event("server", "From the server").encode()]
    (local / "work/local.ics").write_bytes(event("local", "From here").encode())
    synchronise()
    listed = hrefs(user.xml("PROPFIND", calendar, None, Depth="1"))
    assert len(listed) == 3
    khal = tmp_path / "khal.conf"
    khal.write_text(
        f"[calendars]\n[[work]]\npath = {local}/work\n[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\n"
        f"timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
        f"longdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {tmp_path}/khal.db\n"
    )
    shown = run("khal", "-c", str(khal), "list", "2024-01-05", "2024-01-06")
    assert "From the server" in shown and "From here" in shown
    assert user.send("DELETE", calendar + "server.ics").status == 204
    synchronise()
    assert [path.read_bytes() for path in (local / "work").glob("*.ics")] == [event("local", "From here").encode()]
    (local / "work/local.ics").unlink()
    (local / "work/another.ics").write_bytes(event("another").encode())
    synchronise()
    listed = hrefs(user.xml("PROPFIND", calendar, None, Depth="1"))
    assert len(listed) == 2
