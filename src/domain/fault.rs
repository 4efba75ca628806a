//! What is wrong with one field of a request, in words that help and never repeat the value (CONTRACT.md §5.8).

use std::fmt;

/// Longest name that an answer repeats.
const LONGEST_ECHO: usize = 64;

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFault {
    /// The field's name if it is plain, else its position.
    pub field: String,
    /// What is wrong with it.
    pub fault: Fault,
}

impl FieldFault {
    /// A fault of a field that Passgate or the operator named.
    pub fn new(field: impl Into<String>, fault: Fault) -> Self {
        Self { field: field.into(), fault }
    }

    /// A fault of a field that the caller named: an unusual name, or a secret in the wrong
    /// place, is replaced by its position, counted from 1.
    pub fn presented(name: &str, position: usize, fault: Fault) -> Self {
        let field =
            if is_plain(name) && !may_hold_secret(name) { name.to_owned() } else { format!("field {position}") };
        Self { field, fault }
    }

    /// The sentence of `errors[].message`.
    pub fn message(&self) -> String {
        format!("{} {}", self.field, self.fault)
    }

    /// The same in as few words as the problem's `detail` has room for.
    pub fn summary(&self) -> String {
        match self.fault {
            Fault::Missing => format!("{} is missing", self.field),
            Fault::Empty => format!("{} is empty", self.field),
            _ => self.message(),
        }
    }
}

/// Whether a name may be repeated in an answer: `[A-Za-z0-9_.-]{1,64}`.
pub fn is_plain(name: &str) -> bool {
    (1..=LONGEST_ECHO).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// Whether a secret of ours may stand in `text`: a client secret, an operator token, a link or a session.
pub fn may_hold_secret(text: &str) -> bool {
    ["pgs_", "pgo_", "pgl_", "pgb_"].iter().any(|prefix| text.contains(prefix))
}

/// What is wrong with a field. Displays as the rest of a sentence that the field's name begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A mandatory field is not there.
    Missing,
    /// A mandatory field is there and empty.
    Empty,
    /// The value is of another type than this one.
    Type(&'static str),
    /// Longer than so many characters.
    TooLong(u64),
    /// Shorter than so many characters.
    TooShort(u64),
    /// Does not match the field's pattern.
    Pattern,
    /// Less than this.
    BelowMinimum(String),
    /// More than this.
    AboveMaximum(String),
    /// Not one of these.
    NotInList(Vec<String>),
    /// No such field is defined.
    Unknown,
    /// The field stands more than once.
    Duplicate,
    /// The text cannot be read; the words say why without quoting it.
    Malformed(String),
    /// A content type that this endpoint does not read.
    Unsupported(String),
    /// Breaks a rule that these words state.
    Rule(String),
}

impl Fault {
    /// The machine-readable code of `errors[].code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing | Self::Empty => "required",
            Self::Type(_) => "type",
            Self::TooLong(_) => "too_long",
            Self::TooShort(_) => "too_short",
            Self::Pattern => "pattern",
            Self::BelowMinimum(_) => "minimum",
            Self::AboveMaximum(_) => "maximum",
            Self::NotInList(_) => "not_in_list",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::Malformed(_) => "malformed",
            Self::Unsupported(_) => "unsupported",
            Self::Rule(_) => "rule",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing | Self::Empty => f.write_str("is mandatory"),
            Self::Type(expected) => write!(f, "must be {expected}"),
            Self::TooLong(most) => write!(f, "must have at most {most} characters"),
            Self::TooShort(least) => write!(f, "must have at least {least} characters"),
            Self::Pattern => f.write_str("does not have the required form"),
            Self::BelowMinimum(least) => write!(f, "must be at least {least}"),
            Self::AboveMaximum(most) => write!(f, "must be at most {most}"),
            Self::NotInList(values) => write!(f, "must be one of {}", values.join(", ")),
            Self::Unknown => f.write_str("is not a parameter of this request"),
            Self::Duplicate => f.write_str("stands more than once"),
            Self::Malformed(why) | Self::Unsupported(why) | Self::Rule(why) => f.write_str(why),
        }
    }
}

/// Every summary in one line, for the problem's `detail`.
pub fn summarize(faults: &[FieldFault]) -> String {
    let summaries: Vec<String> = faults.iter().map(FieldFault::summary).collect();
    summaries.join("; ")
}
