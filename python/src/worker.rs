//! Threads that work while the caller's looks after Python. One that is idle works on: a new one would
//! begin with memory that it has to ask the system for.

use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

type Work = Box<dyn FnOnce() + Send>;

/// Idle threads, and the process that they are of.
static IDLE: Mutex<(u32, Vec<Sender<Work>>)> = Mutex::new((0, Vec::new()));

/// The stack of a main thread, which the library otherwise runs on.
const STACK: usize = 8 << 20;
/// Most threads that wait for work.
const WAITING: usize = 4;

/// Does `work` on another thread.
///
/// Nobody waits for the lock: a fork may have left it locked for good in the child, which then does
/// without idle threads.
///
/// # Errors
/// Where the system has no thread to give.
pub fn hand_over(work: Work) -> io::Result<()> {
    let idle = IDLE.try_lock().ok().and_then(|mut held| {
        if held.0 != std::process::id() {
            // A forked child has none of its parent's threads; to tell them so would be to wake
            // what is not there.
            std::mem::forget(std::mem::take(&mut held.1));
            held.0 = std::process::id();
        }
        held.1.pop()
    });
    let work = match idle {
        None => work,
        Some(thread) => match thread.send(work) {
            Ok(()) => return Ok(()),
            Err(unsent) => unsent.0,
        },
    };
    let (sender, receiver) = channel::<Work>();
    let stay = move || {
        let mut next = Some(work);
        while let Some(work) = next {
            work();
            match IDLE.try_lock() {
                Ok(mut held) if held.1.len() < WAITING => held.1.push(sender.clone()),
                _ => return,
            }
            next = receiver.recv().ok();
        }
    };
    std::thread::Builder::new().name("perirad".into()).stack_size(STACK).spawn(stay).map(drop)
}
