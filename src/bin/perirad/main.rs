//! The `perirad` program.
fn main() {}
