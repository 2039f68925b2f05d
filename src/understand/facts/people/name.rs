//! Names of people: cleaned of honorifics and degrees, and compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::pieces::{Piece, is_capitalized, is_hangul, is_unspaced, tidy};
use super::words::{Lexicon, WordList, Words};
use crate::understand::script::{is_han, is_kana};

/// The name in a text that is one: without honorifics and degrees, given name first, native script as written.
pub(super) fn clean(text: &str, lexicon: Lexicon<'_>) -> Option<String> {
    let outside = text.split(['(', '[', '<', '（']).next().unwrap_or_default();
    let text = if outside.trim().is_empty() { text } else { outside };
    let text = text.split(['/', '|', '\t', '@']).next().unwrap_or_default();
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    if text.chars().any(is_hangul) {
        return korean(text, lexicon);
    }
    if text.chars().any(is_unspaced) {
        return unspaced(text, lexicon);
    }
    let (first, rest) = text.split_once([',', ';']).unwrap_or((text, ""));
    let (first, rest) = (bare(first, lexicon), bare(rest, lexicon));
    let is_given = (1..=3).contains(&rest.len()) && is_name(&rest, lexicon);
    let family_first = is_given && (1..=3).contains(&first.len());
    let words: Vec<&str> = if family_first { rest.into_iter().chain(first).collect() } else { first };
    let has_letters = words.iter().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    let plausible = (1..=5).contains(&words.len()) && has_letters && is_name(&words, lexicon);
    plausible.then(|| tidy(&words.join(" ")))
}

/// The words of a name without honorifics before and degrees behind.
fn bare<'a>(text: &'a str, lexicon: Lexicon<'_>) -> Vec<&'a str> {
    let mut words: Vec<&str> = Piece::whole(text).words().iter().map(|word| word.text).collect();
    let title = |word: &&&str| {
        lexicon.is(|w| &w.honorifics, word) || lexicon.is(|w| &w.roles, word) || is_written_as_title(word)
    };
    let leading = words.iter().take_while(title).count();
    let honorifics = words.iter().take_while(|word| lexicon.is(|w| &w.honorifics, word)).count();
    words.drain(..if leading + 2 <= words.len() { leading } else { honorifics });
    let mixed = words.iter().any(|word| word.chars().any(char::is_lowercase));
    let suffix = |word: &&str| mixed && is_written_as_title(word) && !word.chars().any(char::is_lowercase);
    while words.len() > 1
        && words.last().is_some_and(|word| {
            suffix(word) || lexicon.is(|w| &w.degrees, word) && is_degree_written(word, words.len())
        })
    {
        words.pop();
    }
    words
}

/// Whether a word has the shape of an abbreviated title: "Dipl.-Psych.", "OStR", "i.R."; initials and "McKay" have not.
fn is_written_as_title(word: &str) -> bool {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let dotted = word.contains('.') && letters.len() > 1 && word.split('.').any(|part| part.chars().count() > 1);
    let prefix = ["Mc", "Mac", "De", "Di", "Da", "Du", "La", "Le", "Van", "Von", "Fitz"];
    let joined = word.contains(['-', '\'', '’']) || prefix.iter().any(|prefix| word.starts_with(prefix));
    let inner = word.chars().zip(word.chars().skip(1)).any(|(one, two)| one.is_lowercase() && two.is_uppercase());
    dotted || inner && !joined
}

/// "MA" and "M.A." are degrees, "Ma" is a family name.
fn is_degree_written(word: &str, of_words: usize) -> bool {
    let titlecase = word.chars().skip(1).all(|c| !c.is_uppercase()) && !word.contains('.');
    of_words != 2 && !titlecase || word.chars().count() > 2
}

fn is_name_word(word: &str, lexicon: Lexicon<'_>) -> bool {
    let letters = word.chars().any(char::is_alphabetic);
    let clean = word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.' | '‘' | '·'));
    let common = lexicon.is(|w| &w.institutions, word) || lexicon.is(|w| &w.units, word);
    let small = lexicon.is(|w| &w.joints, word) && !lexicon.is(|w| &w.name_particles, word);
    letters && clean && !(common && word.chars().count() > 3) && !small
}

/// Whether the words could be a name together: not the noun for what somebody is, but for the last ("Abbot").
fn is_name(words: &[&str], lexicon: Lexicon<'_>) -> bool {
    let role = |word: &&&str| lexicon.is(|w| &w.roles, word);
    let before_last = words.get(..words.len().saturating_sub(1)).unwrap_or_default();
    words.iter().all(|word| is_name_word(word, lexicon))
        && !before_last.iter().any(|word| role(&word))
        && (words.len() > 1 || !words.iter().any(|word| role(&word)))
}

/// A Korean name: two to four syllables, honorifics and attached titles removed, spaced syllables joined.
fn korean(text: &str, lexicon: Lexicon<'_>) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let short = |word: &&str| word.chars().count() <= 2 && word.chars().all(is_hangul);
    if (2..=4).contains(&words.len()) && words.iter().all(short) && words.concat().chars().count() <= 4 {
        let joined = words.concat();
        let spaced = words.iter().all(|word| word.chars().count() == 1);
        if is_korean_name(&joined, lexicon) && words.last().is_none_or(|last| !lexicon.is(|w| &w.roles, last)) {
            return Some(if spaced { joined } else { words.join(" ") });
        }
    }
    let last = words.last()?;
    let given_first = words.len() == 2 && last.chars().count() == 1 && lexicon.is(|w| &w.surnames, last);
    if given_first && words.iter().all(|word| word.chars().all(is_hangul)) {
        return Some(words.join(" "));
    }
    let alone = words.len() == 1 && (2..=5).contains(&last.chars().count()) && last.chars().all(is_hangul);
    if alone && is_foreign_given(last, lexicon) {
        return Some((*last).to_string());
    }
    let title = lexicon.is(|w| &w.roles, last) || lexicon.is(|w| &w.degrees, last);
    let attached = korean_in(last, lexicon);
    if attached.is_some() || !title {
        attached
    } else {
        words.iter().rev().skip(1).find_map(|word| korean_in(word, lexicon))
    }
}

/// The name in a Korean word, which may carry a title or a particle.
pub(super) fn korean_in(word: &str, lexicon: Lexicon<'_>) -> Option<String> {
    let word = word.trim_matches(|c: char| !is_hangul(c));
    let mut rest = word;
    loop {
        let title = lexicon.ending(|w| &w.degrees, rest).or_else(|| lexicon.ending(|w| &w.roles, rest));
        let shorter = title.and_then(|title| rest.strip_suffix(title)).filter(|shorter| shorter.chars().count() >= 2);
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    let common = [
        lexicon.is(|w| &w.roles, rest),
        lexicon.is(|w| &w.institutions, rest),
        lexicon.is(|w| &w.degrees, rest),
        lexicon.is(|w| &w.honorifics, rest),
    ]
    .contains(&true);
    (is_korean_name(rest, lexicon) && !common).then(|| rest.to_string())
}

/// A family name with a given name of three or four syllables, as those have who grew up abroad or were baptized.
fn is_foreign_given(word: &str, lexicon: Lexicon<'_>) -> bool {
    let family: String = word.chars().take(1).collect();
    let noun = [
        lexicon.is(|w| &w.roles, word),
        lexicon.is(|w| &w.institutions, word),
        lexicon.is(|w| &w.units, word),
        lexicon.is(|w| &w.mailboxes, word),
        lexicon.is(|w| &w.degrees, word),
        lexicon.is(|w| &w.breaks, word),
    ];
    word.chars().count() >= 4 && lexicon.is(|w| &w.surnames, &family) && !noun.contains(&true)
}

/// Whether a word has the shape of a Korean name: a family name and one or two syllables more.
pub(super) fn is_korean_name(word: &str, lexicon: Lexicon<'_>) -> bool {
    let length = word.chars().count();
    let family = |take: usize| word.chars().take(take).collect::<String>();
    word.chars().all(is_hangul)
        && !lexicon.is(|w| &w.units, word)
        && !lexicon.is(|w| &w.family, word)
        && !lexicon.is(|w| &w.mailboxes, word)
        && !lexicon.is(|w| &w.breaks, word)
        && ((2..=3).contains(&length) && lexicon.is(|w| &w.surnames, &family(1))
            || (3..=4).contains(&length) && lexicon.is(|w| &w.surnames, &family(2)))
}

/// A name in Chinese characters or kana: titles, offices and words in Latin letters removed.
fn unspaced(text: &str, lexicon: Lexicon<'_>) -> Option<String> {
    let noun = |word: &&&str| is_common(word, lexicon) || lexicon.is(|w| &w.honorifics, word);
    let mut words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().any(is_unspaced)).collect();
    words.drain(..words.iter().take_while(noun).count().min(words.len().saturating_sub(1)));
    let behind = words.iter().rev().take_while(noun).count().min(words.len().saturating_sub(1));
    words.truncate(words.len() - behind);
    let least = if words.len() > 1 { 1 } else { 2 };
    let last = words.last_mut()?;
    let copula = |word: &str| lexicon.ending(|w| &w.links, word).filter(|link| link.chars().count() > 1);
    while let Some(title) =
        lexicon.ending(|w| &w.degrees, last).or_else(|| lexicon.ending(|w| &w.roles, last)).or_else(|| copula(last))
    {
        match last.strip_suffix(title).filter(|rest| rest.chars().count() >= least) {
            Some(rest) => *last = rest,
            None => break,
        }
    }
    let letters = words.concat();
    let fits = letters.chars().all(|c| is_unspaced(c) || matches!(c, '・' | '·' | '＝'));
    let longest = if letters.chars().any(is_kana) { 14 } else { 6 };
    let plausible = fits && (2..=longest).contains(&letters.chars().count()) && words.len() <= 6;
    (plausible && !is_common(&letters, lexicon)).then(|| words.join(" "))
}

/// Whether a word is a noun for what somebody is or where he belongs.
fn is_common(word: &str, lexicon: Lexicon<'_>) -> bool {
    let lists: [fn(&Words) -> &WordList; 4] = [|w| &w.roles, |w| &w.institutions, |w| &w.mailboxes, |w| &w.units];
    !lexicon.is(|w| &w.surnames, word) && lists.iter().any(|list| lexicon.is(list, word))
}

/// Whether a text has the shape of a name in Chinese characters or kana: a known family name and a given name.
pub(super) fn is_unspaced_name(text: &str, lexicon: Lexicon<'_>) -> bool {
    let Some(name) = unspaced(text, lexicon).filter(|name| text.starts_with(name.as_str())) else { return false };
    let letters: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    if letters.contains(&'・') {
        let parts = name.split('・').all(|part| !is_common(part, lexicon));
        return parts && letters.iter().all(|c| is_kana(*c) || *c == '・');
    }
    if lexicon.is(|w| &w.surnames, &name) {
        return false;
    }
    (1..=3).rev().any(|length| {
        let (Some(family), Some(given)) = (letters.get(..length), letters.get(length..)) else { return false };
        let family: String = family.iter().collect();
        let apart = name.split_whitespace().next().is_some_and(|first| first == family);
        let written = given.iter().all(|c| is_han(*c)) || apart || length > 1 && given.len() > 1;
        let short = if length == 1 { 1..=3 } else { 1..=4 };
        lexicon.is(|w| &w.surnames, &family) && short.contains(&given.len()) && written
    })
}

/// Whether the words look like a whole person's name, not a mailbox's: two words or more, or a Korean name.
pub(super) fn is_person(name: &str, lexicon: Lexicon<'_>) -> bool {
    if name.chars().any(is_hangul) {
        return name.contains(' ') || name.chars().count() > 2;
    }
    if name.chars().any(is_unspaced) {
        let letters = name.chars().filter(|c| !c.is_whitespace()).count();
        return letters > 1
            && !lexicon.is(|w| &w.surnames, name)
            && name.chars().any(|c| is_han(c) || c.is_whitespace() || c == '・');
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    if words.iter().any(|word| word.trim_end_matches('.').chars().count() == 1) && words.len() == 2 {
        return false; // "Kevin D." may be completed
    }
    let mailbox =
        words.iter().any(|word| lexicon.is(|w| &w.mailboxes, word) && !lexicon.is(|w| &w.name_particles, word));
    (2..=5).contains(&words.len()) && !mailbox
}

/// Whether each word begins with a capital, but for particles.
pub(super) fn is_written_as_name(name: &str, lexicon: Lexicon<'_>) -> bool {
    name.split_whitespace().all(|word| is_capitalized(word) || lexicon.is(|w| &w.name_particles, word))
}

/// The words of a name, folded for comparison: lower case, no accents.
pub(super) fn folded(name: &str) -> Vec<String> {
    let plain: String = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .nfc()
        .flat_map(char::to_lowercase)
        .flat_map(|c| match c {
            'ß' => vec!['s', 's'],
            'ł' => vec!['l'],
            'ø' => vec!['o'],
            'đ' => vec!['d'],
            'ı' => vec!['i'],
            '’' | '\'' => vec![],
            other => vec![other],
        })
        .collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(ToString::to_string).collect()
}

/// Whether two names may well be one person's: every word of the shorter is in the longer, or an initial of it.
pub(super) fn agree(a: &str, b: &str) -> bool {
    let (a, b) = (folded(a), folded(b));
    if [&a, &b].iter().all(|name| name.iter().any(|word| word.chars().any(is_unspaced))) {
        // Spaces do not matter; a family name alone may stand for the whole.
        let (a, b) = (a.concat(), b.concat());
        return a.starts_with(&b) || b.starts_with(&a);
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let whole = short.iter().any(|word| word.chars().count() > 1 && long.contains(word));
    whole && short.iter().all(|word| is_word_of(word, &long))
}

/// Whether a folded word is one of a name's, the initial of one, or a short form ("Bev").
fn is_word_of(word: &str, name: &[String]) -> bool {
    let initial = |one: &str, other: &str| matches!(one.chars().count(), 1 | 3..) && other.starts_with(one);
    name.iter().any(|other| word == other || initial(word, other) || initial(other, word))
}

/// The words from..to of a text that are somebody's name: as many of its words as stand together, with initials and
/// one further name between.
pub(super) fn find(words: &[Piece<'_>], name: &str) -> Option<(usize, usize)> {
    let name = folded(name);
    let belongs = |word: &Piece<'_>| {
        let parts = folded(word.text);
        let written = is_capitalized(word.text);
        !parts.is_empty() && parts.iter().all(|part| name.contains(part) || written && is_word_of(part, &name))
    };
    let whole = |word: &Piece<'_>| folded(word.text).iter().any(|part| part.chars().count() > 1 && name.contains(part));
    let middle = |word: &Piece<'_>| {
        is_capitalized(word.text) && word.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-'))
    };
    let mut best: Option<(usize, usize)> = None;
    let mut from = 0;
    while from < words.len() {
        let mut to = from;
        while words.get(to).is_some_and(belongs)
            || (to > from && words.get(to).is_some_and(middle) && words.get(to + 1).is_some_and(belongs))
        {
            to += 1;
        }
        let run = words.get(from..to).unwrap_or_default();
        if run.iter().any(whole) && best.is_none_or(|(start, end)| to - from > end - start) {
            best = Some((from, to));
        }
        from = to.max(from + 1);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::language::Languages;

    #[test]
    fn a_name_is_cleaned_of_everything_that_is_no_name() {
        let lexicon = Lexicon(Languages::built_in());
        for (written, wanted) in [
            ("Prof. Dr. Ada Birch", Some("Ada Birch")),
            ("Birch, Ada", Some("Ada Birch")),
            ("OStR Ada Birch", Some("Ada Birch")),
            ("Dipl.-Psych. Ada McBirch", Some("Ada McBirch")),
            ("J.T. Birch", Some("J.T. Birch")),
            ("BIRCH, Dr. Ada", Some("Ada BIRCH")),
            ("Ada Birch, PhD", Some("Ada Birch")),
            ("Ada Birch (Elm Trust)", Some("Ada Birch")),
            ("Ada Birch / Elm Trust", Some("Ada Birch")),
            ("Murat Ulme MdB", Some("Murat Ulme")),
            ("Rektorin Eva von der Linde", Some("Eva von der Linde")),
            ("한가람 박사", Some("한가람")),
            ("한 가 람", Some("한가람")),
            ("한가람교수", Some("한가람")),
            ("총장실", None),
            ("山田　太郎様", Some("山田 太郎")),
            ("山田太郎 (Taro Yamada)", Some("山田太郎")),
            ("北都大学 教授 山田太郎", Some("山田太郎")),
            ("王丽君老师", Some("王丽君")),
            ("アンナ・リー", Some("アンナ・リー")),
            ("北都大学事務局", None),
            ("Elm University", None),
            ("", None),
        ] {
            assert_eq!(clean(written, lexicon).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn names_agree_when_one_may_stand_for_the_other() {
        for (a, b, agreed) in [
            ("Ada Birch", "A. Birch", true),
            ("Ada Birch", "ada", true),
            ("Ada M. Birch", "Ada Birch", true),
            ("Zoë Łąka", "Zoe Laka", true),
            ("Ada Birch", "Ada Oak", false),
            ("山田 太郎", "山田太郎", true),
            ("山田", "山田太郎", true),
            ("山田太郎", "山本太郎", false),
            ("Ada Birch", "Elm Birch Trust", false),
        ] {
            assert_eq!(agree(a, b), agreed, "{a} and {b}");
        }
    }
}
