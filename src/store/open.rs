//! Opening the database: file, settings, migrations; and the two ways of using it, reading and writing.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection, Row};

use super::error::{Result, StoreError};

/// The registry's database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    /// One connection only: SQLite has one writer, and queueing here beats its busy waiting.
    writer: AnyPool,
    readers: AnyPool,
    path: PathBuf,
}

/// Held by the one daemon that works on a database; released when dropped, and by the system if the daemon dies.
#[derive(Debug)]
pub struct DaemonLock {
    _file: File,
}

/// Pages and commands read while others write; more readers than this gain nothing on SQLite.
const READERS: u32 = 4;

/// Settings of every connection, each with the value that must be read back. FULL, because a commit is followed by
/// what cannot be undone: mail sent, a message moved. Secure deletion, because erased means gone from the file.
const SETTINGS: [(&str, &str, &str); 5] = [
    ("busy_timeout", "10000", "10000"),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("secure_delete", "ON", "1"),
];

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

impl Store {
    /// Opens the database, creates it if it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When the URL is not `sqlite:PATH`, the file cannot be used, its settings do not hold, or a newer rsvpd wrote it.
    pub async fn open(url: &str) -> Result<Self> {
        let failed = |problem: String| StoreError::Open { database: url.into(), problem };
        let path = path_of(url).map_err(failed)?;
        create(&path).map_err(|error| failed(error.to_string()))?;
        sqlx::any::install_default_drivers();
        let options = connect_options(&path).map_err(|error| failed(error.to_string()))?;
        let pool = |connections, begin: &'static str| {
            AnyPoolOptions::new()
                .max_connections(connections)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(Duration::from_secs(30))
                .after_connect(move |connection, _| Box::pin(settle(connection, begin)))
        };
        prepare(&options).await.map_err(failed)?;
        let writer = pool(1, "OFF").connect_lazy_with(options.clone());
        let readers = pool(READERS, "ON").connect_lazy_with(options);
        Ok(Self { writer, readers, path })
    }

    /// Makes sure that only one daemon works on this database.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another one does.
    pub fn lock_for_daemon(&self) -> Result<DaemonLock> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let failed = |error: io::Error| StoreError::Open {
            database: self.path.display().to_string(),
            problem: error.to_string(),
        };
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(DaemonLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { database: self.path.clone() }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Closes all connections and folds the write-ahead log into the database file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Writes a consistent copy of the database to a new file, while others go on working.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub async fn backup(&self, file: &Path) -> Result<()> {
        const DOING: &str = "write a backup";
        let failed = |error: io::Error| StoreError::refused(format!("{}: {error}", file.display())).while_doing(DOING);
        let target = file.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        // SQLite fills an empty file, which we make first so that nobody else can ever read it.
        let created = OpenOptions::new().create_new(true).write(true).mode(0o600).open(file).map_err(failed)?;
        let written = async {
            let mut connection = self.writer.acquire().await?;
            sqlx::query("VACUUM INTO $1").bind(target).execute(&mut *connection).await?;
            created.sync_all().map_err(failed)
        };
        let written = written.await.map_err(|error: StoreError| error.while_doing(DOING));
        if written.is_err() {
            // Half a backup is worse than none; the error that counts is the first one.
            std::fs::remove_file(file).ok();
        }
        written
    }

    /// Folds the write-ahead log into the database file: what was erased is then gone from both.
    pub(super) async fn fold_log(&self) -> Result<()> {
        let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await;
        folded.map(drop).map_err(|error| StoreError::from(error).while_doing("fold the write-ahead log"))
    }

    /// Does all of `work` in one transaction, or nothing of it.
    pub(super) async fn write<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T>,
    ) -> Result<T> {
        // IMMEDIATE: a transaction that reads first and then writes would fail at once if another process wrote.
        transact(&self.writer, "BEGIN IMMEDIATE", work).await.map_err(|error| error.while_doing(doing))
    }

    /// Reads in one transaction, so that all of `work` sees the same state.
    pub(super) async fn read<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T>,
    ) -> Result<T> {
        transact(&self.readers, "BEGIN", work).await.map_err(|error| error.while_doing(doing))
    }
}

async fn transact<T>(
    pool: &AnyPool,
    begin: &'static str,
    work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T>,
) -> Result<T> {
    let mut connection = pool.acquire().await?;
    let done = async {
        let mut transaction = connection.begin_with(begin).await?;
        let value = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(value)
    };
    let done: Result<T> = done.await;
    if done.as_ref().is_err_and(StoreError::is_of_the_database) {
        // When the disk is full, SQLite rolls back by itself; sqlx, not knowing, then fails to, and would take the
        // connection for being inside that transaction for ever.
        connection.close_on_drop();
    }
    done
}

fn path_of(url: &str) -> Result<PathBuf, String> {
    if url.starts_with("postgres") {
        return Err("PostgreSQL comes with a later version; use sqlite:PATH".into());
    }
    let path =
        url.strip_prefix("sqlite:").ok_or("the URL must read sqlite:PATH, e.g. sqlite:/var/lib/rsvpd/rsvpd.db")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    match path {
        "" => Err("the URL names no file; it must read sqlite:PATH".into()),
        ":memory:" => Err("a registry in memory would be lost with the process; name a file".into()),
        _ => Ok(path.into()),
    }
}

/// Creates what is missing of folder and file, closed to other users; SQLite gives its side files the same mode.
fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn connect_options(path: &Path) -> Result<AnyConnectOptions, sqlx::Error> {
    let path = std::path::absolute(path)?;
    let path = path.to_str().ok_or_else(|| sqlx::Error::Configuration("its path is not UTF-8".into()))?;
    // What follows `sqlite:` in the configuration is a plain path; sqlx wants a URL.
    let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23").replace(' ', "%20");
    format!("sqlite:{path}?mode=rw").parse()
}

async fn settle(connection: &mut AnyConnection, query_only: &'static str) -> Result<(), sqlx::Error> {
    let settings =
        SETTINGS.iter().copied().chain([("query_only", query_only, if query_only == "ON" { "1" } else { "0" })]);
    for (name, value, expected) in settings {
        let pragma = |text: String| sqlx::query(sqlx::AssertSqlSafe(text));
        pragma(format!("PRAGMA {name} = {value}")).execute(&mut *connection).await?;
        let row = pragma(format!("PRAGMA {name}")).fetch_one(&mut *connection).await?;
        let found =
            row.try_get::<i64, _>(0).map(|number| number.to_string()).or_else(|_| row.try_get::<String, _>(0))?;
        if found != expected {
            let problem =
                format!("its setting {name} stays at {found} where {value} is needed; is it on a local disk?");
            return Err(sqlx::Error::Configuration(problem.into()));
        }
    }
    Ok(())
}

/// Tries the settings and brings the tables up to date, on a connection of its own: the pools would hide what is wrong
/// behind a time-out.
async fn prepare(options: &AnyConnectOptions) -> Result<(), String> {
    let mut connection = options.connect().await.map_err(|error| error.to_string())?;
    settle(&mut connection, "OFF").await.map_err(|error| error.to_string())?;
    migrate(&mut connection).await?;
    connection.close().await.map_err(|error| error.to_string())
}

/// Inside one immediate transaction, because two processes may open a new database at the same moment.
async fn migrate(connection: &mut AnyConnection) -> Result<(), String> {
    let told = |error: sqlx::Error| format!("its tables could not be brought up to date: {error}");
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(told)?;
    MIGRATIONS.run(&mut *transaction).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => "it was written by a newer rsvpd; install that version again".into(),
        other => format!("its tables could not be brought up to date: {other}"),
    })?;
    transaction.commit().await.map_err(told)
}
