//! An entity's scopes, one a line, and in the last line what is asked: it is granted exactly if its words are the words
//! of some of the scopes, and then those words are granted, each once.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use passgate::domain::scope::{LONGEST_NAME, LONGEST_TOGETHER, MOST_SCOPES, Scopes};

fn words(text: &str) -> BTreeSet<&str> {
    text.split(' ').collect()
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'))
}

fuzz_target!(|text: &str| {
    let Some((names, asked)) = text.rsplit_once('\n') else { return };
    let names: Vec<String> = names.split('\n').map(str::to_owned).collect();
    let are_valid = names.len() <= MOST_SCOPES
        && names.join(" ").len() <= LONGEST_TOGETHER
        && names.iter().all(|name| name.len() <= LONGEST_NAME && name.split(' ').all(is_word))
        && names.iter().map(|name| words(name)).collect::<BTreeSet<_>>().len() == names.len();
    let scopes = Scopes::new(names.clone());
    assert_eq!(scopes.is_ok(), are_valid, "{scopes:?}");
    let Ok(scopes) = scopes else { return };

    assert_eq!(scopes.names(), names);
    assert!(names.iter().all(|name| scopes.title().contains(&format!("\"{name}\""))));
    let every: BTreeSet<&str> = names.iter().flat_map(|name| name.split(' ')).collect();
    assert_eq!(words(scopes.all()), every);
    assert_eq!(scopes.all().split(' ').count(), every.len());
    assert_eq!(scopes.grant(None).as_ref(), Ok(scopes.all()));

    let wanted = words(asked);
    let covered: BTreeSet<&str> =
        names.iter().map(|name| words(name)).filter(|name| name.is_subset(&wanted)).flatten().collect();
    match scopes.grant(Some(asked)) {
        Ok(granted) => {
            assert_eq!(words(&granted), wanted, "granted other words than asked");
            assert_eq!(granted.split(' ').count(), wanted.len(), "a word is granted twice");
            assert_eq!(wanted, covered, "words are granted that no whole scope has");
            assert_eq!(scopes.grant(Some(&granted)), Ok(granted.clone()), "what was granted is not granted again");
            let reversed: Vec<&str> = asked.rsplit(' ').collect();
            assert_eq!(scopes.grant(Some(&reversed.join(" "))), Ok(granted), "another order is another scope");
        }
        Err(_) => assert!(wanted != covered || asked.len() > LONGEST_TOGETHER, "refused though it is made of whole scopes"),
    }
});
