//! What several targets assert.

use passgate::domain::fault::{FieldFault, is_plain};
use passgate::domain::presented::{Fields, MOST_FIELDS};

/// What holds of the fields of every body that was read: at most a hundred, each name once, counted from 1.
pub fn assert_fields_are_sound(fields: &Fields<'_>) {
    assert!(fields.iter().count() <= MOST_FIELDS);
    for (position, field) in (1..).zip(fields.iter()) {
        assert_eq!(field.position, position);
        assert_eq!(fields.get(&field.name), Some(&field.value), "a name stands twice");
    }
}

/// A fault's field is plain or a position, and its words are, with every number read as `#`, one of `sentences`. So
/// nothing of what was sent can be in them but a plain field name.
pub fn assert_repeats_nothing(fault: &FieldFault, sentences: &[&str]) {
    let is_position = fault.field.strip_prefix("field ").is_some_and(|number| number.parse::<usize>().is_ok());
    assert!(is_plain(&fault.field) || is_position, "the field name {:?} is echoed", fault.field);
    let said = without_numbers(&fault.fault.to_string());
    assert!(sentences.contains(&said.as_str()), "not a sentence of ours: {said:?}");
    let message = fault.message();
    assert_eq!(
        message.strip_prefix(&fault.field).and_then(|rest| rest.strip_prefix(' ')),
        Some(&*fault.fault.to_string())
    );
}

fn without_numbers(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            said.push(c);
        } else if !said.ends_with('#') {
            said.push('#');
        }
    }
    said
}

/// The text as one form-encoded word, every byte escaped.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
