//! The map of the house, held against the imports: who may use whom, and which outside crate lives in which room.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may import.
const ROOMS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("signer", &["domain"]),
    ("vault", &["domain"]),
    ("config", &["domain"]),
    ("app", &["config", "domain", "signer", "store", "vault"]),
    ("http", &["app", "domain", "signer", "store"]),
    ("jobs", &["app", "http"]),
    ("cli", &["app", "config", "domain", "http", "jobs", "store"]),
];

/// An outside crate, and the rooms in which it may be met.
const CRATES: [(&str, &[&str]); 23] = [
    ("sqlx", &["store"]),
    ("axum", &["http"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("tower_http", &["http"]),
    ("rustls", &["http"]),
    ("multer", &["http"]),
    ("prometheus_client", &["app"]),
    ("quick_cache", &["app"]),
    ("askama", &["http"]),
    ("fluent_bundle", &["http"]),
    ("argon2", &["app"]),
    ("lettre", &["app"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("tempfile", &["app"]),
    ("reqwest", &["app", "cli"]),
    ("webpki", &["domain"]),
    ("x509_parser", &["domain"]),
    ("regex", &["domain"]),
    ("url", &["domain"]),
    ("sd_notify", &["cli"]),
    ("toml", &["config"]),
];

/// Crates that would bring time, randomness or waiting into the domain.
const NOT_IN_DOMAIN: [&str; 4] = ["tokio", "std::fs", "std::net::Tcp", "std::time::SystemTime"];

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Every file with its room and its text without the tests at its end.
fn house() -> Vec<(String, PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let room = |path: &Path| {
        let first = path.strip_prefix(&source).unwrap().components().next().unwrap();
        first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
    };
    let code =
        |path: &Path| fs::read_to_string(path).unwrap().split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
    files(&source)
        .into_iter()
        .map(|path| (room(&path), path.clone(), code(&path)))
        .filter(|(room, ..)| !matches!(room.as_str(), "lib" | "main"))
        .collect()
}

#[test]
fn every_room_imports_only_the_rooms_that_it_may() {
    for (room, path, code) in house() {
        let may = ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("{room} is not on the map")).1;
        for used in code.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(
                used == room || used.is_empty() || may.contains(&used.as_str()),
                "{} imports {used}",
                path.display()
            );
        }
    }
}

#[test]
fn every_outside_crate_stays_in_its_room() {
    for (room, path, code) in house() {
        for (name, rooms) in CRATES {
            let used = code.contains(&format!("use {name}::")) || code.contains(&format!(" {name}::"));
            assert!(!used || rooms.contains(&room.as_str()), "{} uses {name}", path.display());
        }
    }
}

#[test]
fn the_domain_neither_waits_nor_reads_the_clock() {
    for (room, path, code) in house() {
        if room == "domain" {
            assert!(NOT_IN_DOMAIN.iter().all(|outside| !code.contains(outside)), "{}", path.display());
            assert!(!code.contains("async fn"), "{}", path.display());
        }
    }
}
