//! Korean in Latin letters (Revised Romanization, syllable by syllable), to compare it with mail addresses: support for
//! what was read elsewhere, never a source by itself.

/// First syllable of Unicode's Hangul block, and how many there are behind each lead and vowel.
const FIRST: u32 = 0xAC00;
const VOWELS: u32 = 21;
const TAILS: u32 = 28;

const LEAD: [&str; 19] =
    ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
const VOWEL: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
];
const TAIL: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
];

/// A syllable in Latin letters; `None` for any other character.
pub(super) fn syllable(c: char) -> Option<String> {
    let index = u32::from(c).checked_sub(FIRST)?;
    let at = |part: u32| usize::try_from(part).ok();
    let lead = LEAD.get(at(index / (VOWELS * TAILS))?)?;
    let vowel = VOWEL.get(at(index / TAILS % VOWELS)?)?;
    let tail = TAIL.get(at(index % TAILS)?)?;
    Some(format!("{lead}{vowel}{tail}"))
}

/// Whether two neighbouring syllables of a text stand in an address.
pub(super) fn stands_in(text: &str, address: &str) -> bool {
    let syllables: Vec<Option<String>> = text.chars().map(syllable).collect();
    syllables.windows(2).any(|pair| match pair {
        [Some(one), Some(two)] => one.len() + two.len() >= 4 && address.contains(&format!("{one}{two}")),
        _ => false,
    })
}

/// Whether a Korean given name and Latin letters sound alike: the same consonants, however the vowels are spelled.
pub(super) fn sounds_like(given: &str, latin: &str) -> bool {
    let korean: Option<Vec<String>> = given.chars().map(syllable).collect();
    let wanted = korean.map(|syllables| consonants(&syllables.concat())).unwrap_or_default();
    wanted.len() >= 2 && consonants(latin).contains(&wanted)
}

/// The consonants, those that Korean spelling mixes up made one.
fn consonants(latin: &str) -> String {
    let plain = latin.to_lowercase().replace("ng", "n").replace("sh", "s").replace("ch", "j");
    let mapped = plain.chars().filter_map(|c| match c {
        'g' | 'k' | 'c' | 'q' => Some('k'),
        'd' | 't' => Some('t'),
        'b' | 'p' | 'v' | 'f' => Some('p'),
        'r' | 'l' => Some('l'),
        'j' | 'z' => Some('j'),
        'm' | 'n' | 's' | 'h' => Some(c),
        _ => None,
    });
    let mut letters: String = mapped.collect();
    letters = letters.replace("kk", "k").replace("tt", "t").replace("ss", "s").replace("pp", "p");
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_syllables_of_a_name_are_found_in_an_address() {
        for (text, address, found) in [
            ("한빛재단", "hanbit-fund.example", true),
            ("한빛재단", "korea.example", false),
            ("아이", "ai.example", false),
        ] {
            assert_eq!(stands_in(text, address), found, "{text} in {address}");
        }
    }

    #[test]
    fn a_given_name_sounds_like_its_latin_spellings() {
        for (given, latin, alike) in
            [("다혜", "Dahye Ko", true), ("현수", "Hyunsoo", true), ("다혜", "Min Park", false)]
        {
            assert_eq!(sounds_like(given, latin), alike, "{given} and {latin}");
        }
    }

    #[test]
    fn only_hangul_has_syllables() {
        assert_eq!(syllable('한').as_deref(), Some("han"));
        assert_eq!(syllable('a'), None);
    }
}
