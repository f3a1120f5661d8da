"""What nobody can read any more is freed, down to the last object; what somebody can read is kept."""

from support import corpus
from support.stack import eventually, fetch_bodies

# At once, where an operator would wait for days.
EAGER = {
    "GARBAGE_RETENTION_SECONDS": 0,
    "GARBAGE_IDLE_SECONDS": 1,
    "GARBAGE_PAUSE_SECONDS": 0,
    "GARBAGE_BATCH_SIZE": 10,
}


def collect_eagerly(stack):
    """Two collectors at once, which must not get in each other's way."""
    stack.stop("lightmail-gcd")
    for _ in range(2):
        stack.daemon("lightmail-gcd", METRICS_GCD_PORT=0, **EAGER)


def test_removal_of_accounts_and_mailboxes_frees_everything(lonely_stack, tmp_path):
    first, second = lonely_stack.account(), lonely_stack.account()
    for number in range(15):
        lonely_stack.deliver(corpus.header(f"message {number}", ""), first.address, second.address)
    lonely_stack.deliver(corpus.POSTFIX["30 MB attachment"], first.address)
    with lonely_stack.imap(first, mailbox="INBOX") as client:
        client.create("Folder")
        client.copy("1:5", "Folder")
        client.append("Folder", None, None, corpus.POSTFIX["300 kB"])
        client.create("Folder/Sub")
    (tmp_path / "box").write_text("From a Thu Jan  1 00:00:00 1970\nSubject: imported\n\n")
    lonely_stack.control("import", "mbox", str(tmp_path / "box"), first.address)
    assert lonely_stack.sql("SELECT COUNT(*) FROM imported_messages") == [["1"]]
    # 15 shared ones, the large one, the appended one, the imported one, and the welcome message.
    eventually(lambda: len(lonely_stack.object_keys()) == 19, "19 objects")
    collect_eagerly(lonely_stack)

    with lonely_stack.imap(first) as client:
        assert client.delete("Folder")[0] == "OK"
    eventually(lambda: len(lonely_stack.object_keys()) == 18, "what only the mailbox held is freed")

    lonely_stack.control("account", "remove", first.address)
    # The second account still reads what it shared with the first.
    eventually(lambda: len(lonely_stack.object_keys()) == 16, "what only the account held is freed")
    with lonely_stack.imap(second, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 15

    lonely_stack.control("account", "remove", second.address)
    lonely_stack.control("account", "remove", lonely_stack.settings["LIGHTMAIL_USER"])
    eventually(lambda: lonely_stack.object_keys() == [], "no object is left")
    for table in ("messages", "object_keys", "mailboxes", "imported_messages", "accounts"):
        eventually(lambda table=table: lonely_stack.sql(f"SELECT COUNT(*) FROM {table}") == [["0"]], f"{table} is empty")


def test_copies_and_deliveries_survive_a_collector_at_work(lonely_stack):
    """A message is deleted and copied at once, again and again: the copy is never without its body."""
    account = lonely_stack.account()
    collect_eagerly(lonely_stack)
    rounds = 40
    with lonely_stack.imap(account, mailbox="INBOX") as client:
        client.create("Kept")
        for number in range(rounds):
            message = corpus.header(f"round {number}", "")
            lonely_stack.deliver(message, account.address)
            client.noop()
            assert client.copy("1", "Kept")[0] == "OK"
            client.store("1", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()
        client.select("Kept")
        bodies = fetch_bodies(client)
    assert len(bodies) == rounds
    for number, body in enumerate(bodies):
        assert body.endswith(corpus.header(f"round {number}", ""))
    result = lonely_stack.control("fsck", check=False)
    assert result.returncode == 0, result.stdout
