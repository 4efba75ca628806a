//! Rebuilds when a migration is added: `sqlx::migrate!` alone does not tell cargo.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
