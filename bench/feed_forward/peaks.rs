//! What the machine can do at most: multiply and add, separate and fused, with
//! enough independent sums to hide every latency.

use std::hint::black_box;
use std::time::Instant;

use neat_core::Tier;

const ROUNDS: usize = 2_000;

/// GFLOP/s of one thread.
pub struct Peak {
    pub tier: Tier,
    pub separate: f64,
    /// `None` where the tier has no fused instruction.
    pub fused: Option<f64>,
}

pub fn measure() -> Vec<Peak> {
    Tier::available().into_iter().map(peak).collect()
}

fn peak(tier: Tier) -> Peak {
    match tier {
        #[cfg(target_arch = "x86_64")]
        Tier::Avx512 => Peak {
            tier,
            // SAFETY: only available tiers come here.
            separate: best(|| unsafe { x86::separate512() }),
            // SAFETY: as above.
            fused: Some(best(|| unsafe { x86::fused512() })),
        },
        #[cfg(target_arch = "x86_64")]
        Tier::Avx2 => Peak {
            tier,
            // SAFETY: as above.
            separate: best(|| unsafe { x86::separate256() }),
            fused: is_x86_feature_detected!("fma")
                // SAFETY: just detected.
                .then(|| best(|| unsafe { x86::fused256() })),
        },
        _ => Peak {
            tier,
            separate: best(plain),
            fused: None,
        },
    }
}

/// Best of many short runs of a function that says how many FLOP it did.
fn best(run: impl Fn() -> usize) -> f64 {
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
