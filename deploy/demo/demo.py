"""Delivers the sample replies to a running rsvpd, and shows and checks what came of each. Started by demo.sh."""

import argparse
import email
import email.policy
import imaplib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib

from servers import PASSWORD, Dovecot, Rsvpd, SmtpServer, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESS = "rsvp@lighthouse.example"
FOLDERS = ["Recorded", "Review", "Ignored"]


def colour(code, text):
    plain = os.environ.get("NO_COLOR") or not sys.stdout.isatty()
    return text if plain else f"\x1b[{code}m{text}\x1b[0m"


def heading(text):
    print(f"\n{colour(1, text)}")


class Mailbox:
    """Somebody's mailbox, looked at over IMAP."""

    def __init__(self, port, address):
        self.imap = imaplib.IMAP4("127.0.0.1", port)
        self.imap.login(address, PASSWORD)

    def find(self, header, value, folder="INBOX"):
        """The messages of a folder with this header."""
        if self.imap.select(f'"{folder}"', readonly=True)[0] != "OK":
            return []
        numbers = self.imap.search(None, "HEADER", header, f'"{value}"')[1][0].split()
        return [self.imap.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.imap.logout()


def read_text(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content().strip() if body else ''}"


class Demo:
    def __init__(self, dovecot, smtp, rsvpd):
        self.dovecot, self.smtp, self.rsvpd = dovecot, smtp, rsvpd
        self.answers = {}  # the answer to each mail, by its file name
        self.delivered = {}  # how often each Message-ID was delivered
        self.wrong = []

    def deliver(self, sample):
        with open(os.path.join(HERE, "mails", sample["file"] + ".eml"), "rb") as file:
            raw = file.read()
        for name, answer in self.answers.items():
            raw = raw.replace(f"@ANSWER-TO {name}@".encode(), answer["message_id"].encode())
        message = email.message_from_bytes(raw, policy=email.policy.default)
        # RFC 3834, RFC 3464: what a machine writes has no return path
        sender = "" if message["Auto-Submitted"] else message["From"].addresses[0].addr_spec
        self.smtp.send(sender, ADDRESS, raw)
        message_id = message["Message-ID"].strip("<> ")
        self.delivered[message_id] = self.delivered.get(message_id, 0) + 1
        return message_id

    def filed(self, message_id):
        """The folder in which all copies of a mail ended, once they have."""
        self.rsvpd.check_alive()
        with Mailbox(self.dovecot.imap_port, ADDRESS) as mailbox:
            for folder in FOLDERS:
                if len(mailbox.find("Message-ID", message_id, f"RSVP/{folder}")) == self.delivered[message_id]:
                    return folder
        return None

    def rows(self, message_id):
        """The outbox's answers to a mail."""
        rows = map(json.loads, self.rsvpd("outbox", "list", "--output", "jsonl").splitlines())
        return [row for row in rows if row["in_reply_to"] == message_id]

    def answered(self, row):
        """The answer as it lies in the sender's own mailbox."""
        with Mailbox(self.dovecot.imap_port, row["to"]) as mailbox:
            return mailbox.find("Message-ID", row["message_id"])

    def take(self, sample):
        """Delivers a sample, waits for what comes of it, and compares."""
        message_id = self.deliver(sample)
        folder = wait_for(f"{sample['file']} should be filed", lambda: self.filed(message_id))
        rows = self.rows(message_id)
        for row in rows:
            row["mail"] = wait_for(f"{sample['file']} should be answered", lambda: self.answered(row))
            self.answers[sample["file"]] = row
        came = (folder, " ".join(row["kind"] for row in rows) or "none", [row["to"] for row in rows])
        expected = (sample["filed"], sample["answer"], [] if sample["answer"] == "none" else [sample["to"]])
        right = came == expected and all(len(row["mail"]) == 1 for row in rows)
        if not right:
            self.wrong.append(f"{sample['file']}: expected {expected}, came {came}")
        mark = colour(32, "ok   ") if right else colour(31, "WRONG")
        print(f"  {mark} {sample['file']:<26} {folder:<9} {came[1]:<9} {sample['shows']}")

    def compare(self, expected):
        """The records that stand in the end."""
        records = json.loads(self.rsvpd("export", "--event", "harbour-talks", "--format", "json"))
        for record in expected:
            found = [each for each in records if each["name"] == record["name"]]
            seen = [{key: each[key] for key in record} for each in found]
            if seen != [record]:
                self.wrong.append(f"record of {record['name']}: expected {record}, found {seen}")
        extra = {str(each["name"]) for each in records} - {record["name"] for record in expected}
        if extra:
            self.wrong.append(f"records that should not be: {', '.join(sorted(extra))}")

    def show(self):
        for title, command in [
            ("Who comes, and who does not", ("attendees", "list")),
            ("What a human must decide", ("review", "list")),
            ("Answers sent", ("outbox", "list")),
        ]:
            heading(f"{title}:  rsvpd {' '.join(command)}")
            print(self.rsvpd(*command).rstrip().replace("\t", "  "))
        for name, title in [("02-secretary", "A confirmation"), ("04-incomplete", "A question")]:
            if name in self.answers:
                heading(f"{title}, as it lies in the mailbox of {self.answers[name]['to']}:")
                print("  | " + read_text(self.answers[name]["mail"][0]).replace("\n", "\n  | "))

    def stay(self):
        """Shows every further answer until Ctrl-C."""
        heading("Now write your own reply, for example:")
        print(f"""
  swaks --server 127.0.0.1:{self.smtp.port} --from you@home.example --to {ADDRESS} \\
        --header 'Subject: Re: Harbour Talks' --body 'Yes, I will come to the dinner.

Your Name
Curator, Museum of Tides'

The answer appears here, and in the mailbox you@home.example (IMAP 127.0.0.1:{self.dovecot.imap_port}, password \
{PASSWORD!r}).
  {self.rsvpd.program} review --config {self.rsvpd.config} list
shows what waits for a human. Ctrl-C ends.""")

        def show(sender, recipients, raw):
            if ADDRESS not in recipients:
                print("\n  | " + read_text(raw).replace("\n", "\n  | "), flush=True)

        self.smtp.listeners.append(show)
        while True:
            self.rsvpd.check_alive()
            time.sleep(1)


def run(arguments, scratch):
    with open(os.path.join(HERE, "expected.toml"), "rb") as file:
        expected = tomllib.load(file)
    with Dovecot(scratch) as dovecot, SmtpServer(dovecot.lmtp_port) as smtp:
        events = os.path.join(HERE, "events")
        with Rsvpd(arguments.rsvpd, scratch, events, dovecot.imap_port, smtp.port, ADDRESS) as rsvpd:
            demo = Demo(dovecot, smtp, rsvpd)
            heading("Sample replies, where each was filed, and how its sender was answered:")
            for sample in expected["mail"]:
                demo.take(sample)
            demo.compare(expected["record"])
            demo.show()
            heading("Everything came out as expected." if not demo.wrong else "Not everything came out as expected:")
            print("\n".join(demo.wrong))
            if not arguments.once:
                demo.stay()
            return not demo.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rsvpd", required=True, help="the program")
    parser.add_argument("--once", action="store_true", help="end after the samples")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    # an end asked for in either way takes the servers along, also where a shell started this in the background
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    scratch = tempfile.mkdtemp(prefix="rsvpd-demo-")
    os.chmod(scratch, 0o755)  # the mailboxes are opened by another user where this runs as root
    try:
        right = run(arguments, scratch)
    except KeyboardInterrupt:
        right = not arguments.once
    except (RuntimeError, TimeoutError) as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        right = False
    if right:
        shutil.rmtree(scratch, ignore_errors=True)
    else:
        print(f"Logs and mailboxes are kept in {scratch}", file=sys.stderr)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
