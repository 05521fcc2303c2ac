//! The engine of this process.

use crate::error::Fault;
use perirad::engine::{Engine, MemoryLimit};
use perirad::report::Failure;
use std::sync::{Mutex, PoisonError};

struct Held {
    process: u32,
    threads: usize,
    memory: MemoryLimit,
    engine: Engine,
}

static HELD: Mutex<Option<Held>> = Mutex::new(None);

/// What Python lends: so many threads (0: one for each processor) and so much memory, as `4GiB`.
pub type Lent = (usize, Option<String>);

/// The engine of what is lent; made anew in a forked child, where the parent's threads do not exist.
///
/// Callers are attached to the interpreter, which forks only while nothing else is, so the lock is
/// never held across a fork.
///
/// # Errors
/// A memory limit that is none.
pub fn engine((threads, memory): Lent) -> Result<Engine, Fault> {
    let unreadable = |message| {
        Fault(Failure {
            code: "settings.memory_limit",
            message: format!("PERIRAD_MAX_MEMORY: {message}"),
            hint: "Give bytes or a unit: 4GiB, 512MB.".into(),
        })
    };
    let memory =
        memory.map_or(Ok(MemoryLimit::default()), |memory| memory.parse()).map_err(unreadable)?;
    let process = std::process::id();
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(held) = held.as_ref()
        && (held.process, held.threads, held.memory) == (process, threads, memory)
    {
        return Ok(held.engine.clone());
    }
    let engine = Engine::new(threads).with_memory(memory);
    let before = held.replace(Held { process, threads, memory, engine: engine.clone() });
    if let Some(before) = before.filter(|before| before.process != process) {
        // To end the pool of another process would be to wake threads that are not there.
        std::mem::forget(before);
    }
    Ok(engine)
}
