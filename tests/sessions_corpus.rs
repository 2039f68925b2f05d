//! How well sessions and intent are read of texts by authors whose mail nobody tuned on.
//!
//! The corpora stand beside the project (`../shared`); where they do not, the test says so and passes. Figures are
//! printed (`--nocapture`); floors hold what was reached. `SHOW=TA,TB` prints the misread mails of those authors that
//! may be read, `CALIBRATION=1` how often each rule is right at the confidence that it claims.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a corpus that cannot be read fails the test; its figures are the output"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsvpd::event::Event;
use rsvpd::understand::facts::intent::{self, Kind};
use rsvpd::understand::facts::sessions::{self, Answer};
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::Message;
use rsvpd::understand::reply::{InlineAnswer, ReplyText, Span};
use serde_json::Value;

/// Read while the words were collected.
const TUNED: [&str; 9] = ["TA", "TB", "TC", "TD", "TE", "TF", "TH", "TJ", "TK"];
/// Never read: what they score is what to expect.
const UNSEEN: [&str; 9] = ["TI", "TO", "TP", "TQ", "TR", "TT", "TU", "TV", "TX"];
const LANGUAGES: [&str; 3] = ["en", "de", "ko"];

#[derive(Default)]
struct Figures {
    single: u32,
    right: u32,
    confident: u32,
    confidently_wrong: u32,
    kinds: BTreeMap<String, (u32, u32)>,
    calibration: BTreeMap<String, (u32, u32)>,
    unread: u32,
    holds: Recall,
    caught: Recall,
    human: Recall,
}

#[derive(Default)]
struct Recall {
    wanted: u32,
    found: u32,
    false_alarms: u32,
    others: u32,
}

impl Recall {
    fn count(&mut self, wanted: bool, found: bool) {
        let (all, hits) =
            if wanted { (&mut self.wanted, &mut self.found) } else { (&mut self.others, &mut self.false_alarms) };
        *all += 1;
        *hits += u32::from(found);
    }
}

fn share(part: u32, all: u32) -> f64 {
    if all == 0 { 0.0 } else { f64::from(part) / f64::from(all) }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "n={:4} right {:.3}  confident {:.3}  confidently wrong {:.3}  unread {:.3} |",
            self.single,
            share(self.right, self.single),
            share(self.confident, self.single),
            share(self.confidently_wrong, self.confident),
            share(self.unread, self.single),
        )?;
        for (kind, (right, all)) in &self.kinds {
            write!(out, " {kind} {:.2}({all})", share(*right, *all))?;
        }
        for (name, recall) in [("holds", &self.holds), ("caught", &self.caught), ("human", &self.human)] {
            let (recalled, false_alarms) =
                (share(recall.found, recall.wanted), share(recall.false_alarms, recall.others));
            write!(out, " | {name} recall {recalled:.2} false {false_alarms:.3}")?;
        }
        Ok(())
    }
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.single += other.single;
        self.right += other.right;
        self.confident += other.confident;
        self.unread += other.unread;
        self.confidently_wrong += other.confidently_wrong;
        for (key, (right, all)) in other.calibration {
            let sum = self.calibration.entry(key).or_default();
            *sum = (sum.0 + right, sum.1 + all);
        }
        for (kind, (right, all)) in other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            *sum = (sum.0 + right, sum.1 + all);
        }
        for (sum, part) in
            [(&mut self.holds, other.holds), (&mut self.caught, other.caught), (&mut self.human, other.human)]
        {
            sum.wanted += part.wanted;
            sum.found += part.found;
            sum.others += part.others;
            sum.false_alarms += part.false_alarms;
        }
    }
}

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    shared.join("corpus/train").is_dir().then_some(shared)
}

fn events(shared: &Path) -> BTreeMap<String, Event> {
    let files = ["events", "events/train"].into_iter().flat_map(|dir| std::fs::read_dir(shared.join(dir)).unwrap());
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|ext| ext == "toml"));
    let events = files.map(|path| Event::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap());
    events.map(|event| (event.id.clone(), event)).collect()
}

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reply(typed: &Value) -> ReplyText {
    let Some(pairs) = typed["inline"].as_array() else {
        return ReplyText::typed(typed["typed"].as_str().unwrap_or(""));
    };
    let mut reply = ReplyText::typed("");
    for pair in pairs {
        let start = reply.text.len();
        reply.text.push_str(pair[1].as_str().unwrap_or(""));
        let span = Span { start, end: reply.text.len() };
        let question = pair[0].as_str().unwrap_or("").lines().map(|line| line.trim_start_matches(['>', ' ']));
        let question = question.collect::<Vec<_>>().join("\n");
        reply.inline_answers.push(InlineAnswer { question, span });
        reply.text.push('\n');
    }
    reply
}

/// A truth may be a list of alternatives.
fn is_one_of(truth: &Value, value: &str) -> bool {
    truth == value || truth.as_array().is_some_and(|any| any.iter().any(|one| one == value))
}

/// The score's own rule for sessions.
fn right(truth: &Value, answers: Option<&BTreeMap<String, Answer>>, kind: &Value) -> bool {
    let several = truth.as_array().is_some_and(|list| list.iter().any(|item| item.is_null() || item.is_array()));
    let choices = if several { truth.as_array().cloned().unwrap_or_default() } else { vec![truth.clone()] };
    let attended: BTreeSet<&str> =
        answers.iter().flat_map(|a| a.iter()).filter(|(_, a)| **a == Answer::Yes).map(|(id, _)| id.as_str()).collect();
    choices.iter().any(|choice| match choice.as_array() {
        None => answers.is_none(),
        Some(list) if list.is_empty() && answers.is_none() => is_one_of(kind, "decline") || is_one_of(kind, "cancel"),
        Some(list) => {
            let wanted: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
            wanted == attended && answers.is_some_and(|a| !a.values().any(|answer| *answer == Answer::Maybe))
        }
    })
}

fn measure(folder: &Path, events: &BTreeMap<String, Event>, show: bool) -> Figures {
    let mut figures = Figures::default();
    let typed = lines(&folder.join("typed.jsonl")).into_iter();
    let typed: BTreeMap<String, Value> = typed.map(|line| (line["file"].as_str().unwrap().to_string(), line)).collect();
    for line in lines(&folder.join("truth.jsonl")) {
        let truth = &line["truth"];
        let event = line["event"].as_str().and_then(|id| events.get(id));
        let (Some(typed), Some(event)) = (typed.get(line["file"].as_str().unwrap()), event) else { continue };
        let machine = is_one_of(&truth["kind"], "automatic") || is_one_of(&truth["kind"], "bounce");
        let read = LANGUAGES.contains(&line["lang"].as_str().unwrap_or(""));
        if !read || machine || is_one_of(&truth["action"], "ignore") {
            continue;
        }
        let reply = reply(typed);
        let message = Message::default();
        let languages = Languages::built_in().of_mail(&reply.text, &event.languages);
        let reading = sessions::read(&reply, &message, event, None, &languages);
        let intent = intent::read(&reply, &reading, event, &languages);

        let kind = intent.kind.as_ref().map(|(kind, _)| *kind);
        let named = serde_json::to_value(kind).unwrap();
        let kind_right = is_one_of(&truth["kind"], named.as_str().unwrap_or("none"));
        let kinds = figures.kinds.entry(truth["kind"].as_str().unwrap_or("either").to_string()).or_default();
        *kinds = (kinds.0 + u32::from(kind_right), kinds.1 + 1);

        let signals: Vec<_> = intent.signals.iter().chain(&reading.signals).collect();
        let decided = is_one_of(&truth["action"], "record") || is_one_of(&truth["action"], "ask");
        let review = is_one_of(&truth["action"], "review");
        let holds = signals.iter().any(|signal| intent::holds_back(signal.code))
            || matches!(kind, Some(Kind::Question | Kind::Unrelated) | None);
        if decided != review {
            figures.holds.count(review, holds);
            let answers = reading.answers(event, &[], &[]).unwrap_or_default();
            let weak = answers.values().any(|fact| fact.evidence.confidence < 0.9 || fact.value == Answer::Maybe);
            figures.caught.count(review, holds || weak || !reading.contradictions(event, &[], &[]).is_empty());
        }
        let human = truth["human"].as_bool().filter(|_| decided && !review);
        if let Some(human) = human {
            figures.human.count(human, !signals.is_empty());
        }
        if show {
            if !kind_right {
                println!("KIND {} wanted {} read {named}\n{}", line["id"], truth["kind"], reply.text);
            }
            if decided != review && review != holds {
                println!("HOLD {} wanted {review} {named} {signals:?}\n{}", line["id"], reply.text);
            }
            if human.is_some_and(|human| human == signals.is_empty()) {
                println!("HUMAN {} wanted {human:?} {signals:?}\n{}", line["id"], reply.text);
            }
        }

        let attendees = truth["attendees"].as_array().cloned().unwrap_or_default();
        let ([attendee], true) = (attendees.as_slice(), decided && !review) else { continue };
        let facts = reading.answers(event, &[], &[]);
        let pairs = facts.as_ref().map(|facts| facts.iter().map(|(id, fact)| (id.clone(), fact.value)));
        let answers: Option<BTreeMap<String, Answer>> = pairs.map(Iterator::collect);
        let answers = answers.filter(|_| !matches!(kind, Some(Kind::Decline | Kind::Cancel)));
        let confidence =
            facts.iter().flat_map(BTreeMap::values).map(|fact| fact.evidence.confidence).fold(1.0, f32::min);
        let maybe = answers.iter().flatten().any(|(_, answer)| *answer == Answer::Maybe);
        // Where nothing is read, the sender is asked: no answer, so none to be confident of.
        let unread = answers.is_none() && !matches!(kind, Some(Kind::Decline | Kind::Cancel));
        let confident =
            confidence >= 0.9 && !unread && reading.contradictions(event, &[], &[]).is_empty() && !holds && !maybe;
        let right = right(&attendee["sessions"], answers.as_ref(), &truth["kind"]);
        for (id, fact) in facts.iter().flatten() {
            let attends = attendee["sessions"].as_array().is_some_and(|list| list.iter().any(|one| one == id.as_str()));
            let key = format!("{} {:?} {:.2}", fact.evidence.rule, fact.value, fact.evidence.confidence);
            let entry = figures.calibration.entry(key).or_default();
            *entry = (entry.0 + u32::from(attends == (fact.value == Answer::Yes)), entry.1 + 1);
        }
        figures.single += 1;
        figures.right += u32::from(right);
        figures.confident += u32::from(confident);
        figures.unread += u32::from(unread && !right);
        figures.confidently_wrong += u32::from(confident && !right);
        if show && (!right || std::env::var("ALL").is_ok()) {
            let mark = if confident { "CONFIDENT" } else { "SESSIONS" };
            println!("{mark} {} wanted {} read {answers:?} at {confidence:.2}", line["id"], attendee["sessions"]);
            for mention in &reading.mentions {
                let evidence = &mention.evidence;
                println!(
                    "    {:?} {:?} {:?} {:.2} {} {}",
                    evidence.text,
                    mention.sessions,
                    mention.answer,
                    evidence.confidence,
                    evidence.rule,
                    mention.exclusive
                );
            }
            println!("{}", reply.text);
        }
    }
    figures
}

#[test]
fn sessions_and_intent_of_unseen_authors_are_read() {
    let Some(shared) = shared() else {
        println!("the corpora (../shared) are not beside the project: nothing was measured");
        return;
    };
    let events = events(&shared);
    let show = std::env::var("SHOW").unwrap_or_default();
    let (mut unseen, mut tuned) = (Figures::default(), Figures::default());
    for author in TUNED.into_iter().chain(UNSEEN) {
        let shown = TUNED.contains(&author) && show.split(',').any(|one| one == author);
        let figures = measure(&shared.join("corpus/train").join(author), &events, shown);
        println!("{author} {} {figures}", if UNSEEN.contains(&author) { "unseen" } else { "tuned " });
        if UNSEEN.contains(&author) {
            unseen.add(figures);
        } else {
            tuned.add(figures);
        }
    }
    println!("   tuned  {tuned}");
    println!("   unseen {unseen}");
    if std::env::var("CALIBRATION").is_ok() {
        for (key, (right, all)) in &tuned.calibration {
            let (unseen_right, unseen_all) = unseen.calibration.get(key).copied().unwrap_or_default();
            println!(
                "{key:50} tuned {:.2} of {all:4}  unseen {:.2} of {unseen_all:4}",
                share(*right, *all),
                share(unseen_right, unseen_all)
            );
        }
    }
    // Floors: what was reached. They only ever rise.
    assert!(share(unseen.right, unseen.single) >= 0.83, "fewer session sets are exactly right than were");
    assert!(share(unseen.confident, unseen.single) >= 0.44, "fewer mails are read with confidence than were");
    assert!(share(unseen.confidently_wrong, unseen.confident) <= 0.035, "more confident readings are wrong than were");
    let (right, all) = unseen.kinds.get("attend").copied().unwrap_or_default();
    assert!(share(right, all) >= 0.92, "fewer acceptances are read as such than were");
}
