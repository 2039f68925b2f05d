"""A real SMTP server (Debian's python3-aiosmtpd) that delivers into one maildir for each recipient.

Prints the port it listens on, then serves; with --while-stdin until its standard input ends, so that it cannot
outlive a test that started it, however that ends.
With --authserv-id it plays the receiving server of a mailbox: it removes foreign Authentication-Results of that name
and adds its own, in which DMARC passes where the envelope sender and From have the same domain.
"""

import argparse
import asyncio
import logging
import mailbox
import pathlib
import re
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


class IntoMaildirs:
    def __init__(self, folder, authserv_id):
        self.folder = pathlib.Path(folder)
        self.authserv_id = authserv_id

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.content
        if self.authserv_id:
            raw = self.authenticated(raw, envelope.mail_from or "")
        raw = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode() + raw
        for recipient in envelope.rcpt_tos:
            mailbox.Maildir(self.folder / recipient.lower(), create=True).add(raw)
        return "250 2.0.0 Ok: delivered"

    def authenticated(self, raw, sender):
        """The mail with this server's verdict as its only one; its other bytes stay as they are."""
        header, blank, body = raw.partition(b"\r\n\r\n")
        foreign = rb"(?im)^authentication-results:\s*" + re.escape(self.authserv_id.encode()) + rb"\b.*\r\n(?:[ \t].*\r\n)*"
        header = re.sub(foreign, b"", header + b"\r\n")
        author = re.search(rb"(?im)^from:.*@([a-z0-9.-]+)", header)
        author = author.group(1).decode().lower() if author else ""
        verdict = "pass" if author and author == sender.rpartition("@")[2].lower() else "fail"
        own = f"Authentication-Results: {self.authserv_id}; dmarc={verdict} header.from={author}\r\n"
        return own.encode() + header.removesuffix(b"\r\n") + blank + body


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--maildirs", required=True)
    options.add_argument("--authserv-id")
    options.add_argument("--certificate")
    options.add_argument("--key")
    options.add_argument("--implicit-tls", action="store_true")
    options.add_argument("--login", help="user:password; without it nobody need log in")
    options.add_argument("--without-plain", action="store_true", help="offer AUTH LOGIN alone")
    options.add_argument("--while-stdin", action="store_true")
    options = options.parse_args()

    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)

    def authenticate(server, session, envelope, mechanism, data):
        given = b":".join((data.login, data.password))
        return AuthResult(success=given == options.login.encode(), handled=False)

    def serve():
        return SMTP(
            IntoMaildirs(options.maildirs, options.authserv_id),
            hostname="localhost",
            tls_context=None if options.implicit_tls else tls,
            require_starttls=bool(tls) and not options.implicit_tls,
            authenticator=authenticate if options.login else None,
            auth_required=bool(options.login),
            auth_require_tls=False,
            auth_exclude_mechanism=["PLAIN"] if options.without_plain else [],
            enable_SMTPUTF8=True,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", options.port, ssl=tls if options.implicit_tls else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    if options.while_stdin:
        await loop.run_in_executor(None, sys.stdin.read)
    else:
        await server.serve_forever()


logging.disable()  # clients that break off are what the tests are about
warnings.simplefilter("ignore")
asyncio.run(main())
