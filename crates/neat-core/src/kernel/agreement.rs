//! Tests: every kernel for single rows against the plain layout, also where a
//! network would not choose it.

use proptest::prelude::*;

use super::groups::Groups;
use super::plain;
use super::rows::RowsArena;
use super::scalar::Scalar;
use super::scratch::with_scratch;
use crate::{Activation, Genome, RandomGenome, Tier};

fn bits(values: &[f32]) -> Vec<u32> {
    let one_nan = |value: &f32| {
        if value.is_nan() {
            f32::NAN.to_bits()
        } else {
            value.to_bits()
        }
    };
    values.iter().map(one_nan).collect()
}

fn assert_kernels_agree(genome: &Genome, inputs: &[f32]) -> Result<(), TestCaseError> {
    let plan = genome.plan().expect("no cycle");
    let mut arena = RowsArena::default();
    arena.push(&plan);
    let rows = arena.get(0);
    let mut expected = vec![0.0; genome.output_size()];
    let mut values = vec![0.0; rows.slots()];
    // SAFETY: the slices hold a row, `values` the slots.
    unsafe {
        let (inputs, outputs) = (inputs.as_ptr(), expected.as_mut_ptr());
        plain::run(Scalar, rows, inputs, outputs, values.as_mut_ptr());
    }
    for tier in Tier::available() {
        for kernel in tier.kernels().map_or(&[][..], |kernels| kernels.singles) {
            let groups = Groups::new(rows, &plan.depth_offsets, kernel.lanes);
            let mut outputs = vec![0.0; genome.output_size()];
            let finite = with_scratch(groups.scratch_len(), |values| {
                // What another network left behind must not matter.
                values.fill(f32::NAN);
                // SAFETY: as `Network::feed_forward`.
                unsafe {
                    let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
                    (kernel.run)(&groups, inputs, outputs, values.as_mut_ptr())
                }
            });
            prop_assert_eq!(finite, values.iter().all(|value| value.is_finite()));
            if finite {
                prop_assert_eq!(
                    bits(&outputs),
                    bits(&expected),
                    "{:?}, {} lanes",
                    tier,
                    kernel.lanes
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 400 }))]

    #[test]
    fn kernels_for_single_rows_agree(
        shape in (1..40usize, 1..20usize, 0..60usize, 0..600usize),
        chosen in prop::collection::vec(0..12u32, 1..6),
        seed in any::<u64>(),
        mut inputs in prop::collection::vec(-4.0f32..4.0, 40),
        special in prop::option::weighted(0.1, any::<u32>()),
    ) {
        let (input_size, outputs, hidden, connections) = shape;
        let activations = chosen.into_iter().filter_map(Activation::from_index).collect();
        let options = RandomGenome { inputs: input_size, outputs, hidden, connections, activations };
        if let Some(bits) = special {
            inputs[0] = f32::from_bits(bits);
        }
        assert_kernels_agree(&Genome::random_with(&options, seed), &inputs[..input_size])?;
    }
}
