//! Handing pieces of a short piece of work to other threads: tens of
//! microseconds, which waking a thread takes as well.
//!
//! Whoever has work posts it and begins. Helpers that are awake take part at once;
//! one that wakes too late finds nothing and keeps nobody waiting. A helper looks
//! out for the next post for [`AWAKE`], then sleeps. The poster takes pieces from
//! the front, helpers from the back: so each thread's caches keep the pieces that
//! it had the last time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a helper looks out before it sleeps.
const AWAKE: Duration = Duration::from_micros(100);

/// Pieces, of which each is done once.
struct Job<'a> {
    /// Which are left: from the lower 32 bits up to below the upper 32 bits.
    left: AtomicU64,
    piece: &'a (dyn Fn(usize) + Sync),
    /// Helpers that take part now.
    helpers: AtomicUsize,
    panicked: AtomicBool,
}

impl Job<'_> {
    fn front(&self) -> Option<usize> {
        let take = |left: u64| (left as u32 != (left >> 32) as u32).then(|| left + 1);
        let taken = self.left.fetch_update(Relaxed, Relaxed, take);
        taken.ok().map(|left| left as u32 as usize)
    }

    fn back(&self) -> Option<usize> {
        let take = |left: u64| (left as u32 != (left >> 32) as u32).then(|| left - (1 << 32));
        let taken = self.left.fetch_update(Relaxed, Relaxed, take);
        taken.ok().map(|left| (left >> 32) as usize - 1)
    }
}

/// A job on the board. It may be used by who holds the board's lock, or has
/// counted itself among the job's helpers while holding it.
#[derive(Clone, Copy)]
struct Posted(*const Job<'static>);

// SAFETY: all that a job holds may be used from several threads.
unsafe impl Send for Posted {}

struct Board {
    job: Mutex<Option<Posted>>,
    /// How many jobs were posted so far.
    posts: AtomicUsize,
    sleepers: AtomicUsize,
    wake: Condvar,
}

static BOARD: Board = Board {
    job: Mutex::new(None),
    posts: AtomicUsize::new(0),
    sleepers: AtomicUsize::new(0),
    wake: Condvar::new(),
};

impl Board {
    fn lock(&self) -> MutexGuard<'_, Option<Posted>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until more than `seen` jobs have been posted; says how many.
    fn next_post(&self, seen: usize) -> usize {
        let begin = Instant::now();
        while begin.elapsed() < AWAKE {
            for _ in 0..32 {
                let posts = self.posts.load(Acquire);
                if posts != seen {
                    return posts;
                }
                std::hint::spin_loop();
            }
        }
        let mut job = self.lock();
        self.sleepers.fetch_add(1, Relaxed);
        while self.posts.load(Relaxed) == seen {
            job = self.wake.wait(job).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, Relaxed);
        self.posts.load(Relaxed)
    }

    /// Posts a job; says no if there is one already.
    fn post(&self, job: Posted) -> bool {
        let mut current = self.lock();
        if current.is_some() {
            return false;
        }
        *current = Some(job);
        self.posts.fetch_add(1, Release);
        let sleepers = self.sleepers.load(Relaxed);
        drop(current);
        if sleepers > 0 {
            self.wake.notify_all();
        }
        true
    }
}

fn help() {
    let mut seen = 0;
    loop {
        seen = BOARD.next_post(seen);
        let board = BOARD.lock();
        let Some(Posted(job)) = *board else { continue };
        // SAFETY: the job is on the board, whose lock is held; from here on it is
        // kept by being counted.
        let job = unsafe { &*job };
        job.helpers.fetch_add(1, Relaxed);
        drop(board);
        let pieces = || {
            while let Some(piece) = job.back() {
                (job.piece)(piece);
            }
        };
        if catch_unwind(AssertUnwindSafe(pieces)).is_err() {
            job.panicked.store(true, Relaxed);
        }
        job.helpers.fetch_sub(1, Release);
    }
}

/// Starts the helpers, one for each core but one, once in a process.
fn start() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 1..cores {
            // Without a thread its share is done by the others.
            let _ = thread::Builder::new()
                .name("neatron".to_owned())
                .spawn(help);
        }
    });
}

/// Takes the job off the board and waits for those who take part in it.
struct Withdraw<'a, 'j>(&'a Job<'j>);

impl Drop for Withdraw<'_, '_> {
    fn drop(&mut self) {
        *BOARD.lock() = None;
        let mut rounds = 0;
        // Each has at most one piece left.
        while self.0.helpers.load(Acquire) > 0 {
            rounds += 1;
            if rounds < 10_000 {
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

/// Does each of so many (below 2^31) pieces once, on this thread and on others
/// that are free.
pub(crate) fn share(pieces: usize, piece: &(dyn Fn(usize) + Sync)) {
    start();
    let job = Job {
        left: AtomicU64::new((pieces as u64) << 32),
        piece,
        helpers: AtomicUsize::new(0),
        panicked: AtomicBool::new(false),
    };
    let posted = BOARD.post(Posted((&raw const job).cast()));
    // If not posted, another thread's job is on the board: leave it there.
    let withdraw = posted.then(|| Withdraw(&job));
    while let Some(at) = job.front() {
        piece(at);
    }
    drop(withdraw);
    assert!(!job.panicked.load(Acquire), "a piece of work panicked");
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;
    use std::thread;

    use super::share;

    #[test]
    fn every_piece_is_done_once_by_whomever() {
        let run = || {
            for pieces in 0..if cfg!(miri) { 4 } else { 300 } {
                let done: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
                share(pieces, &|at| {
                    done[at].fetch_add(1, Relaxed);
                });
                assert!(done.iter().all(|count| count.load(Relaxed) == 1));
            }
        };
        // Several at once, of which one has the board.
        thread::scope(|scope| {
            scope.spawn(run);
            scope.spawn(run);
        });
    }
}
