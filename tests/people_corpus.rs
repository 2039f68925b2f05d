//! Measures the people reader on the training corpora beside the project, by authors it was tuned on and by others.
//!
//! `PEOPLE_MISSES=TA,TB` prints what went wrong for those of the authors whose mails may be read (`PEOPLE_SURE=0.8`: only
//! where the reader was sure; `PEOPLE_SEVERAL=1`: only mails about several people);
//! `PEOPLE_RULES=1` how often each rule is right. Nothing of the other authors is ever printed but figures.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that measures and tells"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsvpd::event::Event;
use rsvpd::understand::facts::evidence::{Fact, ReasonCode};
use rsvpd::understand::facts::people::{self, Hints, People, Person};
use rsvpd::understand::facts::sessions;
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::{Mailbox, Message};
use rsvpd::understand::net::{self, witness::Witness};
use rsvpd::understand::reply::{InlineAnswer, ReplyText, Span};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Authors whose mails the rules were developed on.
const DEVELOPED: [&str; 9] = ["TA", "TB", "TC", "TD", "TE", "TF", "TH", "TJ", "TK"];
/// Authors whose mails nobody looked at.
const UNSEEN: [&str; 9] = ["TI", "TO", "TP", "TQ", "TR", "TT", "TU", "TV", "TX"];
const LANGUAGES: [&str; 3] = ["en", "de", "ko"];
const FIELDS: [&str; 4] = ["name", "organization", "position", "email"];

/// A mail with its truth.
struct Case {
    file: String,
    text: String,
    from: String,
    inline: Vec<InlineAnswer>,
    event: String,
    language: String,
    action: Vec<String>,
    attendees: Vec<Value>,
}

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    shared.join("corpus/train").is_dir().then_some(shared)
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The values of a truth that are equally right.
fn choices(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

fn cases(folder: &Path) -> Vec<Case> {
    let typed: BTreeMap<String, Value> = json_lines(&folder.join("typed.jsonl"))
        .into_iter()
        .map(|line| (line["file"].as_str().unwrap().to_string(), line))
        .collect();
    let mut cases = Vec::new();
    for entry in json_lines(&folder.join("truth.jsonl")) {
        let (file, truth) = (entry["file"].as_str().unwrap(), &entry["truth"]);
        let Some(line) = typed.get(file).filter(|_| LANGUAGES.contains(&entry["lang"].as_str().unwrap_or_default()))
        else {
            continue;
        };
        let attendees = truth["attendees"].as_array().cloned().unwrap_or_default();
        let mut text = line["typed"].as_str().unwrap_or_default().to_string();
        let mut inline = Vec::new();
        for pair in line["inline"].as_array().into_iter().flatten() {
            let start = text.len();
            text.push_str(pair[1].as_str().unwrap());
            inline.push(InlineAnswer {
                question: pair[0].as_str().unwrap().trim_start_matches(['>', ' ']).to_string(),
                span: Span { start, end: text.len() },
            });
            text.push('\n');
        }
        cases.push(Case {
            file: file.to_string(),
            text,
            from: line["from"].as_str().unwrap_or_default().to_string(),
            inline,
            language: entry["lang"].as_str().unwrap_or_default().to_string(),
            event: entry["event"].as_str().unwrap_or_default().to_string(),
            action: choices(&truth["action"])
                .iter()
                .filter_map(|value| value.as_str().map(ToString::to_string))
                .collect(),
            attendees,
        });
    }
    cases
}

fn mailbox(from: &str) -> Mailbox {
    match from.rsplit_once('<') {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').replace("\\\"", "\"");
            Mailbox {
                name: (!name.is_empty()).then_some(name),
                address: address.trim_end_matches('>').trim().to_lowercase(),
            }
        }
        None => Mailbox { name: None, address: from.trim().to_lowercase() },
    }
}

fn read(case: &Case, events: &BTreeMap<String, Event>) -> People {
    let message = Message { from: Some(mailbox(&case.from)), ..Message::default() };
    let reply = ReplyText { text: case.text.clone(), inline_answers: case.inline.clone(), ..ReplyText::default() };
    let event = events.get(&case.event).or_else(|| events.values().next()).unwrap();
    let languages = Languages::built_in().of_mail(&reply.text, &event.languages);
    let sessions = sessions::read(&reply, &message, event, None, &languages);
    let witness = Witness::of(&reply, &message, event, &sessions, &languages);
    people::read(&reply, &message, event, &witness, &languages)
}

fn events(shared: &Path) -> BTreeMap<String, Event> {
    let folders = [shared.join("events"), shared.join("events/train")];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let texts = files
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .map(|path| std::fs::read_to_string(path).unwrap());
    texts.filter_map(|text| Event::from_toml(&text).ok()).map(|event| (event.id.clone(), event)).collect()
}

/// The form in which `score.py` compares texts.
fn normal(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .map(|c| match c {
            '‘' | '’' | '‛' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
            other => other,
        })
        .collect();
    let plain = plain.replace('ß', "ss").split_whitespace().collect::<Vec<_>>().join(" ");
    let edge = |c: char| !c.is_alphanumeric() && !matches!(c, '+' | '$' | '=' | '~' | '^');
    plain.trim_matches(edge).to_string()
}

fn is_right(truth: &Value, found: Option<&str>) -> bool {
    let found = found.map(normal).filter(|found| !found.is_empty());
    let wanted = choices(truth);
    let Some(found) = found else { return wanted.iter().any(|value| value.as_str().is_none_or(str::is_empty)) };
    let values: Vec<String> = wanted.iter().filter_map(|value| value.as_str()).map(normal).collect();
    let parts: Vec<String> =
        found.split(['(', ')', '/', ',', ';', '|']).map(normal).filter(|part| !part.is_empty()).collect();
    values.contains(&found) || (parts.len() > 1 && parts.iter().all(|part| values.contains(part)))
}

fn fact<'a>(person: &'a Person, field: &str) -> Option<&'a Fact<String>> {
    match field {
        "name" => person.name.as_ref(),
        "organization" => person.organization.as_ref(),
        "position" => person.position.as_ref(),
        _ => person.email.as_ref(),
    }
}

fn is_right_in(truth: &Value, person: &Option<&Person>, field: &str) -> bool {
    is_right(&truth[field], person.and_then(|person| fact(person, field)).map(|fact| fact.value.as_str()))
}

/// Each person of the truth with the one found who has his name; those without, in the order of the mail.
fn paired<'a>(truths: &'a [Value], people: &'a [Person]) -> Vec<(&'a Value, Option<&'a Person>)> {
    let mut left: Vec<&Person> = people.iter().collect();
    let mut pairs: Vec<(&Value, Option<&Person>)> = truths.iter().map(|truth| (truth, None)).collect();
    for (truth, person) in &mut pairs {
        let same = left.iter().position(|found| is_right_in(truth, &Some(*found), "name"));
        *person = same.map(|at| left.remove(at));
    }
    for (_, person) in pairs.iter_mut().filter(|(_, person)| person.is_none()) {
        *person = (!left.is_empty()).then(|| left.remove(0));
    }
    pairs
}

/// How surely the mail can be decided alone: the least sure of what was found.
fn confidence(person: &Person) -> f32 {
    FIELDS.iter().filter_map(|field| fact(person, field)).map(|fact| fact.evidence.confidence).fold(1.0, f32::min)
}

/// Whether a signal keeps the mail from being decided alone.
fn is_held(people: &People) -> bool {
    let holds =
        |code| matches!(code, ReasonCode::LowConfidence | ReasonCode::UnnamedCompanions | ReasonCode::TooManyPeople);
    people.signals.iter().any(|signal| holds(signal.code)) || people.hints != Hints::default()
}

#[derive(Default)]
struct Tally {
    mails: usize,
    right: BTreeMap<&'static str, usize>,
    all_right: usize,
    /// Confidence, whether all is right, for each mail.
    decided: Vec<(f32, bool)>,
    number_right: usize,
    number_of: usize,
    several_right: usize,
    several_of: usize,
    /// Mails about several people in which their number is right.
    several_counted: usize,
    /// The people of those mails, how many were right in each field, and in all.
    companions_of: usize,
    companions_right: BTreeMap<&'static str, usize>,
    companions_whole: usize,
    /// Wrong number of people though the reader was sure.
    miscounted: usize,
    languages: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, case: &Case, people: &People) {
        self.number_of += 1;
        self.languages.insert(case.language.clone());
        self.number_right += usize::from(people.people.len() == case.attendees.len());
        if case.attendees.len() > 1 {
            self.several_of += 1;
            let pairs = paired(&case.attendees, &people.people);
            for field in FIELDS {
                let right = pairs.iter().filter(|(truth, person)| is_right_in(truth, person, field)).count();
                *self.companions_right.entry(field).or_default() += right;
            }
            let whole = |(truth, person): &&(&Value, Option<&Person>)| {
                FIELDS.iter().all(|field| is_right_in(truth, person, field))
            };
            let whole = pairs.iter().filter(whole).count();
            self.companions_of += pairs.len();
            self.companions_whole += whole;
            self.several_counted += usize::from(people.people.len() == pairs.len());
            self.several_right += usize::from(people.people.len() == pairs.len() && whole == pairs.len());
        }
        let sure = people.people.iter().map(confidence).fold(1.0, f32::min);
        if case.attendees.len() != people.people.len() && !is_held(people) && sure >= 0.75 {
            self.miscounted += 1;
        }
        let [truth] = case.attendees.as_slice() else { return };
        self.mails += 1;
        let nobody = Person::default();
        let person = people.people.first().unwrap_or(&nobody);
        let mut all = people.people.len() == 1;
        for field in FIELDS {
            let right = is_right(&truth[field], fact(person, field).map(|fact| fact.value.as_str()));
            *self.right.entry(field).or_default() += usize::from(right);
            all &= right;
        }
        self.all_right += usize::from(all);
        let doubt = is_held(people);
        self.decided.push((if doubt { 0.0 } else { confidence(person) }, all));
    }

    fn rate(&self, count: usize) -> f64 {
        count as f64 / self.mails.max(1) as f64
    }

    /// The share of wrong mails among those at least this sure, and how many these are.
    fn at(&self, threshold: f32) -> (f64, f64) {
        let decided: Vec<_> = self.decided.iter().filter(|(confidence, _)| *confidence >= threshold).collect();
        let wrong = decided.iter().filter(|(_, right)| !right).count();
        (decided.len() as f64 / self.decided.len().max(1) as f64, wrong as f64 / decided.len().max(1) as f64)
    }

    fn fields(&self) -> String {
        let field = |field: &&str| format!("{field} {:.3}", self.rate(*self.right.get(*field).unwrap_or(&0)));
        let fields = FIELDS.iter().map(field).collect::<Vec<_>>().join(", ");
        format!("{} mails of one attendee; {fields}; all four {:.3}", self.mails, self.rate(self.all_right))
    }

    fn print(&mut self, title: &str) {
        println!("\n{title}: {}", self.fields());
        println!(
            "  number of people right {} of {}; miscounted though sure {}",
            self.number_right, self.number_of, self.miscounted
        );
        println!(
            "  several people: {} mails, number right {}, all right {}; of {} people, {:?}, all right {}",
            self.several_of,
            self.several_counted,
            self.several_right,
            self.companions_of,
            self.companions_right,
            self.companions_whole
        );
        for threshold in [0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95, 0.97] {
            let (covered, wrong) = self.at(threshold);
            println!("  threshold {threshold:.2}: covers {covered:.3}, wrong {wrong:.3}");
        }
        self.decided.sort_by(|a, b| b.0.total_cmp(&a.0));
        for share in [0.3, 0.5, 0.6, 0.7] {
            let count = (self.decided.len() as f64 * share) as usize;
            let wrong = self.decided.iter().take(count).filter(|(_, right)| !right).count();
            let threshold = self.decided.get(count.saturating_sub(1)).map_or(0.0, |(confidence, _)| *confidence);
            println!("  surest {share:.1} (from {threshold:.2}): wrong {:.3}", wrong as f64 / count.max(1) as f64);
        }
    }
}

fn is_recorded(case: &Case) -> bool {
    let alone = case.action.iter().all(|action| action == "record" || action == "ask");
    alone && !case.attendees.is_empty() && case.attendees.iter().all(Value::is_object)
}

fn print_miss(case: &Case, people: &People) {
    let wrong = people.people.len() != case.attendees.len()
        || paired(&case.attendees, &people.people)
            .iter()
            .any(|(truth, person)| FIELDS.iter().any(|field| !is_right_in(truth, person, field)));
    let several = case.attendees.len() > 1 || people.people.len() > 1;
    if std::env::var("PEOPLE_SEVERAL").is_ok() && !several {
        return;
    }
    let least: f32 = std::env::var("PEOPLE_SURE").ok().and_then(|least| least.parse().ok()).unwrap_or(0.0);
    let doubt = is_held(people);
    let sure = if doubt { 0.0 } else { people.people.iter().map(confidence).fold(1.0, f32::min) };
    if !wrong || sure < least {
        return;
    }
    println!("\n---- {} from {}\n{}", case.file, case.from, case.text);
    if people.people.len() != case.attendees.len() {
        println!("  !! {} people, {} wanted", people.people.len(), case.attendees.len());
    }
    for (truth, person) in paired(&case.attendees, &people.people) {
        for field in FIELDS {
            let found = person.and_then(|person| fact(person, field));
            if !is_right(&truth[field], found.map(|fact| fact.value.as_str())) {
                let told = found
                    .map(|fact| format!("{:?} ({}, {:.2})", fact.value, fact.evidence.rule, fact.evidence.confidence));
                println!("  ! {field}: {} wanted {}", told.unwrap_or_default(), truth[field]);
            }
        }
    }
    let names = people.people.iter().map(|person| fact(person, "name").map_or("", |fact| fact.value.as_str()));
    println!("  found: {}", names.collect::<Vec<_>>().join("; "));
    for signal in &people.signals {
        println!("  signal {:?}: {}", signal.code, signal.detail);
    }
}

#[test]
fn people_of_authors_never_seen_are_read_as_well_as_the_floors_say() {
    let Some(shared) = shared() else {
        println!("the corpora are not beside the project (../shared): nothing measured");
        return;
    };
    let nets = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("training/judged.bin")).unwrap();
    assert!(net::judge_by(nets));
    let events = events(&shared);
    let shown = std::env::var("PEOPLE_MISSES").unwrap_or_default();
    let mut rules: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    let (mut developed, mut unseen) = (Tally::default(), Tally::default());
    for author in DEVELOPED.iter().chain(&UNSEEN) {
        let is_developed = DEVELOPED.contains(author);
        let mut own = Tally::default();
        for case in cases(&shared.join("corpus/train").join(author)).iter().filter(|case| is_recorded(case)) {
            let people = read(case, &events);
            own.add(case, &people);
            if is_developed { &mut developed } else { &mut unseen }.add(case, &people);
            if is_developed && shown.split(',').any(|shown| shown == *author) {
                print_miss(case, &people);
            }
            if let ([truth], [person]) = (case.attendees.as_slice(), people.people.as_slice()) {
                let doubt = is_held(&people);
                for field in FIELDS {
                    let found = fact(person, field);
                    if !doubt && confidence(person) >= 0.8 {
                        let rule = found.map_or("nothing", |fact| fact.evidence.rule);
                        let entry = rules
                            .entry((
                                format!("sure {field} {} {author}", if is_developed { "developed" } else { "unseen" }),
                                rule,
                            ))
                            .or_default();
                        entry.1 += 1;
                        entry.0 += usize::from(is_right(&truth[field], found.map(|fact| fact.value.as_str())));
                    }
                    let rule = found.map_or("nothing", |fact| fact.evidence.rule);
                    let entry = rules
                        .entry((format!("{field} {}", if is_developed { "developed" } else { "unseen" }), rule))
                        .or_default();
                    entry.1 += 1;
                    entry.0 += usize::from(is_right(&truth[field], found.map(|fact| fact.value.as_str())));
                }
            }
        }
        let languages: Vec<&str> = own.languages.iter().map(String::as_str).collect();
        println!("{author} ({}): {}", languages.join(" "), own.fields());
    }
    if std::env::var("PEOPLE_RULES").is_ok() {
        for ((field, rule), (right, of)) in &rules {
            println!("  {field:<24} {rule:<28} {right:>4} of {of:>4} ({:.2})", *right as f64 / *of as f64);
        }
    }
    let mut dev = Tally::default();
    for case in cases(&shared.join("corpus/dev")).iter().filter(|case| is_recorded(case)) {
        dev.add(case, &read(case, &events));
    }
    developed.print("authors developed on");
    unseen.print("authors never seen");
    dev.print("corpus/dev, never looked at");

    // Floors only ever rise.
    assert!(unseen.mails > 500, "the corpus is there but holds only {} mails", unseen.mails);
    for (field, floor) in [("name", 0.93), ("organization", 0.885), ("position", 0.89), ("email", 0.98)] {
        let rate = unseen.rate(*unseen.right.get(field).unwrap_or(&0));
        assert!(rate >= floor, "{field} is right in {rate:.3} of the mails, less than {floor}");
    }
    let all = unseen.rate(unseen.all_right);
    assert!(all >= 0.75, "all four fields are right in {all:.3} of the mails");
    let (covered, wrong) = unseen.at(0.8);
    // The reader's own confidence only; what is acted on alone is for `facts::trust` to say.
    assert!(covered >= 0.33 && wrong <= 0.08, "at 0.8 it covers {covered:.3} and is wrong in {wrong:.3}");
    let counted = unseen.several_counted;
    assert!(counted >= 54, "only {counted} of the mails about several people have their number right");
    assert!(unseen.miscounted <= 2, "{} mails are miscounted though the reader was sure", unseen.miscounted);
}
