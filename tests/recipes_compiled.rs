//! The recipes of `docs/how-to/verify-tokens.md` for Java and Go, compiled and run as printed. Not part of `./check`, since it
//! takes two more toolchains: `tests/recipes/prepare && cargo test --test recipes_compiled`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

mod running;
#[path = "recipes/trial.rs"]
mod trial;

use std::process::Command;

use trial::{Runner, in_crate, succeed};

#[tokio::test]
async fn the_recipe_for_java_accepts_what_is_good_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let driver = r#"
public final class Driver {
    public static void main(String[] arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            try {
                System.out.println(Tokens.verified(arguments[i], arguments[i + 1]).getClaimValueAsString("client_id"));
            } catch (SecurityException lacking) {
                System.out.println("scope");
            } catch (Exception refused) {
                System.out.println("refused");
            }
        }
    }
}
"#;
    let jars = ["jose4j.jar", "slf4j-api.jar", "slf4j-nop.jar"].map(|jar| in_crate("target/recipes/java").join(jar));
    let path = std::env::join_paths(jars.iter().map(std::path::PathBuf::as_path).chain([at])).unwrap();
    let place = |code: &str| {
        std::fs::write(at.join("Tokens.java"), code).unwrap();
        std::fs::write(at.join("Driver.java"), driver).unwrap();
        let files = ["Tokens.java", "Driver.java"];
        succeed(Command::new("javac").args(["-Xlint:all", "-Werror", "-cp"]).arg(&path).args(files).current_dir(at));
    };
    let command = || {
        let mut command = Command::new("java");
        command.arg("-cp").arg(&path).arg("Driver");
        command
    };
    Runner { language: "java", place: &place, command: &command }.is_tried().await;
}

#[tokio::test]
async fn the_recipe_for_go_accepts_what_is_good_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let library = in_crate("target/recipes/golang-jwt");
    let module = format!(
        "module recipe\n\ngo 1.21\n\nrequire github.com/golang-jwt/jwt/v5 v5.2.2\n\nreplace github.com/golang-jwt/jwt/v5 => {}\n",
        library.display()
    );
    let driver = r#"package main

import (
	"errors"
	"fmt"
	"os"

	"recipe/tokens"
)

func main() {
	for i := 1; i+1 < len(os.Args); i += 2 {
		claims, err := tokens.Verified(os.Args[i], os.Args[i+1])
		if errors.Is(err, tokens.ErrScope) {
			fmt.Println("scope")
		} else if err != nil {
			fmt.Println("refused")
		} else {
			fmt.Println(claims["client_id"])
		}
	}
}
"#;
    let place = |code: &str| {
        std::fs::create_dir_all(at.join("tokens")).unwrap();
        std::fs::write(at.join("go.mod"), &module).unwrap();
        std::fs::write(at.join("main.go"), driver).unwrap();
        std::fs::write(at.join("tokens/tokens.go"), code).unwrap();
        for action in [&["vet", "./..."][..], &["build", "-o", "driver", "."]] {
            let mut go = Command::new(in_crate("target/recipes/go/go/bin/go"));
            go.args(action)
                .current_dir(at)
                .env("GOFLAGS", "-mod=mod")
                .env("GOPROXY", "off")
                .env("GOTOOLCHAIN", "local");
            succeed(go.env("GOCACHE", in_crate("target/recipes/go-cache")).env("GOPATH", at.join("gopath")));
        }
    };
    let command = || Command::new(at.join("driver"));
    Runner { language: "go", place: &place, command: &command }.is_tried().await;
}
