//! A session on one folder: one command at a time, each answer read to its end, each refusal an error.
//!
//! async-imap's own commands drop the status of a FETCH, STORE or SEARCH and take a lost connection for the end of
//! a list, so commands are run and their answers read here. After any error the link must be dropped.

use std::collections::HashSet;

use async_imap::Session;
use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, Status};

use super::connect::{Capabilities, connect};
use super::error::{Cause, Error, spoken};
use super::folders::{Namespace, quoted};
use super::limits::{Limits, Stop};
use super::wire::Wire;
use crate::config::Imap;

/// A session, logged in.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) session: Session<Wire>,
    pub(super) capabilities: Capabilities,
    pub(super) namespace: Namespace,
    pub(super) limits: Limits,
    pub(super) stop: Stop,
    /// Something arrived since the folder was last looked at.
    pub(super) news: bool,
    /// Target folders known to exist.
    pub(super) existing: HashSet<String>,
}

/// What the server says of a folder that it opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Opened {
    pub(super) uid_validity: u32,
    /// The UID that the next message will get, if the server says so.
    pub(super) uid_next: Option<u32>,
    /// Flags that stay; `\*` if any keyword can be made.
    pub(super) permanent_flags: Vec<String>,
    pub(super) read_only: bool,
    pub(super) messages: u32,
}

impl Link {
    /// Connects, logs in, and learns how the server names its folders.
    pub(super) async fn open(imap: &Imap, limits: Limits, mut stop: Stop) -> Result<Self, Error> {
        let (mut session, capabilities) = connect(&imap.server, &limits, &mut stop).await?;
        let namespace = Namespace::ask(session.as_mut(), &capabilities, &limits, &mut stop).await?;
        let existing = HashSet::new();
        Ok(Self { session, capabilities, namespace, limits, stop, news: false, existing })
    }

    /// Runs one command to its tagged answer, showing every other answer to `heard`.
    pub(super) async fn run(
        &mut self,
        what: &'static str,
        command: &str,
        mut heard: impl FnMut(&Response<'_>),
    ) -> Result<(), Error> {
        let Self { session, stop, news, limits, .. } = self;
        let work = async {
            let id = session.run_command(command).await?;
            loop {
                let response = session.read_response().await?.ok_or(Cause::Lost)?;
                match response.parsed() {
                    Response::Done { tag, status, outcome } if *tag == id => {
                        heard(response.parsed());
                        return match status {
                            Status::Ok => Ok(()),
                            _ => Err(Cause::Refused(spoken(outcome.information.as_deref().unwrap_or("no reason")))),
                        };
                    }
                    Response::MailboxData(MailboxDatum::Exists(_)) => *news = true,
                    _ => {}
                }
                heard(response.parsed());
            }
        };
        stop.or(limits.command, what, work).await
    }

    /// Opens a folder for reading and filing; `folder` as configured.
    pub(super) async fn select(&mut self, folder: &str) -> Result<Opened, Error> {
        let mut opened = Opened::default();
        let command = format!("SELECT {}", quoted(&self.namespace.on_server(folder)));
        let done = self.run("open the folder", &command, |response| match response {
            Response::MailboxData(MailboxDatum::Exists(messages)) => opened.messages = *messages,
            Response::Data { outcome, .. } | Response::Done { outcome, .. } => match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => opened.uid_validity = *value,
                Some(ResponseCode::UidNext(value)) => opened.uid_next = Some(*value),
                Some(ResponseCode::ReadOnly) => opened.read_only = true,
                Some(ResponseCode::PermanentFlags(flags)) => {
                    opened.permanent_flags = flags.iter().map(ToString::to_string).collect();
                }
                _ => {}
            },
            _ => {}
        });
        match done.await {
            Ok(()) if opened.uid_validity == 0 => Err(Error::Garbled { what: "open the folder" }),
            Ok(()) => Ok(opened),
            Err(Error::Refused { text, .. }) => Err(Error::Folder { folder: folder.to_owned(), text }),
            Err(error) => Err(error),
        }
    }

    /// Which of these UIDs are still in the folder and satisfy `condition` (RFC 3501 §6.4.4; may be empty).
    pub(super) async fn search(&mut self, uids: &str, condition: &str) -> Result<HashSet<u32>, Error> {
        let mut found = HashSet::new();
        let command = format!("UID SEARCH UID {uids}{condition}");
        self.run("search the folder", &command, |response| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found.extend(uids.iter().copied());
            }
        })
        .await?;
        Ok(found)
    }

    /// Says goodbye, if there is time for it.
    pub(super) async fn close(mut self) {
        drop(tokio::time::timeout(self.limits.done, self.session.logout()).await);
    }
}
