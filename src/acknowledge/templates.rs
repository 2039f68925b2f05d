//! The templates of the answers: those of `config/templates`, embedded, each of which staff can override by a file
//! of the same name in `[templates] dir`. A folder there is a further language.
//!
//! Templates are checked when they are loaded, by rendering every one of them with sample data: an override that
//! names an unknown variable stops `rsvpd check`, not an acknowledgement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};

use super::view::View;
use super::words::Words;
use super::{Answering, sample};
use crate::registry::AcknowledgementKind;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/templates");

/// The language of answers to senders whose own has no templates.
const DEFAULT_LANGUAGE: &str = "en";
/// Name of a language's template of a date within the engine.
const DATE: &str = "date";

/// Every template, by language.
#[derive(Debug)]
pub struct Templates {
    engine: Environment<'static>,
    languages: BTreeMap<String, Words>,
}

/// Why templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file or the folder cannot be read.
    #[error("could not read the template {}: {cause}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's word.
        cause: std::io::Error,
    },
    /// The name says nothing to rsvpd, most likely a slip that would leave the built-in text in place.
    #[error("could not use the template {name}: no answer is made of it; the names are those in {known}")]
    Name {
        /// Name below the folder.
        name: String,
        /// Names that would do.
        known: String,
    },
    /// The words of a language do not read.
    #[error("could not read the words in {name}: {cause}")]
    Words {
        /// Name below the folder.
        name: String,
        /// What is wrong.
        cause: Box<toml::de::Error>,
    },
    /// A template does not compile or render.
    #[error("could not render the template {name}: {cause}")]
    Render {
        /// Name below the folder.
        name: String,
        /// What is wrong, and in which line.
        cause: String,
    },
}

impl Templates {
    /// The built-in templates, under those in the folder, if one is configured.
    ///
    /// # Errors
    /// When a file cannot be read, has a name that nothing is made of, or does not render.
    pub fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let mut files = built_in();
        if let Some(folder) = overrides {
            read_overrides(folder, &mut files)?;
        }
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        engine.set_syntax(syntax.map_err(|cause| render_error("syntax", &cause))?);
        let mut languages = BTreeMap::new();
        for (name, text) in files {
            if let Some(language) = name.strip_suffix("/words.toml") {
                let words: Words = toml::from_str(&text)
                    .map_err(|cause| TemplateError::Words { name: name.clone(), cause: Box::new(cause) })?;
                add(&mut engine, format!("{language}/{DATE}"), words.date.clone())?;
                languages.insert(language.to_owned(), words);
            } else {
                add(&mut engine, name, text)?;
            }
        }
        let templates = Self { engine, languages };
        templates.check()?;
        Ok(templates)
    }

    /// Renders every template of every language with sample data.
    fn check(&self) -> Result<(), TemplateError> {
        let event = sample::event();
        for language in self.languages.keys() {
            for standings in sample::standings() {
                for answering in sample::answerings(&event, language, &standings) {
                    self.render(&answering)?;
                }
            }
        }
        Ok(())
    }

    /// The text and the HTML of an answer.
    pub(super) fn render(&self, answering: &Answering<'_>) -> Result<(String, String), TemplateError> {
        let (language, words) = self.language(answering.language)?;
        let date = format!("{language}/{DATE}");
        let view =
            View::of(answering, language, words, &|session| self.render_one(&date, words.date_parts(session.starts)))?;
        let kind = match answering.kind {
            AcknowledgementKind::Confirm => "confirm",
            AcknowledgementKind::Ask => "ask",
            AcknowledgementKind::Received => "received",
        };
        let render = |format: &str| self.render_one(&format!("{language}/{kind}.{format}.j2"), &view);
        Ok((render("txt")?, render("html")?))
    }

    fn render_one(&self, name: &str, variables: impl serde::Serialize) -> Result<String, TemplateError> {
        let rendered = self.engine.get_template(name).and_then(|template| template.render(Serde(variables)));
        rendered.map_err(|cause| render_error(name, &cause))
    }

    /// The language of an answer to somebody who wrote in this one: `de` for `de-AT`, English if there is none.
    fn language(&self, code: &str) -> Result<(&str, &Words), TemplateError> {
        let primary = code.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let found = self.languages.get_key_value(&primary).or_else(|| self.languages.get_key_value(DEFAULT_LANGUAGE));
        found.map(|(language, words)| (language.as_str(), words)).ok_or_else(|| TemplateError::Render {
            name: format!("{DEFAULT_LANGUAGE}/words.toml"),
            cause: "it is not there".into(),
        })
    }

    /// How subjects of replies begin, in any language.
    pub(super) fn reply_prefixes(&self) -> impl Iterator<Item = &str> + Clone {
        self.languages.values().flat_map(|words| &words.reply_prefixes).map(String::as_str)
    }
}

/// The embedded files: name below `config/templates`, text.
fn built_in() -> BTreeMap<String, String> {
    let folders = BUILT_IN.dirs().flat_map(Dir::files);
    let files = BUILT_IN.files().chain(folders);
    files.filter_map(|file| Some((file.path().to_str()?.to_owned(), file.contents_utf8()?.to_owned()))).collect()
}

/// Lays the files of a folder over the others; a new sub-folder is a new language.
fn read_overrides(folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), TemplateError> {
    let of_a_language: BTreeSet<String> =
        files.keys().filter_map(|name| Some(name.strip_prefix("en/")?.to_owned())).collect();
    for path in list(folder)? {
        if path.is_dir() {
            let language = file_name(&path);
            for path in list(&path)? {
                let file = file_name(&path);
                let name = format!("{language}/{file}");
                if !of_a_language.contains(&file) {
                    return Err(TemplateError::Name { name, known: "config/templates/en".into() });
                }
                files.insert(name, read(&path)?);
            }
        } else {
            let name = file_name(&path);
            if !files.contains_key(&name) {
                return Err(TemplateError::Name { name, known: "config/templates".into() });
            }
            files.insert(name, read(&path)?);
        }
    }
    Ok(())
}

/// What a folder holds, save the hidden and backup files of editors.
fn list(folder: &Path) -> Result<Vec<PathBuf>, TemplateError> {
    let error = |cause| TemplateError::Read { path: folder.to_owned(), cause };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        let name = file_name(&path);
        if !name.starts_with('.') && !name.ends_with('~') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, TemplateError> {
    std::fs::read_to_string(path).map_err(|cause| TemplateError::Read { path: path.to_owned(), cause })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn add(engine: &mut Environment<'static>, name: String, text: String) -> Result<(), TemplateError> {
    engine.add_template_owned(name.clone(), text).map_err(|cause| render_error(&name, &cause))
}

/// The engine's error with its causes, which name the line.
fn render_error(name: &str, error: &minijinja::Error) -> TemplateError {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let cause = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    TemplateError::Render { name: name.to_owned(), cause }
}
