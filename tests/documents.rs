//! The documents, held against the code and the tree.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use passgate::config::SETTINGS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    let mut directories = vec![root().join("docs")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_readme_has_every_setting_with_its_default_and_meaning() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for setting in SETTINGS {
        let name = format!("`{}`", setting.name);
        let row = rows
            .iter()
            .find(|row| row.first() == Some(&name.as_str()))
            .unwrap_or_else(|| panic!("{name} is not in README.md"));
        assert!(row.get(1).unwrap().trim_matches('`') == setting.default || setting.default.is_empty(), "{row:?}");
        assert_eq!(*row.get(2).unwrap(), setting.meaning);
    }
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    for (path, text) in documents() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            let is_outside = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
            assert!(is_outside || path.parent().unwrap().join(target).exists(), "{}: {link}", path.display());
        }
    }
}

#[test]
fn every_path_that_a_document_names_is_there() {
    for (path, text) in documents() {
        for name in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "docs/", "migrations/", "fuzz/"].iter().any(|room| name.starts_with(room))
                && !name.contains([' ', '*', '<', '{', '…']);
            let file = name.split("::").next().unwrap().split(':').next().unwrap();
            assert!(!is_path || root().join(file).exists(), "{}: {name}", path.display());
        }
    }
}
