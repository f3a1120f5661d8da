"""lightmail-apid: every route with the shape that clients know, and what is answered when a request is wrong."""

import imaplib
import json
import re
import secrets
import socket
import time

import pytest
from support import corpus
from support.api import API
from support.stack import PATIENCE, eventually, fetch_bodies, free_ports, ready


@pytest.fixture(scope="module")
def api(stack):
    return API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])


def address():
    return f"api{secrets.token_hex(6)}@example.com"


@pytest.fixture
def owner(stack, api):
    """An account of the test's own: its number beside its name and password."""
    account = stack.account()
    found = [item for item in api.get("/admin/accounts").json if item["username"] == account.address]
    return found[0]["id"], account


def deliver(stack, account, count):
    for number in range(count):
        stack.deliver(corpus.header(f"message {number}", ""), account.address)


def mailbox_of(api, account_id, name="INBOX"):
    listed = api.get(f"/admin/accounts/{account_id}/mailboxes").json
    return next(item["id"] for item in listed if item["name"] == name)


# Health and the system


def test_health_needs_no_token(api):
    answer = api.get("/health", token=False)
    assert (answer.status, answer.body) == (200, b"OK")
    assert answer.fields["content-type"].startswith("text/plain")
    assert api.get("/live", token=False).status == 200
    assert api.get("/ready", token=False).status == 200
    assert api.get("/openapi.yaml", token=False).status == 200


def test_system(stack, api):
    assert api.get("/admin/health").json == {"status": "ok"}
    info = api.get("/admin/info").json
    assert info["hostname"] == "localhost" and set(info) == {"hostname", "version"}
    assert api.get("/admin/status").json == {
        "db_ok": True,
        "s3_ok": True,
        "imap_enabled": True,
        "lmtp_enabled": True,
        "pop3_enabled": True,
        "api_enabled": True,
    }
    assert api.get("/admin/imap/config").json == {
        "bind": "127.0.0.1",
        "port": int(stack.settings["LIGHTMAIL_IMAP_PORT"]),
        "ssl_port": int(stack.settings["LIGHTMAIL_IMAPS_PORT"]),
        "enable_ssl": True,
        "max_connections": 10000,
    }
    assert api.get("/admin/db/status").json == {"ok": True}
    assert api.get("/admin/s3/status").json == {"ok": True, "bucket": stack.settings["LIGHTMAIL_S3_BUCKET"]}
    assert b"lightmail_api_requests_total" in api.get("/metrics").body


# Accounts


def test_an_account_lives(stack, api):
    name = address()
    made = api.post("/admin/accounts", {"username": name, "password": "first-password"})
    assert made.status == 201 and set(made.json) == {"id", "username"} and made.json["username"] == name
    number = made.json["id"]
    assert made.fields["location"] == f"/admin/accounts/{number}"
    assert {"id": number, "username": name, "is_active": True} in api.get("/admin/accounts").json
    assert api.post("/admin/accounts", {"username": name, "password": "other"}).status == 409

    assert api.put(f"/admin/accounts/{number}", {"password": "second-password"}).json == {
        "id": number,
        "username": name,
        "updated": True,
    }
    with stack.imap(type("Account", (), {"address": name, "password": "second-password"})) as client:
        assert client.list()[0] == "OK"

    details = api.patch(f"/admin/accounts/{number}", {"is_active": False, "quota_bytes": 5000}).json
    assert (details["is_active"], details["quota_bytes"], details["quota_messages"]) == (False, 5000, None)
    details = api.patch(f"/admin/accounts/{number}", {"quota_messages": 7}).json
    assert (details["is_active"], details["quota_bytes"], details["quota_messages"]) == (False, 5000, 7)
    details = api.patch(f"/admin/accounts/{number}", {"quota_bytes": None, "is_active": True}).json
    assert (details["is_active"], details["quota_bytes"], details["quota_messages"]) == (True, None, 7)

    assert api.delete(f"/admin/accounts/{number}").json == {"deleted": True, "id": number}
    assert api.get(f"/admin/accounts/{number}").status == 404
    assert api.delete(f"/admin/accounts/{number}").status == 404


def test_a_removed_account_is_restored(stack, api, owner):
    number, account = owner
    deliver(stack, account, 2)
    api.delete(f"/admin/accounts/{number}")
    removed = api.get("/admin/deleted/accounts").json
    assert [item["used_messages"] for item in removed if item["id"] == number] == [2]
    restored = api.post(f"/admin/accounts/{number}/restore")
    assert restored.status == 200 and restored.json["username"] == account.address
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 2
    assert api.post(f"/admin/accounts/{number}/restore").status == 409

    # Its name given away, it cannot come back under it.
    api.delete(f"/admin/accounts/{number}")
    api.post("/admin/accounts", {"username": account.address, "password": "somebody else"})
    assert api.post(f"/admin/accounts/{number}/restore").status == 409


def test_accounts_are_paged(api):
    domain = f"{secrets.token_hex(6)}.example"
    made = api.post("/admin/domains", {"name": domain})
    number = made.json["id"]
    for name in "cab":
        api.post("/admin/accounts", {"username": f"{name}@{domain}", "password": "long enough"})
    path = f"/admin/accounts?domain_id={number}&limit=2"
    first = api.get(path)
    assert [item["username"] for item in first.json] == [f"a@{domain}", f"b@{domain}"]
    following = first.fields["link"].removeprefix("<").partition(">")[0]
    second = api.get(following)
    assert [item["username"] for item in second.json] == [f"c@{domain}"]
    assert "link" not in second.fields
    assert api.get(path + "&offset=2").json == second.json
    assert api.get(path + "&offset=2&cursor=a").status == 400


# Domains and aliases


def test_domains(api):
    name = f"{secrets.token_hex(6)}.example"
    made = api.post("/admin/domains", {"name": name.upper()})
    assert made.status == 201 and made.json["name"] == name and made.json["accounts"] == 0
    number = made.json["id"]
    assert api.post("/admin/domains", {"name": name}).status == 409
    assert api.patch(f"/admin/domains/{number}", {"is_active": False}).json["is_active"] is False
    assert api.patch(f"/admin/domains/{number}", {"is_active": False}).status == 200
    assert number in [item["id"] for item in api.get("/admin/domains").json]
    assert api.get(f"/admin/domains/{number}").json["name"] == name
    api.post("/admin/accounts", {"username": f"box@{name}", "password": "long enough"})
    assert api.delete(f"/admin/domains/{number}").status == 409
    assert api.post("/admin/domains", {"name": "no domain"}).status == 422

    unused = api.post("/admin/domains", {"name": f"{secrets.token_hex(6)}.example"}).json["id"]
    assert api.delete(f"/admin/domains/{unused}").json == {"deleted": True, "id": unused}
    assert api.get(f"/admin/domains/{unused}").status == 404


def test_aliases(api, owner):
    number, account = owner
    alias = address()
    made = api.post("/admin/aliases", {"address": alias, "target": account.address})
    assert made.status == 201
    assert made.json == {"id": made.json["id"], "address": alias, "account_id": number, "target": account.address}
    assert made.json in api.get(f"/admin/aliases?account_id={number}").json
    assert api.post("/admin/aliases", {"address": alias, "target": account.address}).status == 409
    assert api.post("/admin/aliases", {"address": alias, "target": "nobody@example.com"}).status == 404
    assert api.delete(f"/admin/aliases/{made.json['id']}").json == {"deleted": True, "id": made.json["id"]}
    assert api.get(f"/admin/aliases?account_id={number}").json == []


# Mailboxes


def test_mailboxes(stack, api, owner):
    number, account = owner
    path = f"/admin/accounts/{number}/mailboxes"
    listed = api.get(path).json
    assert listed[0]["name"] == "INBOX" and listed[0]["flags"] == []
    assert [item["flags"] for item in listed if item["name"] == "Sent"] == [["\\Sent"]]
    made = api.post(path, {"name": "Projekte/Größe", "flags": ["\\Important"]})
    assert made.status == 201 and made.json == {"id": made.json["id"], "name": "Projekte/Größe"}
    mailbox = made.json["id"]
    assert api.post(path, {"name": "Projekte/Größe"}).status == 409
    assert api.post(path, {"name": "a//b"}).status == 422
    assert api.post(path, {"name": "odd", "flags": ["\\Odd"]}).status == 422

    details = api.get(f"/admin/mailboxes/{mailbox}").json
    assert (details["account_id"], details["flags"], details["is_subscribed"]) == (number, ["\\Important"], False)
    changed = api.patch(f"/admin/mailboxes/{mailbox}", {"name": "Projects", "is_subscribed": True}).json
    assert (changed["name"], changed["is_subscribed"]) == ("Projects", True)
    with stack.imap(account) as client:
        assert b'"Projects"' in b"".join(client.lsub()[1]) or b"Projects" in b"".join(client.lsub()[1])

    assert api.delete(f"/admin/mailboxes/{mailbox}").json == {"deleted": True, "id": mailbox}
    assert api.get(f"/admin/mailboxes/{mailbox}").status == 404
    assert api.delete(f"/admin/mailboxes/{listed[0]['id']}").status == 422


def test_a_deleted_mailbox_is_restored(stack, api, owner):
    number, account = owner
    deliver(stack, account, 3)
    with stack.imap(account, mailbox="INBOX") as client:
        client.create("Keep")
        client.copy("1:3", "Keep")
        before = client.status("Keep", "(UIDVALIDITY)")[1][0]
    mailbox = mailbox_of(api, number, "Keep")
    used = api.get(f"/admin/accounts/{number}").json["used_messages"]
    api.delete(f"/admin/mailboxes/{mailbox}")
    removed = api.get(f"/admin/accounts/{number}/deleted/mailboxes").json
    assert [(item["id"], item["name"], item["messages"]) for item in removed] == [(mailbox, "Keep", 3)]
    assert api.get(f"/admin/accounts/{number}").json["used_messages"] == used - 3

    # Somebody has made another of that name meanwhile.
    api.post(f"/admin/accounts/{number}/mailboxes", {"name": "Keep"})
    assert api.post(f"/admin/mailboxes/{mailbox}/restore").status == 409
    restored = api.post(f"/admin/mailboxes/{mailbox}/restore", {"name": "Kept/Mail"})
    assert restored.status == 200 and restored.json["name"] == "Kept/Mail" and restored.json["messages"] == 3
    assert api.get(f"/admin/accounts/{number}").json["used_messages"] == used
    assert api.post(f"/admin/mailboxes/{mailbox}/restore").status == 409
    with stack.imap(account, mailbox="Kept/Mail") as client:
        assert len(fetch_bodies(client)) == 3
        # What clients remember of the old name is not what is there now.
        assert client.status("Kept/Mail", "(UIDVALIDITY)")[1][0].split()[-1] != before.split()[-1]


# Messages


def test_messages(stack, api, owner):
    number, account = owner
    deliver(stack, account, 3)
    inbox = mailbox_of(api, number)
    listed = api.get(f"/admin/mailboxes/{inbox}/messages").json
    assert [item["subject"] for item in listed] == ["message 0", "message 1", "message 2"]
    assert set(listed[0]) == {"id", "subject", "sender", "size", "uid"}
    first = api.get(f"/admin/mailboxes/{inbox}/messages?limit=2")
    assert first.json == listed[:2]
    assert api.get(first.fields["link"].removeprefix("<").partition(">")[0]).json == listed[2:]
    assert api.get(f"/admin/mailboxes/{inbox}/messages?limit=2&offset=1").json == listed[1:]
    assert api.get(f"/admin/mailboxes/{inbox}/messages?order=desc&limit=1").json == listed[2:]

    message = listed[0]["id"]
    details = api.get(f"/admin/messages/{message}").json
    assert (details["mailbox_id"], details["uid"], details["deleted_at"]) == (inbox, listed[0]["uid"], None)
    with stack.imap(account, mailbox="INBOX") as client:
        body = fetch_bodies(client)[0]
    source = api.get(f"/admin/messages/{message}/source")
    assert (source.status, source.body) == (200, body)
    assert source.fields["content-type"] == "message/rfc822"
    assert int(source.fields["content-length"]) == len(body)
    fields = api.get(f"/admin/messages/{message}/headers").json
    assert fields[0]["name"] == "Delivered-To" and fields[0]["value"] == account.address
    assert {"name": "Subject", "value": "message 0"} in fields

    archive = mailbox_of(api, number, "Archive")
    copied = api.post(f"/admin/messages/{message}/copy", {"dest_mailbox_id": archive})
    assert copied.status == 200 and copied.json == {"copied": True, "new_id": copied.json["new_id"]}
    moved = api.post(f"/admin/messages/{listed[1]['id']}/move", {"dest_mailbox_id": archive})
    assert moved.json == {"moved": True, "new_id": moved.json["new_id"]}
    assert [item["id"] for item in api.get(f"/admin/mailboxes/{archive}/messages").json] == [
        copied.json["new_id"],
        moved.json["new_id"],
    ]
    assert [item["id"] for item in api.get(f"/admin/mailboxes/{inbox}/messages").json] == [message, listed[2]["id"]]
    assert api.delete(f"/admin/messages/{message}").json == {"deleted": True, "id": message}
    assert api.delete(f"/admin/messages/{message}").status == 404


def test_an_expunged_message_comes_back_as_a_new_one(stack, api, owner):
    number, account = owner
    deliver(stack, account, 3)
    inbox = mailbox_of(api, number)
    with stack.imap(account, mailbox="INBOX") as watcher:
        known = watcher.uid("SEARCH", "ALL")[1][0].split()
        with stack.imap(account, mailbox="INBOX") as client:
            client.store("2", "+FLAGS", "(\\Deleted \\Seen)")
            client.expunge()
        gone = api.get(f"/admin/mailboxes/{inbox}/deleted/messages").json
        assert [(item["subject"], item["uid"]) for item in gone] == [("message 1", int(known[1]))]
        message = gone[0]["id"]
        restored = api.post(f"/admin/messages/{message}/restore")
        assert restored.json == {"restored": True, "id": message, "uid": restored.json["uid"]}
        # A session that knew the old one sees it go and another come.
        watcher.noop()
        assert watcher.uid("SEARCH", "ALL")[1][0].split() == [known[0], known[2], str(restored.json["uid"]).encode()]
        assert watcher.uid("FETCH", str(restored.json["uid"]), "(FLAGS)")[1][0].find(b"\\Deleted") == -1
    assert restored.json["uid"] > int(known[2])
    assert api.get(f"/admin/mailboxes/{inbox}/deleted/messages").json == []
    assert api.post(f"/admin/messages/{message}/restore").status == 409
    with stack.imap(account) as client:
        assert client.status("INBOX", "(MESSAGES UNSEEN)")[1][0].endswith(b"(MESSAGES 3 UNSEEN 2)")


def test_restores_leave_nothing_for_fsck(lonely_stack):
    stack = lonely_stack
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    account = stack.account()
    deliver(stack, account, 2)
    number = next(item["id"] for item in api.get("/admin/accounts").json if item["username"] == account.address)
    domain = api.get(f"/admin/accounts/{number}").json["domain_id"]
    limited = api.patch(f"/admin/domains/{domain}", {"quota_bytes": 10_000_000}).json
    assert (limited["quota_bytes"], limited["quota_messages"], limited["is_active"]) == (10_000_000, None, True)
    inbox = mailbox_of(api, number)
    message = api.get(f"/admin/mailboxes/{inbox}/messages").json[0]["id"]
    api.delete(f"/admin/messages/{message}")
    assert api.post(f"/admin/messages/{message}/restore").status == 200
    mailbox = api.post(f"/admin/accounts/{number}/mailboxes", {"name": "Keep"}).json["id"]
    api.post(f"/admin/messages/{message}/copy", {"dest_mailbox_id": mailbox})
    api.delete(f"/admin/mailboxes/{mailbox}")
    assert api.post(f"/admin/mailboxes/{mailbox}/restore").status == 200
    api.delete(f"/admin/accounts/{number}")
    assert api.post(f"/admin/accounts/{number}/restore").status == 200
    report = stack.control("fsck", check=False)
    assert report.returncode == 0, report.stdout
    # Over a quota nothing comes back.
    api.patch(f"/admin/accounts/{number}", {"quota_mailboxes": 7})
    api.delete(f"/admin/mailboxes/{mailbox}")
    api.post(f"/admin/accounts/{number}/mailboxes", {"name": "Another"})
    assert api.post(f"/admin/mailboxes/{mailbox}/restore").status == 409
    api.patch(f"/admin/accounts/{number}", {"quota_mailboxes": None})
    assert api.post(f"/admin/mailboxes/{mailbox}/restore").status == 200
    api.delete(f"/admin/messages/{message}")
    api.patch(f"/admin/accounts/{number}", {"quota_messages": 2})
    assert api.post(f"/admin/messages/{message}/restore").status == 409


# Statistics


def test_figures(stack, api, owner):
    deliver(stack, owner[1], 1)
    figures = api.get("/admin/statistics?days=3").json
    assert len(figures["arrivals"]) == 3
    assert figures["accounts"] >= 1 and figures["domains"] >= 1 and figures["mailboxes"] >= 6
    assert figures["arrivals"][-1]["day"] == time.strftime("%Y-%m-%d", time.gmtime())
    assert eventually(lambda: api.get("/admin/statistics").json["arrivals"][-1]["messages"], "today has messages")
    garbage = api.get("/admin/garbage").json
    assert garbage["retention_seconds"] == 604_800
    assert set(garbage) == {
        "messages",
        "mailboxes",
        "accounts",
        "objects",
        "bytes",
        "oldest_object_seconds",
        "retention_seconds",
    }


def test_failed_logins(stack, api):
    account = stack.account()
    client = imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=PATIENCE)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(account.address, "wrong")
    client.logout()
    failed = [item for item in api.get("/admin/logins/blocked?all=true").json if item["account"] == account.address]
    assert failed and all(item["failures"] == 1 and item["blocked_seconds"] == 0 for item in failed), failed
    assert account.address not in str(api.get("/admin/logins/blocked").json)
    assert api.post("/admin/logins/unblock", {"subject": account.address}).json == {
        "unblocked": True,
        "subject": account.address,
    }
    assert account.address not in str(api.get("/admin/logins/blocked?all=true").json)
    assert api.post("/admin/logins/unblock", {"subject": account.address}).status == 404
    assert api.get("/admin/logins/blocked?all=perhaps").status == 400


# Who may


def assert_problem(answer, status):
    assert answer.status == status, answer
    assert answer.fields["content-type"] == "application/problem+json"
    assert answer.json["status"] == status and answer.json["detail"] and answer.json["title"]


def test_tokens(api):
    for token in (False, "wrong", "", api.token + "x", api.token[:-1]):
        answer = api.get("/admin/info", token=token)
        assert_problem(answer, 401)
        assert answer.fields["www-authenticate"].startswith("Bearer")
    for scheme in ("Basic", "bearer"):
        answer = api.get("/admin/info", token=False, Authorization=f"{scheme} {api.token}")
        assert answer.status == (200 if scheme == "bearer" else 401)
    assert_problem(api.get("/metrics", token=False), 401)


def test_named_tokens(stack, api):
    name = f"ci-{secrets.token_hex(4)}"
    added = json.loads(stack.control("token", "add", name, "--scope", "read", "--json").stdout)
    reader = added["token"]
    assert [token["scope"] for token in json.loads(stack.control("token", "list", "--json").stdout) if token["name"] == name] == ["read"]
    assert stack.control("token", "add", name, "--scope", "read", check=False).returncode == 73
    assert api.get("/admin/info", token=reader).status == 200
    answer = api.post("/admin/domains", {"name": "reader.example"}, token=reader)
    assert_problem(answer, 403)
    assert "insufficient_scope" in answer.fields["www-authenticate"]
    # It is stored as a hash, and nowhere else.
    assert reader not in str(stack.sql("SELECT name, HEX(sha256) FROM api_tokens"))

    writer = stack.control("token", "add", name + "w", "--scope", "write").stdout.split()[-1]
    made = api.post("/admin/domains", {"name": f"{secrets.token_hex(6)}.example"}, token=writer)
    assert made.status == 201
    stack.control("token", "revoke", name + "w")
    assert api.get("/admin/info", token=writer).status == 401
    assert stack.control("token", "revoke", name + "w", check=False).returncode == 67
    # One that has expired is as good as none.
    stack.sql(f"UPDATE api_tokens SET expires_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND WHERE name = '{name}'")
    assert api.get("/admin/info", token=reader).status == 401


# What is wrong with a request


def test_wrong_requests(api, owner):
    number, _ = owner
    assert_problem(api.get("/admin/nothing"), 404)
    assert_problem(api.get("/admin/accounts/999999999"), 404)
    assert_problem(api.get("/admin/accounts/abc"), 400)
    assert_problem(api.get("/admin/accounts/99999999999999999999"), 400)
    for query in ("limit=0", "limit=1001", "limit=x", "offset=-1", "cursor=x"):
        assert_problem(api.get(f"/admin/mailboxes/{mailbox_of(api, number)}/messages?{query}"), 400)
    answer = api.delete("/admin/accounts")
    assert_problem(answer, 405)
    assert answer.fields["allow"] == "GET, HEAD, POST"
    assert_problem(api.send("TRACE", "/admin/accounts"), 405)

    assert_problem(api.post("/admin/accounts", b"{", Content_Type="application/json"), 400)
    assert_problem(api.post("/admin/accounts", b"[" * 100_000, Content_Type="application/json"), 400)
    assert_problem(api.post("/admin/accounts", {"username": "a@example.com"}), 400)
    assert_problem(api.post("/admin/accounts", {"username": 5, "password": "x"}), 400)
    assert_problem(api.post("/admin/accounts", b"username=a", Content_Type="application/x-www-form-urlencoded"), 415)
    assert_problem(api.post("/admin/accounts", {"username": "no address", "password": "x"}), 422)
    assert_problem(api.post("/admin/accounts", {"username": address(), "password": "x" * 73}), 422)
    assert_problem(api.post("/admin/accounts", {"username": "a@nowhere.example", "password": "long enough"}), 404)
    assert "username is missing" in api.post("/admin/accounts", {"password": "x"}).json["detail"]
    assert_problem(api.post("/admin/accounts", b" " * 2_000_000, Content_Type="application/json"), 413)


def test_head_is_get_without_a_body(api):
    for path, token in (("/health", False), ("/admin/accounts", True), ("/admin/nothing", True), ("/admin/info", False)):
        get, head = api.get(path, token=token), api.send("HEAD", path, token=token)
        assert (head.status, head.body) == (get.status, b"")
        assert head.fields.get("content-length") == get.fields["content-length"]


def test_a_body_that_never_ends_is_bounded(api):
    """Chunks without an announced length are counted as they come."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /admin/accounts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/json\r\nAuthorization: Bearer " + api.token.encode() + b"\r\n\r\n"
        )
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        for _ in range(20):
            connection.sendall(chunk)
        answer = b""
        while b"\r\n" not in answer:
            piece = connection.recv(4096)
            assert piece, answer
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_broken_http(api):
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nA" + b"a" * 40_000 + b": b\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE) as connection:
            try:
                connection.sendall(junk)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(4096)
            except ConnectionError:
                answer = b""
            assert answer in (b"",) or answer.startswith(b"HTTP/1.1 400 "), answer
    assert api.get("/health").status == 200


def test_idempotency_key(api):
    name, key = address(), secrets.token_hex(16)
    body = {"username": name, "password": "long enough"}
    first = api.post("/admin/accounts", body, Idempotency_Key=key)
    again = api.post("/admin/accounts", body, Idempotency_Key=key)
    assert (first.status, again.status) == (201, 201) and first.json == again.json
    assert first.fields["location"] == again.fields["location"] == f"/admin/accounts/{first.json['id']}"
    assert_problem(api.post("/admin/accounts", {**body, "username": address()}, Idempotency_Key=key), 422)
    # A refusal is remembered as well: what is asked again is answered the same.
    refused = secrets.token_hex(16)
    assert_problem(api.post("/admin/accounts", body, Idempotency_Key=refused), 409)
    assert_problem(api.post("/admin/accounts", body, Idempotency_Key=refused), 409)
    assert_problem(api.post("/admin/accounts", body, Idempotency_Key="x" * 256), 400)


# The daemon


def apid(stack, **overrides):
    """One more apid on its own port."""
    port, metrics = free_ports(2)
    process = stack.daemon("lightmail-apid", API_PORT=port, METRICS_APID_PORT=metrics, **overrides)
    eventually(lambda: ready(metrics), "the second apid is ready")
    return process, port


def test_tls(stack, api):
    certificate = stack.directory / "tls/cert.pem"
    _, port = apid(stack, API_ENABLE_SSL="true", API_TLS_CERT=certificate, API_TLS_KEY=stack.directory / "tls/key.pem")
    secure = API(port, api.token, tls=str(certificate))
    assert secure.get("/admin/info").status == 200


def test_rate_limits(stack, api):
    _, port = apid(stack, API_RATE_LIMIT_REQUESTS=1000, API_RATE_LIMIT_FAILURES=3, API_RATE_LIMIT_WINDOW_SECS=3600)
    limited = API(port, api.token)
    assert [limited.get("/admin/info", token="wrong").status for _ in range(5)] == [401, 401, 401, 429, 429]
    # Who guesses is not told when he is right.
    answer = limited.get("/admin/info")
    assert_problem(answer, 429)
    assert int(answer.fields["retry-after"]) > 0
    _, port = apid(stack, API_RATE_LIMIT_REQUESTS=4, API_RATE_LIMIT_WINDOW_SECS=3600)
    limited = API(port, api.token)
    assert [limited.get("/health").status for _ in range(6)] == [200, 200, 200, 200, 429, 429]


def test_a_token_is_needed_to_start(stack):
    process = stack.daemon("lightmail-apid", API_TOKEN="", API_PORT=free_ports(1)[0], METRICS_APID_PORT=0)
    assert process.wait(timeout=PATIENCE) == 78


def test_secrets_are_in_no_log(stack, api):
    password = secrets.token_hex(12)
    api.post("/admin/accounts", {"username": address(), "password": password})
    api.get("/admin/info?token=" + api.token)
    logs = b"".join(path.read_bytes() for path in (stack.directory / "logs").glob("lightmail-apid*.log"))
    assert b"path=/admin/info" in logs
    # Who changed what is there.
    assert re.search(rb'an administrator makes a change .*path=/admin/accounts token="?\(configuration\)', logs)
    for secret in (password, api.token):
        assert secret.encode() not in logs


def test_mysql_away(lonely_stack):
    api = API(int(lonely_stack.settings["LIGHTMAIL_API_PORT"]), lonely_stack.settings["LIGHTMAIL_API_TOKEN"])
    lonely_stack.stop("mariadbd")
    answer = api.get("/admin/accounts")
    assert_problem(answer, 503)
    assert int(answer.fields["retry-after"]) > 0
    assert api.get("/admin/db/status").json == {"ok": False}
    assert api.get("/admin/status").json["db_ok"] is False
    assert api.get("/health").status == 200
    assert_problem(api.get("/ready", token=False), 503)
    lonely_stack.up()
    assert api.get("/admin/accounts").status == 200
