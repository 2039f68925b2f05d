//! When a row is tried again: back-off with jitter, and an end to it.

use jiff::{SignedDuration, Timestamp};

/// Never sooner: greylisting wants a minute, and a server in trouble wants to be left alone.
const SHORTEST: f64 = 60.0;
/// Never later: an answer that comes hours after the mail can still be of use.
const LONGEST: f64 = 2.0 * 3600.0;
/// After this staff must act: by then the sender has asked by other ways.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// How long nobody looks at a message that may have arrived: long enough for its copy or its bounce to come back.
const UNCERTAIN_FOR: SignedDuration = SignedDuration::from_mins(30);

/// How long to wait after the given number of failed attempts: 1, 2, 4 … minutes, at most 2 hours, each a quarter
/// shorter or longer by `chance` (0 to 1), so that rows that failed together do not come back together.
#[must_use]
pub fn back_off(attempts: u32, chance: f64) -> SignedDuration {
    let doublings = i32::try_from(attempts.clamp(1, 12) - 1).unwrap_or_default();
    let seconds = SHORTEST * 2f64.powi(doublings) * (0.75 + chance / 2.0);
    SignedDuration::from_secs_f64(seconds.clamp(SHORTEST, LONGEST))
}

/// Whether a row written then has been tried for long enough.
#[must_use]
pub fn is_over(written: Timestamp, now: Timestamp) -> bool {
    now.duration_since(written) >= PATIENCE
}

/// When the one further copy of a message that may have arrived is sent.
#[must_use]
pub fn further_copy(now: Timestamp) -> Timestamp {
    later(now, UNCERTAIN_FOR)
}

/// A moment after another, at most the last that there is.
#[must_use]
pub fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_from_a_minute_to_two_hours() {
        for attempts in 0..40 {
            for chance in [0.0, 0.3, 0.9999] {
                let wait = back_off(attempts, chance).as_secs();
                assert!((60..=7200).contains(&wait), "{wait} s after {attempts} attempts");
            }
        }
        assert_eq!([1, 2, 3, 4, 8, 20].map(|n| back_off(n, 0.5).as_mins()), [1, 2, 4, 8, 120, 120]);
        assert!(back_off(4, 0.0) < back_off(4, 1.0));
    }

    #[test]
    fn three_days_are_enough() {
        let written: Timestamp = "2024-03-01T00:00:00Z".parse().unwrap();
        assert!(!is_over(written, "2024-03-03T23:59:59Z".parse().unwrap()));
        assert!(is_over(written, "2024-03-04T00:00:00Z".parse().unwrap()));
    }
}
