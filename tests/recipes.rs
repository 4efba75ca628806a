//! The recipes of `docs/how-to/verify-tokens.md` for Python and Node.js, with the libraries of `tests/clients/prepare`.
//! `tests/recipes_compiled.rs` tries the other languages.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

mod running;
#[path = "recipes/trial.rs"]
#[expect(dead_code, reason = "nothing is compiled here")]
mod trial;

use std::path::PathBuf;
use std::process::Command;

use trial::{Runner, in_crate};

#[tokio::test]
async fn the_recipe_for_python_accepts_what_is_good_and_nothing_else() {
    let python = std::env::var_os("PASSGATE_TEST_PYTHON")
        .map_or_else(|| in_crate("target/clients/python/bin/python"), PathBuf::from);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("recipe.py");
    let driver = r#"
import sys
for token, scope in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        print(verified(token, scope)["client_id"])
    except PermissionError:
        print("scope")
    except jwt.PyJWTError:
        print("refused")
"#;
    let place = |code: &str| std::fs::write(&file, format!("{code}\n{driver}")).unwrap();
    let command = || {
        let mut command = Command::new(&python);
        command.arg(&file);
        command
    };
    Runner { language: "python", place: &place, command: &command }.is_tried().await;
}

#[tokio::test]
async fn the_recipe_for_node_accepts_what_is_good_and_nothing_else() {
    let directory = in_crate("target/clients/node");
    assert!(directory.join("node_modules").is_dir(), "the JavaScript libraries are missing; run ./check");
    // A module is looked for beside the script that imports it.
    let file = directory.join("recipe.mjs");
    let driver = r#"
for (let i = 2; i < process.argv.length; i += 2) {
  const said = verified(process.argv[i], process.argv[i + 1]).then((claims) => claims.client_id);
  console.log(await said.catch((error) => (error.code === "ERR_SCOPE" ? "scope" : "refused")));
}
"#;
    let place = |code: &str| std::fs::write(&file, format!("{code}\n{driver}")).unwrap();
    let command = || {
        let mut command = Command::new("node");
        command.arg(&file);
        command
    };
    Runner { language: "js", place: &place, command: &command }.is_tried().await;
}
