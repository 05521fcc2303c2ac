//! Threads that wait for their share of work awake.
//!
//! Between two things that are shared out a thread has little time to sleep, and waking it takes as long
//! as some steps do. Some virtual machines wake it on the processor of the thread that calls it, where
//! it waits for milliseconds, though another processor is idle.

use rayon::Yield;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// So long a thread that finds nothing to do looks for more.
const PATIENCE: Duration = Duration::from_millis(1);

/// Between two looks a thread leaves the processor's units to others.
const PAUSES: usize = 64;
/// After so many looks it lets others have the processor: the work itself may wait for this one.
const LOOKS: usize = 16;

/// Does work on a thread of a pool while so many others of it wait for their share awake.
pub(super) fn kept_awake<T: Send>(others: usize, work: impl FnOnce() -> T + Send) -> T {
    let own = rayon::current_thread_index();
    let ended = AtomicBool::new(false);
    rayon::scope(|scope| {
        for _ in 0..others {
            scope.spawn(|_| {
                // Where none of the others came for it, there is nobody to wait.
                if rayon::current_thread_index() != own {
                    take_part(&ended);
                }
            });
        }
        let _end = End(&ended);
        work()
    })
}

/// Does what is shared out until the work has ended, or nothing is for a while.
fn take_part(ended: &AtomicBool) {
    let (mut since, mut looks) = (Instant::now(), 0);
    while !ended.load(Ordering::Relaxed) && since.elapsed() < PATIENCE {
        if rayon::yield_now() == Some(Yield::Executed) {
            (since, looks) = (Instant::now(), 0);
            continue;
        }
        looks += 1;
        if looks % LOOKS == 0 {
            std::thread::yield_now();
        } else {
            (0..PAUSES).for_each(|_| std::hint::spin_loop());
        }
    }
}

/// Tells that the work has ended, however it did.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn what_work_gives_is_handed_on_wherever_it_is_done() {
        let items: Vec<u64> = (0..200).collect();
        for threads in [1, 2, 5] {
            let engine = Engine::new(threads);
            let squares = |from: u64| {
                engine.inside(|| engine.map(&items, |k| (from + k) * k).iter().sum::<u64>())
            };
            // From beside the threads, and within what they do.
            assert_eq!(squares(7), (0..200).map(|k| (7 + k) * k).sum::<u64>());
            let nested = engine.map(&items, |from| squares(*from));
            assert!(
                (0..)
                    .zip(nested)
                    .all(|(from, sum)| { sum == (0..200).map(|k| (from + k) * k).sum::<u64>() })
            );
        }
    }

    #[test]
    fn nobody_waits_for_work_that_broke() {
        let engine = Engine::new(3);
        let breaks = || engine.inside(|| panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(breaks)).is_err());
        assert_eq!(engine.inside(|| 5), 5);
    }
}
