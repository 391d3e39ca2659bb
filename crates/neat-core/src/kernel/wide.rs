//! Several vectors as one: each operation is done for all of them before the
//! next one, so that the latencies of one chain are filled by the others.

use super::simd::Simd;

/// `W` vectors of `S`.
#[derive(Clone, Copy)]
pub(crate) struct Wide<S, const W: usize>(pub(crate) S);

/// Methods that do the same for each of the vectors. Loops, not closures: a
/// closure would not be compiled for the instruction set of its caller.
macro_rules! each_vector {
    ($($name:ident($first:ident $(, $argument:ident)*))*) => {$(
        #[inline(always)]
        fn $name(self, $first: Self::V $(, $argument: Self::V)*) -> Self::V {
            let mut result = $first;
            for w in 0..W {
                result[w] = self.0.$name($first[w] $(, $argument[w])*);
            }
            result
        }
    )*};
}

impl<S: Simd, const W: usize> Simd for Wide<S, W> {
    const LANES: usize = W * S::LANES;
    type V = [S::V; W];

    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        [self.0.splat(x); W]
    }
    #[inline(always)]
    fn one(self, x: f32) -> Self::V {
        self.splat(x)
    }
    #[inline(always)]
    fn first(self, a: Self::V) -> f32 {
        self.0.first(a[0])
    }
    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> Self::V {
        let mut result = self.splat(0.0);
        for (w, value) in result.iter_mut().enumerate() {
            // SAFETY: the caller's obligation for all `W` vectors.
            *value = unsafe { self.0.load(from.add(w * S::LANES)) };
        }
        result
    }
    #[inline(always)]
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> Self::V {
        let mut result = self.splat(0.0);
        for (w, value) in result.iter_mut().enumerate() {
            // SAFETY: the caller's obligation for all `W` vectors.
            *value = unsafe { self.0.gather(from, offsets.add(w * S::LANES)) };
        }
        result
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32, value: Self::V) {
        for (w, value) in value.into_iter().enumerate() {
            // SAFETY: the caller's obligation for all `W` vectors.
            unsafe { self.0.store(to.add(w * S::LANES), value) };
        }
    }
    #[inline(always)]
    fn at_least(self, low: f32, a: Self::V) -> Self::V {
        let mut result = a;
        for value in &mut result {
            *value = self.0.at_least(low, *value);
        }
        result
    }
    each_vector! {
        add(a, b)
        sub(a, b)
        mul(a, b)
        div(a, b)
        max(a, b)
        min(a, b)
        select_lt(a, b, yes, no)
        abs(a)
        negate_if_odd(a, parity)
        exp2_sixteenths(biased)
    }
}
