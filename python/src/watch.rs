//! Long work on a thread of its own, while the caller's looks after Python.

use crate::error::panicked;
use crate::worker::hand_over;
use perirad::engine::Engine;
use pyo3::prelude::*;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long Ctrl-C may wait.
const PATIENCE: Duration = Duration::from_millis(50);

/// What the work tells.
enum Event<T> {
    /// So many of so many are done, this one last.
    Progress(usize, usize, String),
    /// All is done.
    Done(T),
}

/// The work's side.
pub struct Watch<T> {
    stop: Arc<AtomicBool>,
    events: Sender<Event<T>>,
}

impl<T> Watch<T> {
    /// Tells of each lesion that is done, and ends the run once nobody waits for it.
    pub fn telling(&self) -> impl FnMut(usize, usize, &str) -> ControlFlow<()> {
        |done, of, name| {
            // Nobody listens once the call was interrupted.
            let _ = self.events.send(Event::Progress(done, of, name.to_owned()));
            let stopped = self.stop.load(Ordering::Relaxed);
            if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
}

/// Runs `work` without the interpreter lock; the callback is told of progress. An interrupt or an
/// exception of the callback ends the call at once, and the work, whose engine is stopped, soon
/// after: at the next family of features, repeat or lesion.
///
/// Work that is `brief` and tells nobody is done on the caller's thread: to wake another would take
/// a good part of its time.
///
/// # Errors
/// What the callback or a signal handler raises.
pub fn attended<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    engine: Engine,
    brief: bool,
    work: impl FnOnce(&Watch<T>, &Engine) -> T + Send + 'static,
) -> PyResult<T> {
    let (events, mut received) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let watch = Watch { stop: stop.clone(), events };
    if brief && progress.is_none() {
        let caught = AssertUnwindSafe(move || work(&watch, &engine));
        let done = py.detach(|| catch_unwind(caught)).map_err(|_| panicked())?;
        return py.check_signals().map(|()| done);
    }
    let engine = engine.stopped_by(stop.clone());
    hand_over(Box::new(move || {
        let done = work(&watch, &engine);
        let _ = watch.events.send(Event::Done(done));
    }))?;
    loop {
        let (back, event) = py.detach(move || {
            let event = received.recv_timeout(PATIENCE);
            (received, event)
        });
        received = back;
        let told = match event {
            Ok(Event::Done(done)) => return Ok(done),
            Ok(Event::Progress(done, of, name)) => match progress {
                Some(call) => call.call1((done, of, name)).map(drop),
                None => Ok(()),
            },
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => return Err(panicked()),
        };
        if let Err(error) = told.and_then(|()| py.check_signals()) {
            stop.store(true, Ordering::Relaxed);
            return Err(error);
        }
    }
}
