//! What the machine can do at most: multiply and add, separate and fused, with
//! enough independent sums to hide every latency.

use std::hint::black_box;
use std::time::Instant;

use neat_core::Tier;

const ROUNDS: usize = 2_000;

/// GFLOP/s of one thread.
pub struct Peak {
    pub separate: f64,
    /// `None` where the tier has no fused instruction.
    pub fused: Option<f64>,
}

/// Does some thousand steps.
pub type Run = fn() -> usize;

pub fn measure(tier: Tier) -> Peak {
    let (separate, fused) = runs(tier);
    Peak {
        separate: best(separate),
        fused: fused.map(best),
    }
}

/// What gives the highest rate, and how many FLOP it does.
pub fn highest(tier: Tier) -> (Run, usize) {
    let (separate, fused) = runs(tier);
    let run = fused.unwrap_or(separate);
    (run, run())
}

fn runs(tier: Tier) -> (Run, Option<Run>) {
    match tier {
        #[cfg(target_arch = "x86_64")]
        Tier::Avx512 => (
            // SAFETY: only available tiers come here.
            || unsafe { x86::separate512() },
            // SAFETY: as above.
            Some(|| unsafe { x86::fused512() }),
        ),
        #[cfg(target_arch = "x86_64")]
        Tier::Avx2 => (
            // SAFETY: as above.
            || unsafe { x86::separate256() },
            // SAFETY: just detected.
            is_x86_feature_detected!("fma").then_some(|| unsafe { x86::fused256() }),
        ),
        _ => (plain, None),
    }
}

/// Best of many short runs of a function that says how many FLOP it did.
fn best(run: Run) -> f64 {
    let rate = |_| {
        let start = Instant::now();
        let flop = run();
        flop as f64 / start.elapsed().as_nanos() as f64
    };
    (0..400).map(rate).fold(0.0, f64::max)
}

fn plain() -> usize {
    let (factor, term) = (black_box([0.999f32; 4]), black_box([0.001f32; 4]));
    let mut sums = black_box([[0.5f32; 4]; 12]);
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = std::array::from_fn(|lane| sum[lane] * factor[lane] + term[lane]);
        }
    }
    black_box(sums);
    ROUNDS * 12 * 4 * 2
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    use super::ROUNDS;

    macro_rules! peak {
        ($name:ident: $features:literal, $lanes:literal, $splat:ident,
         ($sum:ident, $factor:ident, $term:ident) => $step:expr) => {
            #[target_feature(enable = $features)]
            pub fn $name() -> usize {
                let ($factor, $term) = black_box(($splat(0.999), $splat(0.001)));
                let mut sums = black_box([$splat(0.5); 12]);
                for _ in 0..ROUNDS {
                    for sum in &mut sums {
                        let $sum = *sum;
                        *sum = $step;
                    }
                }
                black_box(sums);
                ROUNDS * 12 * $lanes * 2
            }
        };
    }

    peak!(separate512: "avx512f", 16, _mm512_set1_ps,
        (sum, factor, term) => _mm512_add_ps(_mm512_mul_ps(sum, factor), term));
    peak!(fused512: "avx512f", 16, _mm512_set1_ps,
        (sum, factor, term) => _mm512_fmadd_ps(sum, factor, term));
    peak!(separate256: "avx2", 8, _mm256_set1_ps,
        (sum, factor, term) => _mm256_add_ps(_mm256_mul_ps(sum, factor), term));
    peak!(fused256: "avx2,fma", 8, _mm256_set1_ps,
        (sum, factor, term) => _mm256_fmadd_ps(sum, factor, term));
}
