//! Contenders side by side: they take turns of some tens of microseconds, and
//! what counts is the ratio of the two turns of a pair, so that a machine that
//! is slower for a while is slower for both.

use std::time::Instant;

const TURN_NANOS: f64 = 40_000.0;

/// What somebody measured takes part in: does something once.
pub type Contender<'a> = &'a mut dyn FnMut();

/// Nanoseconds of a call in each turn.
pub struct Times(Vec<f64>);

/// How many times as fast one contender is as another: the median of the pairs
/// of turns, and their quartiles.
#[derive(Clone, Copy)]
pub struct Ratio {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Times {
    pub fn median(&self) -> f64 {
        quartiles(self.0.clone())[1]
    }

    /// By how many times these are faster than the other ones.
    pub fn against(&self, other: &Self) -> Ratio {
        let pairs = self.0.iter().zip(&other.0);
        let [low, median, high] = quartiles(pairs.map(|(own, other)| other / own).collect());
        Ratio { median, low, high }
    }
}

impl Ratio {
    pub fn times(self, factor: f64) -> Self {
        Self {
            median: self.median * factor,
            low: self.low * factor,
            high: self.high * factor,
        }
    }
}

fn quartiles(mut samples: Vec<f64>) -> [f64; 3] {
    samples.sort_unstable_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| samples[samples.len() * quarter / 4])
}

/// Lets them take so many turns.
pub fn compete(turns: usize, contenders: &mut [Contender]) -> Vec<Times> {
    let mut repeats = Vec::new();
    for contender in contenders.iter_mut() {
        // Long enough for layouts that are made after some calls.
        let warm = (2_000_000.0 / turn(contender, 2)).clamp(4.0, 200.0);
        turn(contender, warm as usize);
        repeats.push(((TURN_NANOS / turn(contender, 4)) as usize).max(1));
    }
    let mut samples = vec![Vec::with_capacity(turns); contenders.len()];
    for _ in 0..turns {
        for (at, contender) in contenders.iter_mut().enumerate() {
            samples[at].push(turn(contender, repeats[at]));
        }
    }
    samples.into_iter().map(Times).collect()
}

fn turn(contender: &mut dyn FnMut(), repeats: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        contender();
    }
    start.elapsed().as_nanos() as f64 / repeats as f64
}
