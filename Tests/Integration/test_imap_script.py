"""scripts/test_imap.sh: what an operator sees of a server that is well, and of one that is not."""

import os
import socket
import subprocess
import threading

import pytest
from support.stack import ROOT

SCRIPT = ROOT / "scripts/test_imap.sh"


def run(*arguments, password=None):
    environment = {key: value for key, value in os.environ.items() if key != "IMAP_PASSWORD"}
    if password is not None:
        environment["IMAP_PASSWORD"] = password
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, env=environment, timeout=300)


def ways(stack):
    imap, imaps = stack.settings["LIGHTMAIL_IMAP_PORT"], stack.settings["LIGHTMAIL_IMAPS_PORT"]
    return {
        "--no-ssl": ["--no-ssl", "--port", imap],
        "--starttls": ["--starttls", "--insecure", "--port", imap],
        "--ssl": ["--ssl", "--insecure", "--port", imaps],
    }


@pytest.mark.parametrize("way", ["--no-ssl", "--starttls", "--ssl"])
def test_a_server_that_is_well(stack, account, way):
    before = stack.control("mailbox", "list", account.address).stdout
    result = run(
        "--server", "127.0.0.1", *ways(stack)[way], "--user", account.address, "-v", password=account.password
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "FAIL" not in result.stdout and result.stdout.splitlines()[-1].endswith(" passed, 0 failed")
    for name in ("CAPABILITY", "LOGIN", "LIST", "SELECT", "APPEND", "FETCH", "SEARCH", "STORE", "IDLE", "EXPUNGE"):
        assert f"ok    {name}" in result.stdout, result.stdout
    # What was said is shown, without the password.
    assert "C: t2 LOGIN" in result.stderr and account.password not in result.stdout + result.stderr
    # It leaves nothing behind.
    assert stack.control("mailbox", "list", account.address).stdout == before


def test_a_wrong_password_and_a_certificate_of_nobody(stack, account):
    plain = ["--server", "127.0.0.1", *ways(stack)["--no-ssl"], "--user", account.address]
    result = run(*plain, "--pass", "not it")
    assert result.returncode == 1 and "FAIL  LOGIN" in result.stdout
    result = run(
        *["--server", "127.0.0.1", "--ssl", "--port", stack.settings["LIGHTMAIL_IMAPS_PORT"]],
        *["--user", account.address, "--pass", account.password],
    )
    assert result.returncode == 1 and "FAIL  greeting" in result.stdout


def test_a_server_that_hangs_up(stack):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"* OK here\r\n")
                connection.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        port = str(listener.getsockname()[1])
        result = run("--server", "127.0.0.1", "--no-ssl", "--port", port, "--user", "a", "--pass", "b")
        thread.join()
    assert result.returncode == 1 and "FAIL  CAPABILITY" in result.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["--server", "a"], ["--server", "a", "--user", "b"], ["--server", "a", "--user", "b", "--what"]]
)
def test_wrong_usage(arguments):
    assert run(*arguments).returncode == 2
