//! Freed memory that stays with the process.

use std::hint::black_box;
use std::sync::Once;

/// Bytes of the block that the allocator learns from; it learns nothing from blocks above 32 MiB.
const LEARNT: usize = (32 << 20) - (1 << 16);

/// Lets the allocator keep what is freed, for the arrays of the next step or lesion.
///
/// The GNU C library gives freed arrays of some megabytes back to the kernel, which hands out and
/// clears the same pages again for the next one: up to a fifth of the time a lesion takes. It keeps
/// blocks up to the largest it has seen freed, so it is shown a large one, which nobody touches: no
/// memory is used.
pub(super) fn keep_what_is_freed() {
    static SHOWN: Once = Once::new();
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        SHOWN.call_once(|| {
            let mut block = Vec::<u8>::new();
            drop(black_box(block.try_reserve_exact(LEARNT)));
            drop(black_box(block));
        });
    }
}
