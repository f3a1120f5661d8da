"""What Growth measured, as a page with two tables and as a picture."""

from datetime import datetime, timezone

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

from .report import machine  # noqa: E402


def labels(costs):
    return list(dict.fromkeys(cost.label for cost in costs))


def of(costs, label):
    return [cost for cost in costs if cost.label == label]


def table(costs, what):
    sizes = sorted({cost.size for cost in costs})
    lines = ["| operation | " + " | ".join(f"{size:,} {what}" for size in sizes) + " |", "|---|" + "---:|" * len(sizes)]
    for label in labels(costs):
        cells = [f"{cost.trips} + {cost.requests}, {milliseconds(cost.seconds)}" for cost in of(costs, label)]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def milliseconds(seconds):
    return f"{seconds * 1e3:,.0f} ms" if seconds >= 0.01 else f"{seconds * 1e3:.2f} ms"


def page(mailboxes, accounts):
    lines = [
        "# What operations cost as all grows",
        "",
        "Written by `make growth`; what you change here is lost at the next run. Each cell says how many round trips to MySQL and how many",
        "requests to S3 one operation took, as the daemon counts them, and the median of its time. One mailbox grows, and then the number of",
        "accounts in the database. Operations that name every message take time for each, and round trips for each thousand where the index in",
        "memory cannot answer; all others take as many in a mailbox of a million as in one of a thousand. What changes a mailbox that is open",
        "makes a new index of it in memory, which takes some tens of nanoseconds a message.",
        "",
        f"Measured {datetime.now(timezone.utc):%Y-%m-%d} on {machine()}.",
        "",
        "![Time against size](growth.svg)",
        "",
        "## As a mailbox grows",
        "",
        *table(mailboxes, "messages"),
        "",
        "SELECT is cold after a start of the daemon, when the index of the mailbox is read from the database: its time is that of its rows.",
        "",
        "## As the number of accounts grows",
        "",
        *table(accounts, "accounts"),
    ]
    return "\n".join(lines) + "\n"


def draw(mailboxes, accounts, path):
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 6), sharey=True, layout="constrained")
    for axes, costs, title in [(left, mailboxes, "messages in a mailbox"), (right, accounts, "accounts in the database")]:
        for number, label in enumerate(labels(costs)):
            points = of(costs, label)
            axes.plot(
                [point.size for point in points], [point.seconds * 1e3 for point in points], label=label,
                marker="osD^v<>ph*"[number % 10], linestyle="--" if points[0].grows else "-", color=f"C{number % 10}",
            )
        axes.set(xscale="log", yscale="log", xlabel=title)
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small", ncols=2, loc="upper left")
    left.set_ylabel("milliseconds an operation (dashed: for every message)")
    low, high = left.get_ylim()
    left.set_ylim(low, high * 30)
    figure.savefig(path, metadata={"Date": None})


def broken(costs):
    """Operations whose count grows with the size, those that name every message left out. That a session hears of its own change while
    it reads it may cost a look or spare one, at any size."""
    for label in labels(costs):
        points = of(costs, label)
        first = points[0]
        if not first.grows and any(point.trips > first.trips or point.requests > first.requests for point in points):
            yield f"{label}: " + ", ".join(f"{point.trips} + {point.requests} at {point.size:,}" for point in points)
