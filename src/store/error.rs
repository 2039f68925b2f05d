//! What can go wrong with the store, told apart by what a caller would do about it.

use std::path::PathBuf;

use sqlx::error::ErrorKind;

/// What the store's functions return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store did not do what it was asked to. Nothing of the request has been kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room for it; taking in mail must stop until there is.
    #[error("could not {doing}: the disk is full; nothing of it was stored, make room and it will be tried again")]
    DiskFull {
        /// What was being done.
        doing: &'static str,
    },
    /// The database is busy, gone or failing; the same call may succeed later.
    #[error("could not {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        source: sqlx::Error,
    },
    /// What is stored cannot be read.
    #[error("could not {doing}: {problem}")]
    Corrupt {
        /// What was being done.
        doing: &'static str,
        /// Table, column or row, and what is wrong with it.
        problem: String,
    },
    /// The database cannot be used as configured.
    #[error("could not open the database {database}: {problem}")]
    Open {
        /// As configured.
        database: String,
        /// Why, and what to do.
        problem: String,
    },
    /// Another daemon works on the same database.
    #[error("could not start on {0}: another rsvpd is already running on this database; stop it first", database.display())]
    Locked {
        /// The database file.
        database: PathBuf,
    },
    /// There is nothing of this number.
    #[error("could not find {what} {id}: there is none")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// The record has moved on since the decision was made; decide again.
    #[error("could not change record {record}: it has changed since it was read")]
    Stale {
        /// The record.
        record: i64,
    },
    /// The message has its outcome already.
    #[error("could not store an outcome for message {message}: it is already decided")]
    AlreadyDecided {
        /// The message.
        message: i64,
    },
    /// Somebody of the staff was faster.
    #[error("could not decide review item {item}: already decided by {by} at {at}")]
    AlreadyReviewed {
        /// The review item.
        item: i64,
        /// Who decided.
        by: String,
        /// When.
        at: jiff::Timestamp,
    },
    /// The acknowledgement is not where the caller believes it to be.
    #[error("could not {doing}: acknowledgement {id} is not in that attempt any more")]
    NotThisAttempt {
        /// What was being done.
        doing: &'static str,
        /// The outbox row.
        id: i64,
    },
    /// The request contradicts what may be stored.
    #[error("could not {doing}: {problem}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        problem: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without anybody changing anything but the machine.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Database { .. } | Self::Stale { .. })
    }

    /// Whether it was the database that failed, not the request that was refused.
    pub(super) fn is_of_the_database(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Database { .. } | Self::Corrupt { .. })
    }

    /// A stored value that cannot be read.
    pub(super) fn corrupt(problem: impl Into<String>) -> Self {
        Self::Corrupt { doing: "", problem: problem.into() }
    }

    /// A request that must not be carried out.
    pub(super) fn refused(problem: impl Into<String>) -> Self {
        Self::Refused { doing: "", problem: problem.into() }
    }

    /// Says what was being done, once the outermost function knows it.
    pub(super) fn while_doing(mut self, what: &'static str) -> Self {
        if let Self::DiskFull { doing }
        | Self::Database { doing, .. }
        | Self::Corrupt { doing, .. }
        | Self::NotThisAttempt { doing, .. }
        | Self::Refused { doing, .. } = &mut self
        {
            *doing = what;
        }
        self
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        match &source {
            sqlx::Error::Database(error) => match error.code().as_deref() {
                // SQLITE_FULL; PostgreSQL's disk_full
                Some("13" | "53100") => Self::DiskFull { doing: "" },
                // SQLITE_CORRUPT and its kin, SQLITE_NOTADB
                Some("11" | "267" | "523" | "779" | "26") => Self::corrupt(error.message()),
                // A constraint of the tables says no, and will say so again.
                _ if error.kind() != ErrorKind::Other => Self::refused(error.message()),
                _ => Self::Database { doing: "", source },
            },
            sqlx::Error::ColumnDecode { index, source } => Self::corrupt(format!("column {index}: {source}")),
            sqlx::Error::ColumnNotFound(column) => Self::corrupt(format!("column {column} is missing")),
            _ => Self::Database { doing: "", source },
        }
    }
}
