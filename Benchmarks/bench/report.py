"""The table: medians of what the rounds measured, LightMail beside Dovecot, and the ratio that says who is ahead by how much."""

import os
import platform
import statistics
import subprocess
from datetime import datetime, timezone
from pathlib import Path


class Report:
    """Results in the order in which their labels first came, each with one figure a round and server."""

    def __init__(self):
        self.figures = {}
        self.failures = []

    def add(self, kind, server, result):
        entry = self.figures.setdefault((kind, result.label), {})
        entry.setdefault(server, []).append(result)
        print(f"{server:<10} {result.label:<72} {number(result.figure):>10} {result.unit:<10} {result.remark}", flush=True)

    def fail(self, row, server, error):
        self.failures.append(f"{row} of {server}")
        print(f"{server:<10} {row} failed: {error}", flush=True)

    def table(self, kind):
        for (of, label), servers in self.figures.items():
            if of == kind:
                yield label, {server: median(results) for server, results in servers.items()}

    def markdown(self, rounds, seconds, messages):
        lines = [
            "# Performance",
            "",
            "Written by `make bench`; what you change here is lost at the next run. LightMail's release build and Debian's Dovecot",
            f"stand on one machine and take the same load in turns, {rounds} rounds, {seconds:g} seconds a timed row; each figure is",
            f"the median of the rounds. The large mailbox holds {messages:,} messages of 2 kB. A ratio above 1 says that",
            "LightMail is ahead. Dovecot keeps mail in sdbox with `mail_fsync = always` and checks passwords that it holds in clear;",
            "LightMail puts each body into an S3 server and commits each delivery to MariaDB, both with a flush, and checks bcrypt",
            "hashes, which count in the processor time of IMAP rows where a session logs in for the first time. The processor time of LightMail is its daemon's and MariaDB's, without the S3 server's; Dovecot's is that of all its processes.",
            "",
            "What falls short of what the S3 server and MariaDB give by themselves, and why:",
            "[decisions/0017](decisions/0017-what-falls-short.md).",
            "",
            f"Measured {datetime.now(timezone.utc):%Y-%m-%d} on {machine()}.",
            "",
            "## What the machine and the servers behind LightMail give",
            "",
            "| ceiling | figure |",
            "|---|---:|",
        ]
        for label, servers in self.table("ceiling"):
            (result,) = servers.values()
            lines.append(f"| {label} | {number(result.figure)} {result.unit} |")
        if self.failures:
            lines += ["", f"Rows that failed in a round, which the medians are without: {', '.join(self.failures)}."]
        lines += ["", "## Side by side", "", "| work | LightMail | Dovecot | ratio | CPU an operation |", "|---|---:|---:|---:|---|"]
        for label, servers in self.table("row"):
            lines.append(self.row(label, servers))
        if not any(kind == "sink" for kind, _ in self.figures):
            return "\n".join(lines) + "\n"
        lines += [
            "", "## Deliveries when the object store costs nothing", "",
            "The bodies go to a sink that answers 200 and keeps nothing: what remains is LightMail, its signing client and MariaDB.", "",
            "| work | LightMail | Dovecot, from above | ratio | CPU an operation |", "|---|---:|---:|---:|---|",
        ]
        beside = dict(self.table("row"))
        for label, servers in self.table("sink"):
            if "Dovecot" in beside.get(label, {}):
                servers["Dovecot"] = beside[label]["Dovecot"]
            lines.append(self.row(label, servers))
        return "\n".join(lines) + "\n"

    def row(self, label, servers):
        ours, theirs = servers.get("LightMail"), servers.get("Dovecot")
        cells = [f"{number(result.figure)} {result.unit}" if result else "" for result in (ours, theirs)]
        ratio = ""
        if ours and theirs and ours.figure and theirs.figure:
            gain = ours.figure / theirs.figure if ours.unit.endswith("/s") else theirs.figure / ours.figure
            ratio = f"{gain:.2f}"
        cpu = ", ".join(f"{result.cpu:.0f} µs" if result.cpu is not None else "" for result in (ours, theirs) if result)
        remark = f"; {ours.remark}" if ours and ours.cpu is None and ours.remark else ""
        return f"| {label}{remark} | {cells[0]} | {cells[1]} | {ratio} | {cpu.strip(', ')} |"


def median(results):
    """The result whose figure is in the middle, so that its other values belong to it."""
    middle = statistics.median_low(result.figure for result in results)
    return next(result for result in results if result.figure == middle)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine():
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = Path("/etc/os-release").read_text().split('PRETTY_NAME="')[1].split('"')[0]
    dovecot = subprocess.run(["dovecot", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()
    return (f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {release}, Linux {platform.release()}"
            + (f", Dovecot {dovecot[0]}" if dovecot else ""))
