//! A parameter's definition in the first line and values in the others: a definition that is taken has a JSON Schema
//! that is one, and schema and server judge every JSON value alike; a judgment says nothing of the value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate::domain::fault::Fault;
use passgate::domain::definition::{Definition, Kind, LONGEST_TEXT};
use passgate::domain::parameter::{Parameter};
use passgate::domain::presented::Value;

const LARGEST_INTEGER: i64 = 9_007_199_254_740_991;

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(Ok(definition)) = lines.next().map(serde_json::from_slice::<Definition>) else { return };
    let parameter = match Parameter::define(definition.clone()) {
        Ok(parameter) => parameter,
        Err(faults) => {
            assert!(!faults.is_empty());
            return faults.iter().for_each(|fault| assert!(!fault.message().is_empty()));
        }
    };
    assert_eq!(parameter.definition(), &definition);
    let schema = parameter.schema();
    assert!(serde_json::to_vec(&schema).is_ok());
    let validator = jsonschema::draft202012::new(&schema);
    // Patterns and dates are judged by other engines there, so only their presence is compared.
    let validator = match definition.kind {
        _ if definition.pattern.is_some() => None,
        Kind::DateTime => Some(validator.expect("the schema is one")).filter(|_| false),
        _ => Some(validator.expect("the schema is one")),
    };

    for line in lines.take(20) {
        if let Ok(json) = serde_json::from_slice::<serde_json::Value>(line) {
            let judged = parameter.judge(&presented(&json));
            if let Some(validator) = &validator {
                assert_eq!(judged.is_ok(), validator.is_valid(&json), "{schema} and {judged:?} disagree about {json}");
            }
            assert_is_sound(&definition, judged, &parameter);
        }
        if let Ok(text) = std::str::from_utf8(line) {
            assert_is_sound(&definition, parameter.judge(&Value::Form(text.into())), &parameter);
            assert_is_sound(&definition, parameter.judge(&Value::Text(text.into())), &parameter);
        }
    }
});

fn assert_is_sound(definition: &Definition, judged: Result<serde_json::Value, Fault>, parameter: &Parameter) {
    match judged {
        Ok(value) => {
            let has_the_type = match definition.kind {
                Kind::String | Kind::DateTime => value.is_string(),
                Kind::Enum => value.as_str().is_some_and(|text| definition.values.iter().any(|one| one == text)),
                Kind::Boolean => value.is_boolean(),
                Kind::Integer => value.as_i64().is_some_and(|number| number.abs() <= LARGEST_INTEGER),
                Kind::Number => value.is_number(),
            };
            assert!(has_the_type, "{value} is no {:?}", definition.kind);
            assert_eq!(parameter.judge(&presented(&value)).as_ref(), Ok(&value), "what was taken is not taken again");
        }
        Err(fault) => {
            let says_only_the_definition = match &fault {
                Fault::Type(_) | Fault::Pattern => true,
                Fault::TooLong(most) => *most == definition.max_length.unwrap_or(LONGEST_TEXT),
                Fault::TooShort(least) => Some(*least) == definition.min_length,
                Fault::BelowMinimum(least) => {
                    Some(least) == definition.minimum.as_ref().map(ToString::to_string).as_ref()
                }
                Fault::AboveMaximum(most) => {
                    Some(most) == definition.maximum.as_ref().map(ToString::to_string).as_ref()
                }
                Fault::NotInList(values) => *values == definition.values,
                _ => false,
            };
            assert!(says_only_the_definition, "{fault:?}");
        }
    }
}

fn presented(value: &serde_json::Value) -> Value<'_> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        serde_json::Value::Number(number) => Value::Number(number.clone()),
        serde_json::Value::String(text) => Value::Text(text.into()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Value::Nested,
    }
}
