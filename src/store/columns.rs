//! How values stand in columns: times as milliseconds, the contract's words as text, lists and objects as JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::error::{Result, StoreError};

/// Reads values out of a row; what cannot be read is [`StoreError::Corrupt`] and names the column.
pub(super) trait Columns {
    /// A time.
    fn time(&self, column: &str) -> Result<Timestamp>;
    /// A time that may be absent.
    fn time_if_any(&self, column: &str) -> Result<Option<Timestamp>>;
    /// A count, a size or an IMAP number.
    fn number(&self, column: &str) -> Result<u32>;
    /// 0 or 1.
    fn flag(&self, column: &str) -> Result<bool>;
    /// One of the contract's words.
    fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T>;
    /// A list or an object.
    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T>;
}

impl Columns for AnyRow {
    fn time(&self, column: &str) -> Result<Timestamp> {
        timestamp(self, column, self.try_get(column)?)
    }

    fn time_if_any(&self, column: &str) -> Result<Option<Timestamp>> {
        self.try_get::<Option<i64>, _>(column)?.map(|millis| timestamp(self, column, millis)).transpose()
    }

    fn number(&self, column: &str) -> Result<u32> {
        let value: i64 = self.try_get(column)?;
        u32::try_from(value).map_err(|_| unreadable(self, column, "no number of 32 bits"))
    }

    fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.try_get::<i64, _>(column)? != 0)
    }

    fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let value: String = self.try_get(column)?;
        serde_json::from_value(value.into()).map_err(|_| unreadable(self, column, UNKNOWN))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let value: String = self.try_get(column)?;
        serde_json::from_str(&value).map_err(|_| unreadable(self, column, UNKNOWN))
    }
}

/// One of the contract's words, as text for a column.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::refused(format!("{other} is not a word"))),
        Err(error) => Err(StoreError::refused(error.to_string())),
    }
}

/// A list or an object, as text for a column.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::refused(error.to_string()))
}

const UNKNOWN: &str = "not of the form that this version writes";

fn timestamp(row: &AnyRow, column: &str, millis: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|_| unreadable(row, column, "no time"))
}

/// Tells the place and not the value, which may be personal.
fn unreadable(row: &AnyRow, column: &str, problem: &str) -> StoreError {
    match row.try_get::<i64, _>("id") {
        Ok(id) => StoreError::corrupt(format!("column {column} of row {id} is {problem}")),
        Err(_) => StoreError::corrupt(format!("column {column} is {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Filing, Status};

    #[test]
    fn words_stand_as_in_the_contract() {
        assert_eq!(word(&Status::InReview).unwrap(), "in_review");
        assert_eq!(word(&Filing::Recorded).unwrap(), "recorded");
        assert!(word(&7).is_err());
    }
}
