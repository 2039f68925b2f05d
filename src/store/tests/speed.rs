use std::time::Instant;

use super::*;

/// Prints figures (`cargo test speed -- --ignored --nocapture`); not a test of anything.
#[tokio::test]
#[ignore = "a measurement"]
async fn speed_of_intake_and_outcomes() {
    let (_folder, store) = store().await;
    let padding = vec![b'x'; 4_000];
    let mails: Vec<_> =
        (0..1000).map(|n| Incoming { raw: [mail(n).raw, padding.clone()].concat(), ..mail(n) }).collect();
    let begin = Instant::now();
    store.take_in(&mails, None).await.unwrap();
    println!("take_in of 1,000 mails of 4 KB in one batch: {:?}", begin.elapsed());
    let waiting = store.undecided(1000).await.unwrap();
    let begin = Instant::now();
    for (number, message) in (0..).zip(&waiting) {
        store.commit(message.id, &attends(number), at(9)).await.unwrap();
    }
    println!("1,000 commits: {:?}", begin.elapsed());
    let begin = Instant::now();
    for _ in 0..1000 {
        let query = crate::registry::KnownQuery {
            senders: vec!["guest7@home.example".into()],
            thread: vec!["confirm.9@us.example".into()],
        };
        store.known(&query).await.unwrap();
    }
    println!("1,000 look-ups: {:?}", begin.elapsed());
    let begin = Instant::now();
    store.check_invariants().await.unwrap();
    println!("check_invariants: {:?}", begin.elapsed());
}
