"""What Prometheus and Grafana are given: metrics by its conventions, rules and a dashboard that name only what is there; and a
message that is followed by its trace from the reply of LMTP into the log of IMAP."""

import json
import re
import subprocess
import urllib.request

import pytest
from support import corpus
from support.lmtp import LMTP
from support.stack import PATIENCE, ROOT, eventually, fetch_bodies

DAEMONS = ["imapd", "pop3d", "lmtpd", "smtpd", "apid", "gcd"]
PROMETHEUS = ROOT / "deploy/prometheus"
NAME = re.compile(r"\b((?:lightmail|process)_[a-z0-9_]+)\b")


def exposition(stack, daemon):
    port = stack.settings[f"LIGHTMAIL_{daemon.upper()}_METRICS_PORT"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as response:
        return response.read().decode()


@pytest.fixture(scope="module")
def used(stack):
    """Everything was used a little, so that metrics which begin with their first event are there."""
    account = stack.account()
    stack.deliver(corpus.POSTFIX["plain"], account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        fetch_bodies(client)
    port = stack.settings["LIGHTMAIL_API_PORT"]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/health", headers={"Authorization": f"Bearer {stack.settings['LIGHTMAIL_API_TOKEN']}"}
    )
    urllib.request.urlopen(request, timeout=PATIENCE).read()
    eventually(lambda: "lightmail_garbage_backlog_objects" in exposition(stack, "gcd"), "gcd has been through a cycle")
    return {daemon: exposition(stack, daemon) for daemon in DAEMONS}


@pytest.mark.parametrize("daemon", DAEMONS)
def test_metrics_follow_the_conventions(used, daemon):
    result = subprocess.run(["promtool", "check", "metrics"], input=used[daemon], capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize(
    "daemon, names",
    [
        ("imapd", ["lightmail_imap_command_seconds", "lightmail_imap_sessions", "lightmail_logins_total", "lightmail_cache_hits_total"]),
        ("pop3d", ["lightmail_pop3_command_seconds", "lightmail_pop3_sessions", "lightmail_logins_total"]),
        ("lmtpd", ["lightmail_delivery_commit_seconds", "lightmail_deliveries_total"]),
        ("smtpd", ["lightmail_delivery_commit_seconds", "lightmail_logins_total"]),
        ("apid", ["lightmail_api_request_seconds", "lightmail_api_requests_total"]),
        ("gcd", ["lightmail_garbage_backlog_objects", "lightmail_garbage_collected_total"]),
    ],
)  # fmt: skip
def test_what_each_daemon_shows(used, daemon, names):
    everywhere = ["lightmail_mysql_exchange_seconds", "lightmail_s3_request_seconds", "lightmail_build_info", "process_open_fds"]
    for name in names + everywhere:
        assert f"# TYPE {name} " in used[daemon], name


def test_times_are_counted_with_what_took_them(stack, used):
    """As many exchanges with MySQL are timed as are counted, but for pings of idle connections."""
    for daemon in ("imapd", "lmtpd"):
        samples = stack.metrics(daemon)
        trips, timed = samples["lightmail_mysql_round_trips_total"], samples["lightmail_mysql_exchange_seconds_count"]
        assert 0 < timed <= trips
        requests = sum(value for name, value in samples.items() if name.startswith("lightmail_s3_requests_total"))
        answers = sum(value for name, value in samples.items() if name.startswith("lightmail_s3_request_seconds_count"))
        assert 0 < answers <= requests
    assert stack.metrics("imapd")["lightmail_imap_command_seconds_count"] > 0


def test_the_configuration_is_one_of_prometheus():
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "lightmail-rules_test.yml"]):
        result = subprocess.run(["promtool", *command], cwd=PROMETHEUS, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_has_a_test():
    alerts = set(re.findall(r"- alert: (\w+)", (PROMETHEUS / "lightmail-rules.yml").read_text()))
    tests = (PROMETHEUS / "lightmail-rules_test.yml").read_text()
    assert alerts == set(re.findall(r"alertname: (\w+)\n +eval_time: \w+\n +exp_alerts:", tests))


def families(used):
    return {name for text in used.values() for name in re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)}


def named(text):
    """Families that queries name; of a histogram, without what its series add."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAME.findall(text)}


def test_rules_and_dashboard_name_what_is_there(used, tmp_path):
    rules = (PROMETHEUS / "lightmail-rules.yml").read_text()
    dashboard = json.loads((ROOT / "deploy/grafana/lightmail.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(queries) > 30
    # One that has to happen before it is counted.
    optional = {"lightmail_webhook_attempts_total", "lightmail_antivirus_scans_total"}
    for text in (rules, "\n".join(queries)):
        assert named(text) - families(used) <= optional, named(text) - families(used)
    # And Prometheus can read each of them.
    for query in queries:
        query = query.replace("$__rate_interval", "5m").replace("$instance", ".*")
        rule = {"groups": [{"name": "g", "rules": [{"record": "r", "expr": query}]}]}
        (tmp_path / "rule.yml").write_text(json.dumps(rule))
        command = ["promtool", "check", "rules", tmp_path / "rule.yml"]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, (query, result.stdout, result.stderr)


def test_the_ports_are_those_of_the_load_balancer():
    """HAProxy asks for health where Prometheus asks for metrics."""
    scraped = dict(re.findall(r"job_name: (\S+)\n.*\n.*targets: \[mail1\.example\.com:(\d+)", (PROMETHEUS / "prometheus.yml").read_text()))
    assert set(scraped) == {f"lightmail-{daemon}" for daemon in DAEMONS}
    checked = set(re.findall(r"check port (\d+)", (ROOT / "deploy/haproxy.cfg").read_text()))
    assert checked == {scraped[f"lightmail-{daemon}"] for daemon in ("imapd", "pop3d", "smtpd", "apid")}


@pytest.mark.parametrize("json_lines", [False, True])
def test_one_trace_from_lmtp_to_imap(stack, json_lines):
    options = {"LOGGING_JSON": "true" if json_lines else "false"}
    _, path, _ = stack.lmtpd(**options)
    lmtp_log = stack.directory / "logs" / f"lightmail-lmtpd-{len(stack.extra) - 1}.log"
    _, port, _ = stack.imapd(LOGGING_LEVEL="debug", CACHE_MAX_BYTES=0, **options)
    imap_log = stack.directory / "logs" / f"lightmail-imapd-{len(stack.extra) - 1}.log"
    account = stack.account()
    with LMTP(path) as session:
        ((code, text),) = session.deliver("sender@example.org", [account.address], corpus.POSTFIX["plain"])
    assert code == 250
    trace = re.search(r"Delivered as ([0-9a-f-]{36})$", text if isinstance(text, str) else text.decode())[1]
    # In Received, in the key of the object,
    with stack.imap(account, port=port, mailbox="INBOX") as client:
        (body,) = fetch_bodies(client)
    received = body[: body.index(b"\r\nSubject")].replace(b"\r\n", b" ")
    assert re.search(rb"with E?S?LMTPS? id %b\b" % trace.encode(), received), received
    assert f"emails/{trace}.eml" in stack.object_keys()
    # and in the lines of both daemons.
    for log, message in ((lmtp_log, "delivered"), (imap_log, "message is read")):
        lines = [line for line in log.read_text().splitlines() if trace in line]
        if json_lines:
            events = [json.loads(line) for line in lines]
            assert [event["trace"] for event in events if event["message"] == message] == [trace]
        else:
            assert [line for line in lines if f"{message} " in line and f"trace={trace}" in line]
    for process in stack.extra[-2:]:
        process.terminate()
        process.wait(PATIENCE)
