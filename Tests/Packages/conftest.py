"""The packages of `make deb` and `make dist`, tried in a Debian system of their own. Needs root, and a mirror of Debian."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Integration"))

from support.stack import Stack  # noqa: E402


@pytest.fixture(scope="session")
def stack():
    """MariaDB and S3 for the programs in the other system to reach."""
    shared = Stack()
    try:
        shared.up()
        yield shared
    finally:
        shared.close()


def package(script, output, **options):
    environment = os.environ | {"OUTPUT": str(output)} | options
    result = subprocess.run([ROOT / "scripts" / script], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip())


@pytest.fixture(scope="session")
def output():
    with tempfile.TemporaryDirectory(prefix="lightmail-packages-") as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def deb(output):
    return package("package-deb", output)


@pytest.fixture(scope="session")
def newer_deb(output):
    return package("package-deb", output, VERSION="99.0", COMPRESSION="gzip")


@pytest.fixture(scope="session")
def tarball(output):
    return package("package-tarball", output, XZ_LEVEL="1")


class System:
    """The smallest Debian 12 there is, in a folder."""

    def __init__(self):
        assert os.geteuid() == 0, "only root can enter another system"
        self.root = Path(tempfile.mkdtemp(prefix="lightmail-debian-", dir="/tmp"))
        self.root.chmod(0o755)
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", self.root, self.mirror()], check=True, stdout=subprocess.DEVNULL
        )
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        for folder in ("apt.conf.d", "auth.conf.d"):
            for path in Path("/etc/apt", folder).glob("*prox*"):
                shutil.copy(path, self.root / "etc/apt" / folder)
        # What is installed there must not start beside our own.
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self.mounted = []
        for name in ("proc", "dev"):
            subprocess.run(["mount", "--bind", f"/{name}", self.root / name], check=True)
            self.mounted.append(name)

    @staticmethod
    def mirror():
        """Where this machine's own packages come from."""
        text = "".join(
            path.read_text() for path in [*Path("/etc/apt/sources.list.d").glob("*"), Path("/etc/apt/sources.list")] if path.exists()
        )
        found = re.search(r"^(?:URIs: |deb (?:\[[^]]*\] )?)(\S+/debian/?)(?:\s|$)", text, re.MULTILINE)
        assert found, "no mirror of Debian in /etc/apt"
        return found[1]

    def run(self, *command, check=True, user=None, **options):
        """Runs a command there."""
        prefix = ["chroot", *([f"--userspec={user}:{user}"] if user else []), self.root]
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        for name in ("http_proxy", "https_proxy"):
            if name in os.environ:
                environment[name] = os.environ[name]
        result = subprocess.run([*prefix, *command], env=environment, capture_output=True, text=True, **options)
        assert not check or result.returncode == 0, (command, result.stdout, result.stderr)
        return result

    def install(self, path):
        shutil.copy(path, self.root / "tmp")
        return self.run("apt-get", "install", "-q", "-y", "--no-install-recommends", f"/tmp/{path.name}").stdout

    def path(self, path):
        return self.root / path.lstrip("/")

    def unmount(self):
        """Before it is booted, when it has these of its own."""
        while self.mounted:
            subprocess.run(["umount", self.root / self.mounted.pop()], check=True)

    def close(self):
        self.unmount()
        shutil.rmtree(self.root)


@pytest.fixture(scope="session")
def debian():
    system = System()
    try:
        yield system
    finally:
        system.close()
