//! Times of the stages.
fn main() {}
