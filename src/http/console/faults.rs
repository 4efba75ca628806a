//! What is wrong with the fields of a form, beside each of them and in the visitor's language.

use super::words::{Text, Words};
use crate::domain::fault::{Fault, FieldFault};

/// Every fault of a form that was sent; empty before.
#[derive(Clone, Debug, Default)]
pub struct Faults(pub Vec<FieldFault>);

impl Faults {
    /// Whether this field is at fault.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.field == field)
    }

    /// What is wrong with this field.
    pub fn of(&self, w: Words, field: &str) -> Option<Text> {
        self.0.iter().find(|fault| fault.field == field).map(|fault| told(w, &fault.fault))
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with fields that the page does not have.
    pub fn others(&self, w: Words, fields: &[&str]) -> Vec<Text> {
        let others = self.0.iter().filter(|fault| !fields.contains(&fault.field.as_str()));
        others.map(|fault| w.english(&fault.message())).collect()
    }
}

/// A fault as a sentence.
fn told(w: Words, fault: &Fault) -> Text {
    match fault {
        Fault::Missing | Fault::Empty => w.text("fault-empty"),
        Fault::TooShort(least) => w.with("fault-too-short", [("least", least)]),
        Fault::TooLong(most) => w.with("fault-too-long", [("most", most)]),
        Fault::BelowMinimum(least) => w.with("fault-minimum", [("least", least)]),
        Fault::AboveMaximum(most) => w.with("fault-maximum", [("most", most)]),
        Fault::Rule(_)
        | Fault::Type(_)
        | Fault::Pattern
        | Fault::NotInList(_)
        | Fault::Unknown
        | Fault::Duplicate
        | Fault::Malformed(_)
        | Fault::Unsupported(_) => w.english(&format!("It {fault}.")),
    }
}
