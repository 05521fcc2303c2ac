//! The threads and the memory a caller lends to perirad.
//!
//! There is no global pool: a pool that is owned can be sized, dropped and rebuilt after a fork.
//! Every operation keeps the order of its items, so results have the same bits for any thread count.

#[cfg(feature = "threads")]
mod awake;
mod kept;
mod memory;
mod wide;

#[cfg(feature = "threads")]
use rayon::prelude::*;

pub use memory::MemoryLimit;
pub(crate) use wide::{Loop, wide};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The stack of a thread: that of a main thread, whose work they do.
#[cfg(feature = "threads")]
const STACK: usize = 8 << 20;

/// As many threads as can be asked for, or four for each processor where that is more. The system
/// makes many more, of which each search for work would wake all.
#[cfg(feature = "threads")]
const MOST_THREADS: usize = 256;

/// A step over fewer voxels takes less time than waking a thread for each of its parts.
const FEW: usize = 1 << 17;

/// Runs independent pieces of work, on its own threads or on the caller's, and knows how much
/// memory they may take. Clones share the threads.
#[derive(Clone)]
pub struct Engine {
    #[cfg(feature = "threads")]
    pool: Option<Arc<rayon::ThreadPool>>,
    memory: MemoryLimit,
    stop: Option<Arc<AtomicBool>>,
}

impl Engine {
    /// Everything on the caller's thread.
    pub fn serial() -> Self {
        kept::keep_what_is_freed();
        Self {
            #[cfg(feature = "threads")]
            pool: None,
            memory: MemoryLimit::default(),
            stop: None,
        }
    }

    /// An engine of `threads` threads; 0 means one for each processor. There are at most 256, or
    /// four for each processor where that is more.
    ///
    /// Falls back to the caller's thread where threads cannot be had (feature `threads` off,
    /// or the system refuses them): slower, and the same numbers.
    pub fn new(threads: usize) -> Self {
        #[cfg(feature = "threads")]
        {
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            let threads = match threads {
                0 => processors,
                n => n.min(MOST_THREADS.max(4 * processors)),
            };
            let pool = (threads > 1)
                .then(|| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                    pool.stack_size(STACK).build().ok()
                })
                .flatten()
                .map(Arc::new);
            Self { pool, ..Self::serial() }
        }
        #[cfg(not(feature = "threads"))]
        {
            let _ = threads;
            Self::serial()
        }
    }

    /// The same with another limit than [`MemoryLimit::default`].
    pub fn with_memory(mut self, memory: MemoryLimit) -> Self {
        self.memory = memory;
        self
    }

    /// The same, whose work ends early once `stop` is set: with an error, never with other numbers.
    pub fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// One that shares nothing out, with the same limits.
    pub fn alone(&self) -> Self {
        let mut alone = Self::serial().with_memory(self.memory);
        alone.stop.clone_from(&self.stop);
        alone
    }

    /// The engine for steps over so many voxels: one that shares nothing out where these are few.
    pub(crate) fn over(&self, voxels: usize) -> Self {
        if voxels < FEW { self.alone() } else { self.clone() }
    }

    /// Does nobody wait for the work any more?
    pub fn stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// The most that any one thing may take.
    pub fn memory(&self) -> MemoryLimit {
        self.memory
    }

    /// Threads at work.
    pub fn threads(&self) -> usize {
        #[cfg(feature = "threads")]
        if let Some(pool) = &self.pool {
            return pool.current_num_threads();
        }
        1
    }

    /// The items in pieces to share out: a few for each thread, all in one for one thread, so that
    /// what the pieces give is put together as seldom as can be.
    pub fn pieces<'a, T>(&self, items: &'a [T]) -> Vec<&'a [T]> {
        let pieces = if self.threads() > 1 { 2 * self.threads() } else { 1 };
        items.chunks(items.len().div_ceil(pieces).max(1)).collect()
    }

    /// `f` of every item, in the order of the items.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
        #[cfg(feature = "threads")]
        if let Some(pool) = &self.pool {
            return pool.install(|| items.par_iter().map(&f).collect());
        }
        items.iter().map(f).collect()
    }

    /// What two pieces of work give, done side by side where there are threads.
    pub fn join<A: Send, B: Send>(
        &self,
        a: impl FnOnce() -> A + Send,
        b: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        #[cfg(feature = "threads")]
        if let Some(pool) = &self.pool {
            return pool.join(a, b);
        }
        (a(), b())
    }

    /// Does work on one of the threads, while the others wait for what it shares out awake, until one finds
    /// nothing to do for a thousandth of a second.
    ///
    /// A program that measures one lesion after another best runs its whole loop inside. Where a thread
    /// beside these works in between, some virtual machines wake them behind each other on one processor.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        #[cfg(feature = "threads")]
        if let Some(pool) = &self.pool {
            return pool.install(|| awake::kept_awake(pool.current_num_threads() - 1, work));
        }
        work()
    }

    /// Hands `f` each chunk of `len` values (the last may be shorter) with its index.
    pub fn fill<T: Send>(&self, data: &mut [T], len: usize, f: impl Fn(usize, &mut [T]) + Sync) {
        let len = len.max(1);
        #[cfg(feature = "threads")]
        if let Some(pool) = &self.pool {
            pool.install(|| data.par_chunks_mut(len).enumerate().for_each(|(i, c)| f(i, c)));
            return;
        }
        data.chunks_mut(len).enumerate().for_each(|(i, c)| f(i, c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "threads")]
    fn no_more_threads_than_are_of_use_are_made() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(Engine::new(usize::MAX).threads(), MOST_THREADS.max(4 * processors));
        assert_eq!(Engine::new(3).threads(), 3);
    }

    #[test]
    fn order_is_kept_whatever_the_thread_count() {
        let items: Vec<usize> = (0..1000).collect();
        let expected: Vec<usize> = items.iter().map(|i| i * i).collect();
        for threads in [1, 2, 7] {
            let engine = Engine::new(threads);
            assert_eq!(engine.map(&items, |i| i * i), expected);
            let mut filled = vec![0; 1000];
            engine.fill(&mut filled, 7, |chunk, values| {
                values.iter_mut().enumerate().for_each(|(i, v)| *v = (chunk * 7 + i).pow(2));
            });
            assert_eq!(filled, expected);
        }
    }
}
