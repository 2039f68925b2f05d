//! One table of the configuration file: every read names its key, and every complaint its line.

use std::fmt;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with the configuration, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file, as it was named on the command line.
    pub file: String,
    /// The line, counted from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// The sentence.
    pub sentence: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.sentence),
            None => write!(f, "{}: {}", self.file, self.sentence),
        }
    }
}

/// The file that is being read, to turn byte offsets into lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    pub fn error(&self, offset: Option<usize>, sentence: String) -> ConfigError {
        let line = offset.and_then(|offset| self.text.get(..offset)).map(|before| before.matches('\n').count() + 1);
        ConfigError { file: self.file.to_string(), line, sentence }
    }
}

/// A table whose keys are all known.
#[derive(Debug, Clone)]
pub(super) struct Section<'a> {
    source: Source<'a>,
    /// `mailbox.imap`; empty for the whole file.
    path: String,
    /// Where its header stands; `None` if the file does not have it, and only defaults can be read.
    offset: Option<usize>,
    table: Option<&'a DeTable<'a>>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub fn root(source: Source<'a>, table: &'a DeTable<'a>, known: &[&str]) -> Result<Self, ConfigError> {
        Self { source, path: String::new(), offset: None, table: Some(table) }.knows(known)
    }

    /// The table under a key, or an empty one that yields only defaults.
    pub fn section(&self, key: &str, known: &[&str]) -> Result<Self, ConfigError> {
        self.optional_section(key, known).map(|found| {
            found.unwrap_or_else(|| Self {
                source: self.source,
                path: self.path_of(key),
                offset: self.offset,
                table: None,
            })
        })
    }

    /// The table under a key, if there is one.
    pub fn optional_section(&self, key: &str, known: &[&str]) -> Result<Option<Self>, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        self.inner(self.path_of(key), value, known).map(Some)
    }

    /// The tables of an array of tables.
    pub fn sections(&self, key: &str, known: &[&str]) -> Result<Vec<Self>, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let Some(array) = value.get_ref().as_array() else {
            return Err(self.wrong(key, &format!("must begin with [[{key}]], in double brackets")));
        };
        array.iter().map(|value| self.inner(self.path_of(key), value, known)).collect()
    }

    /// A text that must be there; `advice` says what to give.
    pub fn text(&self, key: &str, advice: &str) -> Result<String, ConfigError> {
        self.optional_text(key)?.ok_or_else(|| self.missing(key, advice))
    }

    /// A text that may be absent. An empty one is a mistake: nobody writes it to leave a key out.
    pub fn optional_text(&self, key: &str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_str().map(str::trim) {
            None => Err(self.wrong(key, "must be a text in double quotes")),
            Some("") => Err(self.wrong(key, "is empty; give a value or leave the line out")),
            Some(text) => Ok(Some(text.to_string())),
        }
    }

    /// A list of texts; empty where it is absent.
    pub fn texts(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let texts = value.get_ref().as_array().map(|array| {
            array.iter().map(|item| item.get_ref().as_str().map(ToString::to_string)).collect::<Option<Vec<_>>>()
        });
        texts.flatten().ok_or_else(|| self.wrong(key, "must be a list of texts, e.g. [\"one\", \"two\"]"))
    }

    /// A whole number within bounds.
    pub fn number(&self, key: &str, default: u32, bounds: RangeInclusive<u32>) -> Result<u32, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(default) };
        let number = value.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        number.filter(|number| bounds.contains(number)).ok_or_else(|| {
            self.wrong(key, &format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))
        })
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, key: &str, default: T, words: &[(&str, T)]) -> Result<T, ConfigError> {
        let Some(text) = self.optional_text(key)? else { return Ok(default) };
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let allowed = words.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>();
            self.wrong(key, &format!("is {text:?}; it must be {}", either(&allowed)))
        })
    }

    /// Whether the key stands in the file.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A complaint about a key that is there: `mailbox.imap.port must be …`.
    pub fn wrong(&self, key: &str, complaint: &str) -> ConfigError {
        let offset = self.value(key).map_or(self.offset, |value| Some(value.span().start));
        self.source.error(offset, format!("{} {complaint}", self.path_of(key)))
    }

    /// A complaint about a key that is not.
    pub fn missing(&self, key: &str, advice: &str) -> ConfigError {
        self.source.error(self.offset, format!("{} is missing; {advice}", self.path_of(key)))
    }

    fn knows(self, known: &[&str]) -> Result<Self, ConfigError> {
        for key in self.table.iter().flat_map(|table| table.keys()) {
            if !known.contains(&key.get_ref().as_ref()) {
                let sentence =
                    format!("unknown key {:?}{}", self.path_of(key.get_ref()), nearest(key.get_ref(), known));
                return Err(self.source.error(Some(key.span().start), sentence));
            }
        }
        Ok(self)
    }

    fn inner(&self, path: String, value: &'a Spanned<DeValue<'a>>, known: &[&str]) -> Result<Self, ConfigError> {
        let offset = Some(value.span().start);
        match value.get_ref().as_table() {
            Some(table) => Self { source: self.source, path, offset, table: Some(table) }.knows(known),
            None => Err(self.source.error(offset, format!("{path} must be a table, headed by [{path}]"))),
        }
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }
}

/// `; did you mean "port"?`, or all that can stand here if nothing is near.
fn nearest(key: &str, known: &[&str]) -> String {
    if key == "password" {
        return "; a password never stands in this file: name the file that holds it in \"password_file\"".to_string();
    }
    let near = |word: &&str| (strsim::jaro_winkler(key, word) * 1000.0) as u32;
    match known.iter().max_by_key(|word| near(word)) {
        Some(word) if near(word) >= 750 => format!("; did you mean {word:?}?"),
        _ => format!("; known here: {}", known.join(", ")),
    }
}

/// `a, b or c`.
fn either(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
