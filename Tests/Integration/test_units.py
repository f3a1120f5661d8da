"""The systemd units: systemd itself finds nothing wrong with them, and every socket has a name that its daemon looks for."""

import configparser
import re
import subprocess

import pytest
from support.stack import ROOT

UNITS = ROOT / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
# Names of listeners, as the sources spell them.
LISTENERS = {"imap", "imaps", "pop3", "pop3s", "smtp", "submission", "submissions", "lmtp", "api", "caldav"}
# systemd-analyze security: 0 is best, 10 worst.
EXPOSURE = 2.0


@pytest.fixture
def units(tmp_path):
    """A copy whose programs exist wherever the tests run, and without manual pages that are not installed."""
    for unit in UNITS.iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_systemd_finds_nothing_wrong(units):
    files = [path for path in units.iterdir() if path.suffix in {".service", ".socket", ".target"}]
    result = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_little_is_exposed(units, service):
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", units / service], capture_output=True, text=True, check=True
    )
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    assert float(level[1]) <= EXPOSURE, result.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_sockets_and_service_agree(service):
    text = (UNITS / service).read_text()
    assert f"ExecStart=/usr/bin/{service.removesuffix('.service')} --config /etc/lightmail/config.ini" in text
    assert "Type=notify\n" in text and "WatchdogSec=" in text and "ExecReload=" in text
    named = re.search(r"^Sockets=(.*)$", text, re.MULTILINE)
    sockets = named[1].split() if named else []
    found = {path.name for path in UNITS.glob("*.socket") if f"Service={service}\n" in path.read_text()}
    assert set(sockets) == found
    names = []
    for socket in sockets:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(UNITS / socket)
        names.append(unit["Socket"]["FileDescriptorName"])
    assert len(set(names)) == len(names) and set(names) <= LISTENERS
