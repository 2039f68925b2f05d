//! The command line of rsvpd.

fn main() {}
