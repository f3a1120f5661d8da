"""`make install` and `make deb` as far as the debug build shows them; `make check-packages` tries the packages themselves."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from support.stack import ROOT

PROGRAMS = ["lightmailctl", *(f"lightmail-{name}" for name in ("imapd", "pop3d", "lmtpd", "smtpd", "apid", "gcd"))]


@pytest.fixture(scope="module")
def build():
    return Path(os.environ.get("LIGHTMAIL_BIN_DIR", ROOT / ".build" / os.environ.get("LIGHTMAIL_BUILD", "debug")))


@pytest.fixture(scope="module")
def installed(build, tmp_path_factory):
    destination = tmp_path_factory.mktemp("installed")
    make("install", f"DESTDIR={destination}", "PREFIX=/opt/lightmail", f"BUILD={build.name}")
    return destination


def make(*arguments):
    result = subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_everything_has_its_place(installed, build):
    prefix = installed / "opt/lightmail"
    for name in PROGRAMS:
        assert (prefix / "bin" / name).stat().st_mode & 0o777 == 0o755
        assert (prefix / "share/man/man8" / f"{name}.8").exists()
    assert sorted(path.name for path in (prefix / "lib/systemd/system").iterdir()) == sorted(
        path.name for path in (ROOT / "systemd").iterdir() if path.suffix in (".service", ".socket", ".target")
    )
    for path in ("config.ini.example", "schema.sql", "haproxy.cfg", "postfix/main.cf"):
        assert (prefix / "share/lightmail" / path).stat().st_size > 0
    assert (prefix / "share/lightmail/test_imap.sh").stat().st_mode & 0o777 == 0o755
    assert len(list((prefix / "share/lightmail/migrations").iterdir())) == len(list((ROOT / "sql/migrations").iterdir()))
    for path in (prefix / "lib/systemd/system").glob("*.service"):
        program = path.name.removesuffix(".service")
        assert f"ExecStart=/opt/lightmail/bin/{program} --config /etc/lightmail/config.ini\n" in path.read_text()
    world = [path for path in installed.rglob("*") if path.stat().st_mode & 0o002]
    assert world == []


def test_the_configuration_is_an_administrators(installed, build):
    path = installed / "etc/lightmail/config.ini"
    assert path.stat().st_mode & 0o777 == 0o640
    path.write_text("# mine\n")
    make("install", f"DESTDIR={installed}", "PREFIX=/opt/lightmail", f"BUILD={build.name}")
    assert path.read_text() == "# mine\n"


def test_the_first_configuration_is_one(build, tmp_path):
    """Every line of deploy/config.ini is taken, with and without its comment sign."""
    text = (ROOT / "deploy/config.ini").read_text()
    opened = re.sub(r"^#(\w+ =)", r"\1", text, flags=re.MULTILINE)
    for name in ("database-password", "s3-secret-key"):
        (tmp_path / name).write_text("7d1f0a")
        opened = opened.replace(f"/etc/lightmail/{name}", str(tmp_path / name))
    opened = opened.replace("access_key =\n", "access_key = key\n")
    for name in ("fullchain.pem", "key.pem"):
        opened = opened.replace(f"/etc/lightmail/tls/{name}", str(tmp_path / name))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key.pem", "-out",
         tmp_path / "fullchain.pem", "-subj", "/CN=mail.example.com"],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "config.ini").write_text(opened)
    command = [build / "lightmail-imapd", "--config", tmp_path / "config.ini", "--check-config"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    assert "hostname = mail.example.com\n" in result.stdout


def test_systemd_makes_user_and_folders(installed):
    if os.geteuid() != 0:
        pytest.skip("only root can give folders away")
    (installed / "etc/passwd").touch()
    (installed / "etc/group").touch()
    for tool, folder in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
        file = installed / "opt/lightmail/lib" / folder / "lightmail.conf"
        options = ["--create"] if tool == "systemd-tmpfiles" else []
        subprocess.run([tool, f"--root={installed}", *options, file], check=True)
    user = next(line for line in (installed / "etc/passwd").read_text().splitlines() if line.startswith("lightmail:"))
    number = int(user.split(":")[2])
    assert user.endswith(":/usr/sbin/nologin")
    for path, owner, mode in (
        ("etc/lightmail", 0, 0o750),
        ("var/spool/lightmail", number, 0o700),
        ("var/spool/postfix/lightmail", number, 0o750),
    ):
        status = (installed / path).stat()
        assert (status.st_uid, status.st_mode & 0o777) == (owner, mode), path
        assert status.st_gid == int(user.split(":")[3])


def test_shells_complete(installed):
    share = installed / "opt/lightmail/share"
    bash = share / "bash-completion/completions/lightmailctl"
    script = f"source {bash}; COMP_WORDS=(lightmailctl do); COMP_CWORD=1; _lightmailctl lightmailctl do lightmailctl"
    script += "; printf '%s\\n' \"${COMPREPLY[@]}\""
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert set(result.stdout.split()) == {"doctor", "domain"}, result
    assert (share / "zsh/vendor-completions/_lightmailctl").read_text().startswith("#compdef lightmailctl")
    assert "complete -c 'lightmailctl'" in (share / "fish/vendor_completions.d/lightmailctl.fish").read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_manual_pages_are_well_formed(name):
    result = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", ROOT / "docs/man" / f"{name}.8"], capture_output=True, text=True
    )
    # A page has the date of its release, which is not written into it.
    assert [line for line in result.stdout.splitlines() if "missing date" not in line] == []


def test_the_package_holds_what_was_installed(build, tmp_path):
    environment = os.environ | {
        "BINARIES": str(build),
        "OUTPUT": str(tmp_path),
        "COMPRESSION": "none",
        # The debug build has the Swift libraries beside the toolchain, which no package of Debian brings.
        "SHLIBDEPS_OPTIONS": "--ignore-missing-info -l" + swift_libraries(),
    }
    result = subprocess.run([ROOT / "scripts/package-deb"], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    (package,) = tmp_path.iterdir()
    assert str(package) == result.stdout.strip()
    listing = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    for name in PROGRAMS:
        assert f" ./usr/bin/{name}\n" in listing and f" ./usr/share/man/man8/{name}.8.gz\n" in listing
    assert " ./usr/share/lightmail/test_imap.sh\n" in listing
    assert re.search(r"^-rw-r----- root/root .* \./etc/lightmail/config\.ini$", listing, re.MULTILINE)
    assert all(line.split()[1] == "root/root" for line in listing.splitlines())
    for field, wanted in (("Depends", "libmariadb3"), ("Depends", "libcurl4"), ("Package", "lightmail")):
        command = ["dpkg-deb", "--field", package, field]
        assert wanted in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    control = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", package, control], check=True)
    assert (control / "conffiles").read_text() == "/etc/lightmail/config.ini\n"
    for script in ("postinst", "prerm", "postrm"):
        assert (control / script).stat().st_mode & 0o777 == 0o755
        subprocess.run(["sh", "-n", control / script], check=True)


def test_the_tarball_installs_itself(build, tmp_path):
    environment = os.environ | {"BINARIES": str(build), "OUTPUT": str(tmp_path), "XZ_LEVEL": "0"}
    packed = subprocess.run([ROOT / "scripts/package-tarball"], env=environment, capture_output=True, text=True)
    assert packed.returncode == 0, packed.stderr
    subprocess.run(["tar", "--extract", f"--directory={tmp_path}", f"--file={packed.stdout.strip()}"], check=True)
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    environment = {key: value for key, value in os.environ.items() if key != "BINARIES"}
    environment |= {"PREFIX": "/opt/lightmail", "DESTDIR": str(tmp_path / "installed")}
    result = subprocess.run([folder / "scripts/install"], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    share = tmp_path / "installed/opt/lightmail/share/lightmail"
    assert (share / "test_imap.sh").read_bytes() == (ROOT / "scripts/test_imap.sh").read_bytes()


def swift_libraries():
    swift = subprocess.run(["sh", "-c", "readlink -f $(command -v swift)"], capture_output=True, text=True, check=True)
    return str(Path(swift.stdout.strip()).parents[1] / "lib/swift/linux")
