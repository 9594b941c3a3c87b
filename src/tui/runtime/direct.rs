//! A task that goes on right where it is woken, on whatever thread that is.
//!
//! A key is seen by a thread that waits for the terminal. Were it to wake a worker of tokio's, which would wake the thread
//! that draws, each key would wait for two threads to begin; so that thread passes it on itself. Only for tasks that are
//! done with every wake-up in no time: they hold up who wakes them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use tokio::runtime::Handle;

/// What is left of it to do.
type Rest = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

struct Task {
    /// Whose timers it uses.
    tokio: Handle,
    rest: Mutex<Rest>,
    /// How often it was woken since it last went on; who is the first to wake it, goes on with it.
    woken: AtomicUsize,
}

/// Begins a task.
pub fn begin(tokio: Handle, task: impl Future<Output = ()> + Send + 'static) {
    let task = Task {
        tokio,
        rest: Mutex::new(Some(Box::pin(task))),
        woken: AtomicUsize::new(0),
    };
    Arc::new(task).wake();
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.woken.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let waker = Waker::from(Arc::clone(&self));
        let _inside = self.tokio.enter();
        loop {
            let seen = self.woken.load(Ordering::Acquire);
            // Nobody else goes on meanwhile.
            let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            let ends = |rest: &mut Pin<Box<dyn Future<Output = ()> + Send>>| {
                let poll = || rest.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
                // Who broke off in it ends with it, so that nobody waits for its end.
                catch_unwind(AssertUnwindSafe(poll)).unwrap_or(true)
            };
            if rest.as_mut().is_some_and(ends) {
                *rest = None;
            }
            drop(rest);
            if self.woken.fetch_sub(seen, Ordering::AcqRel) == seen {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::sync::mpsc::channel;
    use std::thread;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn it_goes_on_where_it_is_woken_and_misses_nothing() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (give, mut take) = unbounded_channel();
        let (tell, told) = channel();
        begin(runtime.handle().clone(), async move {
            while let Some(n) = take.recv().await {
                tell.send((n, thread::current().id())).unwrap();
                if n == 0 {
                    tokio::task::yield_now().await;
                }
            }
        });
        let own = give.clone();
        let id = thread::spawn(move || {
            own.send(0).unwrap();
            thread::current().id()
        });
        let id = id.join().unwrap();
        assert_eq!(told.try_recv().unwrap(), (0, id), "told before the send came back");
        let threads = [1, 2].map(|part| {
            let give = give.clone();
            thread::spawn(move || (1..=1000).for_each(|n| give.send(n * part).unwrap()))
        });
        for thread in threads {
            thread.join().unwrap();
        }
        drop(give);
        assert_eq!(told.iter().count(), 2000, "and then its end");
    }

    #[test]
    fn whoever_breaks_off_in_it_ends() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (tell, told) = channel::<()>();
        begin(runtime.handle().clone(), async move {
            let _ends_with_it = tell;
            tokio::task::yield_now().await;
            panic!("a defect");
        });
        assert!(told.recv().is_err(), "and whoever woke it goes on");
    }
}
