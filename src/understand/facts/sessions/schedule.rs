//! The event's days, and the sessions on each.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::event::{Event, Session};

/// The event's days, and the sessions on each.
pub struct Schedule<'a> {
    event: &'a Event,
    dates: Vec<Date>,
}

impl<'a> Schedule<'a> {
    /// The schedule of an event.
    #[must_use]
    pub fn of(event: &'a Event) -> Self {
        let dates: BTreeSet<Date> = event.sessions.iter().map(|session| session.starts.date()).collect();
        Self { event, dates: dates.into_iter().collect() }
    }

    /// The sessions for which this is true.
    fn sessions(&self, is: impl Fn(&Session) -> bool) -> BTreeSet<usize> {
        let sessions = self.event.sessions.iter().enumerate();
        sessions.filter(|(_, session)| is(session)).map(|(index, _)| index).collect()
    }

    /// All of them.
    #[must_use]
    pub fn everything(&self) -> BTreeSet<usize> {
        self.sessions(|_| true)
    }

    /// Those that start on a day.
    #[must_use]
    pub fn on(&self, date: Date) -> BTreeSet<usize> {
        self.sessions(|session| session.starts.date() == date)
    }

    /// Those that start on a day of the week, Monday first.
    #[must_use]
    pub fn on_weekday(&self, index: usize) -> BTreeSet<usize> {
        let weekday = |session: &Session| session.starts.date().weekday().to_monday_zero_offset();
        self.sessions(|session| usize::try_from(weekday(session)) == Ok(index))
    }

    /// Those of the n-th day; of an event on a single day, the n-th session.
    #[must_use]
    pub fn nth(&self, index: usize) -> BTreeSet<usize> {
        match self.dates.len() {
            1 => self.event.sessions.get(index).map(|_| BTreeSet::from([index])).unwrap_or_default(),
            _ => self.dates.get(index).map(|date| self.on(*date)).unwrap_or_default(),
        }
    }

    /// Those of the last day, or the last session.
    #[must_use]
    pub fn last(&self) -> BTreeSet<usize> {
        let count = if self.dates.len() == 1 { self.event.sessions.len() } else { self.dates.len() };
        self.nth(count.saturating_sub(1))
    }

    /// The sessions of the first days, or the first sessions themselves where `days` is not said.
    #[must_use]
    pub fn first(&self, count: usize, days: bool) -> BTreeSet<usize> {
        match days && self.dates.len() > 1 {
            true => self.dates.iter().take(count).flat_map(|date| self.on(*date)).collect(),
            false => (0..self.event.sessions.len()).take(count).collect(),
        }
    }

    /// The sessions of the last days, or the last sessions.
    #[must_use]
    pub fn final_ones(&self, count: usize, days: bool) -> BTreeSet<usize> {
        match days && self.dates.len() > 1 {
            true => self.dates.iter().rev().take(count).flat_map(|date| self.on(*date)).collect(),
            false => (0..self.event.sessions.len()).rev().take(count).collect(),
        }
    }

    /// Those that start before noon, before the evening (17:00), in the evening.
    #[must_use]
    pub fn in_part(&self, part: usize) -> BTreeSet<usize> {
        let of = |hour: i8| {
            if hour < 12 {
                0
            } else if hour < 17 {
                1
            } else {
                2
            }
        };
        self.sessions(|session| of(session.starts.hour()) == part)
    }

    /// The event's day so many days from another; with two days in all, "before" and "after" leave no choice.
    #[must_use]
    pub fn shifted(&self, from: Option<Date>, days: i32) -> Option<Date> {
        let target = from.and_then(|from| from.checked_add(jiff::Span::new().days(days)).ok());
        let fallback = match self.dates.as_slice() {
            [first, _] if days < 0 => Some(*first),
            [_, second] => Some(*second),
            _ => None,
        };
        target.filter(|target| self.dates.contains(target)).or(fallback)
    }
}
