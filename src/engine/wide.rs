//! Loops compiled for the widest registers the processor has.

pub(crate) use pulp::NullaryFnOnce as Loop;

/// Runs a loop with vectors as wide as the processor's: the same operations in the same order, more
/// of them at once. Its `call` and what that calls must be inlined to be compiled so.
pub(crate) fn wide<L: Loop>(work: L) -> L::Output {
    pulp::Arch::new().dispatch(work)
}
