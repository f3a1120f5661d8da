"""Who is logged in where: the daemons tell it, an administrator reads it, and ends it."""

import imaplib
import json
import poplib
import smtplib
import ssl

import pytest
from support import corpus
from support.api import API
from support.stack import PATIENCE, eventually, free_ports


@pytest.fixture(scope="module")
def api(stack):
    return API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])


@pytest.fixture(scope="module")
def imapd(stack):
    """An imapd that tells of itself every second."""
    process, port, _ = stack.imapd(SYSTEM_HEARTBEAT_SECONDS=1)
    yield process, port
    process.terminate()
    process.wait(60)


def of(api, account):
    return api.get(f"/admin/sessions?account={account.address}").json


def log_in(account, port):
    client = imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE)
    client.login(account.address, account.password)
    return client


def hangs_up(client):
    """Reads until the server says goodbye."""
    lines = []
    while line := client.readline():
        lines.append(line)
    return lines


def test_a_session_is_shown_and_ended(stack, api, imapd, account):
    process, port = imapd
    client = log_in(account, port)
    eventually(lambda: len(of(api, account)) == 1, "the session is shown")
    (session,) = of(api, account)
    assert (session["account"], session["daemon"], session["listener"]) == (account.address, "imapd", "imap")
    assert session["client"] == "127.0.0.1" and session["ending"] is False
    daemons = {daemon["id"]: daemon for daemon in api.get("/admin/daemons").json}
    daemon = daemons[session["daemon_id"]]
    assert (daemon["pid"], daemon["daemon"], daemon["alive"]) == (process.pid, "imapd", True)
    listed = json.loads(stack.control("session", "list", "--account", account.address, "--json").stdout)
    assert [item["id"] for item in listed] == [session["id"]]
    assert any(str(process.pid) in line for line in stack.control("daemons").stdout.splitlines())
    answer = api.delete(f"/admin/sessions/{session['id']}")
    assert (answer.status, answer.json) == (202, {"ending": True, "id": session["id"]})
    assert hangs_up(client)[-1].startswith(b"* BYE")
    eventually(lambda: of(api, account) == [], "the session is gone")
    assert api.delete(f"/admin/sessions/{session['id']}").status == 404
    assert stack.control("session", "disconnect", session["id"], check=False).returncode == 67


def test_a_stopped_account_is_put_out(stack, api, imapd, account):
    clients = [log_in(account, imapd[1]) for _ in range(3)]
    eventually(lambda: len(of(api, account)) == 3, "the sessions are shown")
    stack.control("account", "disable", account.address)
    for client in clients:
        assert hangs_up(client)[-1].startswith(b"* BYE")
    stack.control("account", "enable", account.address)
    client = log_in(account, imapd[1])
    eventually(lambda: len(of(api, account)) == 1, "the session is shown")
    stack.control("account", "passwd", account.address, "--password-stdin", input="another password\n")
    assert hangs_up(client)[-1].startswith(b"* BYE")


def test_pop3_and_submission_are_shown_too(stack, api, account):
    pop3, pop3s, metrics = free_ports(3)
    pop3d = stack.daemon(
        "lightmail-pop3d", POP3_PORT=pop3, POP3_SSL_PORT=pop3s, METRICS_POP3D_PORT=metrics, SYSTEM_HEARTBEAT_SECONDS=1
    )
    smtpd, _, submission = stack.smtpd(SYSTEM_HEARTBEAT_SECONDS=1)
    try:
        eventually(lambda: connects(pop3), "pop3d listens")
        reader = poplib.POP3("127.0.0.1", pop3, timeout=60)
        reader.user(account.address)
        reader.pass_(account.password)
        writer = smtplib.SMTP("127.0.0.1", submission, timeout=60)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        writer.starttls(context=context)
        writer.login(account.address, account.password)
        eventually(lambda: {session["daemon"] for session in of(api, account)} == {"pop3d", "smtpd"}, "both are shown")
        assert len(api.get(f"/admin/sessions?account={account.address}&daemon=pop3d").json) == 1
        page = api.get(f"/admin/sessions?account={account.address}&limit=1")
        following = page.fields["link"].split(";")[0].strip("<>")
        assert page.json + api.get(following).json == of(api, account)
        # POP3 has no word for it: the connection is closed, and what was marked stays.
        stack.deliver(corpus.header("kept", ""), account.address)
        late = poplib.POP3("127.0.0.1", pop3, timeout=60)
        late.user(account.address)
        late.pass_(account.password)
        late.dele(1)
        stack.control("account", "disable", account.address)
        for client in (reader, late):
            assert hangs_up(client.file) == []
        assert hangs_up(writer.file)[-1].startswith(b"421 ")
        eventually(lambda: of(api, account) == [], "all are gone")
        assert stack.sql(f"SELECT used_messages FROM accounts WHERE username = '{account.address}'") == [["1"]]
    finally:
        for process in (pop3d, smtpd):
            process.terminate()
            assert process.wait(60) == 0
    # They took leave.
    alive = {daemon["pid"] for daemon in api.get("/admin/daemons?all=true").json}
    assert alive.isdisjoint({pop3d.pid, smtpd.pid})


def connects(port):
    try:
        poplib.POP3("127.0.0.1", port, timeout=5).close()
    except OSError:
        return False
    return True


def test_a_killed_daemon_falls_silent(stack, api):
    process, _, _ = stack.imapd(SYSTEM_HEARTBEAT_SECONDS=1)

    def state():
        return {daemon["pid"]: daemon["alive"] for daemon in api.get("/admin/daemons?all=true").json}.get(process.pid)

    eventually(lambda: state() is True, "the daemon is shown")
    process.kill()
    process.wait(60)
    eventually(lambda: state() is False, "its silence is noticed")
    assert process.pid not in {daemon["pid"] for daemon in api.get("/admin/daemons").json}


def test_bad_questions(api):
    for path in ("/admin/sessions?account=nobody", "/admin/sessions?daemon=none", "/admin/daemons?all=perhaps"):
        assert api.get(path).status == 400, path
    assert api.delete("/admin/sessions/" + "0" * 20).status == 404
