"""The load generator of Benchmarks/generator: compiled once a run, and started for each measurement."""

import json
import subprocess
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "generator"


class Generator:
    def __init__(self, directory):
        self.program = directory / "load"
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libmariadb"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-o", self.program, *sorted(SOURCES.glob("*.c")), "-lpthread", "-lssl",
             "-lcrypto", *flags],
            check=True,
        )

    def command(self, mode, keys, commands=()):
        words = [f"{key}={value}" for key, value in keys.items()] + [f"command={command}" for command in commands]
        return [self.program, mode, *words]

    def measure(self, mode, commands=(), **keys):
        """One object a line of output. A run with errors is an error: it says nothing about speed."""
        result = subprocess.run(self.command(mode, keys, commands), stdout=subprocess.PIPE, text=True)
        if result.returncode:
            raise RuntimeError(f"load {mode} failed: {result.stdout}")
        return [json.loads(line) for line in result.stdout.splitlines()]

    def start(self, mode, **keys):
        """A run that goes on until its input is closed; its first line is there when it is ready."""
        return subprocess.Popen(self.command(mode, keys), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
