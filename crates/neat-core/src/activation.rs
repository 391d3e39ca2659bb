//! The twelve activations by name and number.

use crate::kernel::activate::apply;
use crate::kernel::scalar::Scalar;

/// Activation of a node; the discriminant is its number in the packed layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Activation {
    /// x
    Identity = 0,
    /// 1 / (1 + e^-x)
    Sigmoid = 1,
    /// 1 / (1 + e^(-4.9 x)) (Stanley and Miikkulainen 2002)
    SteepenedSigmoid = 2,
    /// Hyperbolic tangent
    Tanh = 3,
    /// x below 0 becomes 0
    Relu = 4,
    /// x below 0 becomes 0.01 x
    LeakyRelu = 5,
    /// x below 0 becomes e^x - 1
    Elu = 6,
    /// ln(1 + e^x)
    Softplus = 7,
    /// e^(-x^2)
    Gaussian = 8,
    /// Sine; accurate for |x| up to 10,000
    Sin = 9,
    /// |x|
    Abs = 10,
    /// x > 0 gives 1, everything else (NaN too) 0
    Step = 11,
}

impl Activation {
    /// How many activations there are.
    pub const COUNT: usize = 12;

    /// All activations, in the order of their numbers.
    pub const ALL: [Activation; Self::COUNT] = [
        Self::Identity,
        Self::Sigmoid,
        Self::SteepenedSigmoid,
        Self::Tanh,
        Self::Relu,
        Self::LeakyRelu,
        Self::Elu,
        Self::Softplus,
        Self::Gaussian,
        Self::Sin,
        Self::Abs,
        Self::Step,
    ];

    /// The names of the JSON format, in the order of the numbers.
    pub const NAMES: [&'static str; Self::COUNT] = [
        "identity",
        "sigmoid",
        "steepenedSigmoid",
        "tanh",
        "relu",
        "leakyRelu",
        "elu",
        "softplus",
        "gaussian",
        "sin",
        "abs",
        "step",
    ];

    /// The name in the JSON format.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The activation of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self::ALL[index])
    }

    /// The activation of this number in the packed layout, if there is one.
    pub fn from_index(index: u32) -> Option<Self> {
        Self::ALL.get(index as usize).copied()
    }

    /// The value for `x`, with the same bits on every machine; within 1e-6 of
    /// the exact value (absolute, or relative above 1).
    pub fn apply(self, x: f32) -> f32 {
        apply(Scalar, self, x)
    }
}
