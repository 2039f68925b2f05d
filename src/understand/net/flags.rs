//! What is so of a token, as bits.

/// Flags that a token may carry, in the order of their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// The From name holds the word.
    InName,
    /// The local part of the sender's address holds it.
    InLocal,
    /// The domain holds it.
    InDomain,
    /// Its letters are the initials of the domain's first label.
    IsDomain,
    /// Begins with a capital.
    Capital,
    /// Is all capitals.
    Capitals,
    /// Holds a digit.
    Digit,
    /// Is no letter or digit.
    Mark,
    /// Stands behind white space.
    Spaced,
    /// Begins its line.
    LineStart,
    /// Ends its line.
    LineEnd,
    /// A letter of Han, kana or Hangul.
    Unspaced,
    /// Begins its word piece.
    PieceStart,
    /// Ends its word piece.
    PieceEnd,
    /// Begins a run of letters.
    RunStart,
    /// Ends a run of letters.
    RunEnd,
    /// Its line has a label before it.
    Labelled,
    /// Its line has an at sign.
    LineAt,
    /// Its line has three digits in a row.
    LineNumber,
    /// Its line has commas, bars or slashes.
    LineList,
    /// The line before is blank.
    BlankBefore,
    /// The line behind is blank.
    BlankBehind,
    /// Stands in the From name.
    From,
    /// Stands in the subject.
    Subject,
    /// Stands in the signature.
    Signature,
    /// Stands in an answer typed between quoted lines.
    Inline,
    /// The event's titles, places or host hold the word.
    EventWord,
    /// Stands more than once in the mail.
    Repeated,
    /// Is a line end.
    Newline,
    /// A value labelled as a name.
    LabelName,
    /// A value labelled as an organization.
    LabelOrganization,
    /// A value labelled as a position.
    LabelPosition,
    /// A value labelled as an address.
    LabelEmail,
    /// A value labelled as something else.
    LabelOther,
    /// An honorific, a degree.
    Honorific,
    /// A family name.
    Surname,
    /// A noun that says what somebody is.
    Role,
    /// A noun that names an organization or a part of one.
    Institution,
    /// A cue of coming.
    CueYes,
    /// A cue of not coming.
    CueNo,
    /// A cue of not knowing.
    CueMaybe,
    /// "Only", "except".
    CueLimit,
    /// Refers to some session, or to a day or part that the event does not have.
    Refers,
    /// Names the one person that the mail is read for.
    Target,
    /// The mail is read for one person.
    Sought,
}

/// Flags of a token for one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionFlag {
    /// Refers to this session.
    This,
    /// Refers to others and not to this one.
    Another,
    /// Refers to this one and others.
    Several,
    /// Refers to all of them.
    All,
    /// Refers to something that the event does not have.
    Unknown,
    /// The rules read that the person comes.
    Yes,
    /// The rules read that the person does not.
    No,
    /// The rules read that the person does not know.
    Maybe,
    /// Stands in an answer to a line that asks about this session.
    Asked,
}

/// The bit of a flag.
#[must_use]
pub fn bit(flag: Flag) -> u64 {
    1 << (flag as u64)
}

/// The bits of those flags that are set.
#[must_use]
pub fn bits(set: &[(bool, Flag)]) -> u64 {
    set.iter().filter(|(set, _)| *set).fold(0, |all, (_, flag)| all | bit(*flag))
}

/// Sets flags for one session on some tokens.
pub fn mark(flags: &mut [u16], set: &[(bool, SessionFlag)]) {
    let bits = set.iter().filter(|(set, _)| *set).fold(0, |all, (_, flag)| all | 1_u16 << (*flag as u16));
    for flags in flags {
        *flags |= bits;
    }
}
