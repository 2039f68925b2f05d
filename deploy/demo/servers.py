"""The servers of the demonstration, each on free ports of 127.0.0.1 with all its files in a scratch folder."""

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import time

from aiosmtpd.controller import Controller

PASSWORD = "demo"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=60):
    """Waits until the condition yields something, and returns that."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} seconds in vain: {what}")
        time.sleep(0.05)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Dovecot:
    """Everybody's mailboxes: any address can log in with PASSWORD, mail arrives by LMTP."""

    def __init__(self, scratch):
        self.imap_port, self.lmtp_port = free_port(), free_port()
        is_root = os.getuid() == 0
        # Dovecot never opens mailboxes as root; as a plain user it cannot change to another one
        owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.getuid())
        group = grp.getgrgid(owner.pw_gid).gr_name
        mail = os.path.join(scratch, "mail")
        os.mkdir(mail)
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        unprivileged = "" if is_root else f"""
            default_internal_user = {owner.pw_name}
            default_internal_group = {group}
            default_login_user = {owner.pw_name}
        """
        config = os.path.join(scratch, "dovecot.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""
            {unprivileged}
            base_dir = {scratch}/dovecot
            log_path = {scratch}/dovecot.log
            protocols = imap lmtp
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            first_valid_uid = 1
            mail_location = maildir:~/Maildir
            namespace inbox {{
              inbox = yes
              separator = /
            }}
            passdb {{
              driver = static
              args = password={PASSWORD}
            }}
            userdb {{
              driver = static
              args = uid={owner.pw_uid} gid={owner.pw_gid} home={mail}/%Lu allow_all_users=yes
            }}
            service anvil {{
              chroot =
            }}
            service imap-login {{
              chroot =
              inet_listener imap {{
                port = {self.imap_port}
              }}
              inet_listener imaps {{
                port = 0
              }}
            }}
            service lmtp {{
              inet_listener lmtp {{
                port = {self.lmtp_port}
              }}
            }}
            """)
        program = shutil.which("dovecot", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = subprocess.Popen([program, "-F", "-c", config])

    def __enter__(self):
        for port in (self.imap_port, self.lmtp_port):
            wait_for("Dovecot should listen", lambda: listens(port) or self.process.poll() is not None, 20)
        if self.process.poll() is not None:
            raise RuntimeError("Dovecot did not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class SmtpServer:
    """Takes mail for anybody and hands it to Dovecot."""

    def __init__(self, lmtp_port):
        self.lmtp_port = lmtp_port
        self.port = free_port()
        self.listeners = []  # called with (sender, recipients, mail) after each delivery
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    # named by aiosmtpd
    async def handle_DATA(self, server, session, envelope):
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            lmtp.sendmail(envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content)
        for listener in self.listeners:
            listener(envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        return "250 2.0.0 delivered"

    def send(self, sender, recipient, mail):
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            smtp.sendmail(sender, [recipient], mail)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


class Rsvpd:
    """The daemon, and its other commands on the same configuration."""

    def __init__(self, program, scratch, events, imap_port, smtp_port, address):
        self.program = os.path.abspath(program)
        self.config = os.path.join(scratch, "rsvpd.toml")
        password = os.path.join(scratch, "password")
        with open(os.open(password, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""
[database]
url = "sqlite:rsvpd.db"
[events]
dir = "{os.path.abspath(events)}"
[[mailbox]]
name = "demo"
address = "{address}"
[mailbox.imap]
host = "127.0.0.1"
port = {imap_port}
tls = "none"
user = "{address}"
password_file = "password"
poll_seconds = 5
[mailbox.smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "Harbour Talks <{address}>"
[log]
format = "text"
""")
        self.log = open(os.path.join(scratch, "rsvpd.log"), "w", encoding="utf-8")
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "run", "--config", self.config], stderr=self.log, stdout=self.log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def check_alive(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"rsvpd ended with exit code {self.process.returncode}; see {self.log.name}")

    def __call__(self, command, *arguments):
        """What a command of rsvpd prints."""
        self.check_alive()
        done = subprocess.run(
            [self.program, command, "--config", self.config, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"rsvpd {command}: {done.stderr.strip()}")
        return done.stdout
