//! What is still to be filed in the mailboxes: every place where a decided message was shown and not yet filed away.

use jiff::Timestamp;
use sqlx::Row;

use super::Store;
use super::columns::Columns;
use super::error::Result;
use crate::registry::Filing;

/// A message to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFiling {
    /// Number of the place in the ledger.
    pub location_id: i64,
    /// UID in the folder.
    pub uid: u32,
    /// Where it belongs.
    pub filing: Filing,
}

impl Store {
    /// Messages whose outcome is stored and that still lie in this folder, under this UIDVALIDITY, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_filings(
        &self,
        mailbox: &str,
        folder: &str,
        uid_validity: u32,
        limit: u32,
    ) -> Result<Vec<DueFiling>> {
        self.read("list the messages to file", async |connection| {
            let rows = sqlx::query(
                "SELECT location.id, location.uid, message.filing
                 FROM location
                 JOIN message ON message.id = location.message
                 WHERE location.mailbox = $1 AND location.folder = $2 AND location.uid_validity = $3
                   AND location.filed_at IS NULL AND message.state = 'decided'
                 ORDER BY location.id
                 LIMIT $4",
            )
            .bind(mailbox)
            .bind(folder)
            .bind(i64::from(uid_validity))
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
            rows.iter()
                .map(|row| {
                    Ok(DueFiling {
                        location_id: row.try_get("id")?,
                        uid: row.number("uid")?,
                        filing: row.word("filing")?,
                    })
                })
                .collect()
        })
        .await
    }

    /// Notes that messages have been filed, or have been found gone from their place.
    ///
    /// # Errors
    /// When the database fails; filing them again is then harmless.
    pub async fn filed(&self, locations: &[i64], now: Timestamp) -> Result<()> {
        self.write("note what was filed", async |connection| {
            for location in locations {
                sqlx::query(
                    "UPDATE location
                     SET filed_at = $2
                     WHERE id = $1",
                )
                .bind(*location)
                .bind(now.as_millisecond())
                .execute(&mut *connection)
                .await?;
            }
            Ok(())
        })
        .await
    }
}
