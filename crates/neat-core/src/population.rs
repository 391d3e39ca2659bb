//! A whole generation, compiled and run in one call.

use std::fmt;

use crate::{Error, Genome, Network};

/// Networks of one shape, each from a genome of its own.
#[derive(Debug)]
pub struct Population {
    networks: Vec<Network>,
    input_size: usize,
    output_size: usize,
}

/// What is wrong with a population, and which genome it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationError {
    /// Position of the genome in the list.
    pub index: usize,
    /// What is wrong with it.
    pub error: Error,
}

impl fmt::Display for PopulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "genome {}: {}", self.index, self.error)
    }
}

impl std::error::Error for PopulationError {}

impl Population {
    /// Compiles packed genomes that stand one after the other: genome p is
    /// `words[offsets[p]..offsets[p + 1]]`, so `offsets` has one entry more than
    /// there are genomes.
    ///
    /// # Errors
    /// The first genome that does not compile or has not the shape of genome 0.
    pub fn from_packed(words: &[u32], offsets: &[u32]) -> Result<Self, PopulationError> {
        let mut networks = Vec::with_capacity(offsets.len());
        let mut sizes = None;
        for (index, bounds) in offsets.windows(2).enumerate() {
            let network = (|| {
                let genome = words
                    .get(bounds[0] as usize..bounds[1] as usize)
                    .ok_or_else(|| Error::PopulationShape {
                        expected: format!("ascending offsets within {} words", words.len()),
                        came: format!("{} to {}", bounds[0], bounds[1]),
                    })?;
                let network = Genome::from_packed(genome)?.compile()?;
                let came = (network.input_size(), network.output_size());
                let first = *sizes.get_or_insert(came);
                if came != first {
                    return Err(Error::PopulationShape {
                        expected: format!("{} inputs and {} outputs as genome 0", first.0, first.1),
                        came: format!("{} and {}", came.0, came.1),
                    });
                }
                Ok(network)
            })()
            .map_err(|error| PopulationError { index, error })?;
            networks.push(network);
        }
        let Some((input_size, output_size)) = sizes else {
            return Err(PopulationError {
                index: 0,
                error: Error::PopulationShape {
                    expected: "at least one genome".to_owned(),
                    came: "none".to_owned(),
                },
            });
        };
        Ok(Self {
            networks,
            input_size,
            output_size,
        })
    }

    /// How many genomes there are; at least one.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Numbers in an input row.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    pub fn output_size(&self) -> usize {
        self.output_size
    }

    /// Bytes that the networks occupy.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>() + self.networks.iter().map(Network::byte_len).sum::<usize>()
    }

    /// Computes one row for each genome: `inputs` is row-major len x
    /// `input_size`, `outputs` len x `output_size`.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        assert_eq!(inputs.len(), self.len() * self.input_size);
        assert_eq!(outputs.len(), self.len() * self.output_size);
        let inputs = inputs.chunks_exact(self.input_size);
        let outputs = outputs.chunks_exact_mut(self.output_size);
        for ((network, inputs), outputs) in self.networks.iter().zip(inputs).zip(outputs) {
            network.feed_forward(inputs, outputs);
        }
    }

    /// Computes row r by genome `genome[r]`: `inputs` is row-major rows x
    /// `input_size`, `outputs` rows x `output_size`. A genome may have any
    /// number of rows, none included.
    ///
    /// # Errors
    /// [`Error::GenomeIndex`] before anything is computed, and
    /// [`Error::InputLength`], [`Error::OutputLength`].
    pub fn feed_forward_rows(
        &self,
        genome: &[u32],
        inputs: &[f32],
        outputs: &mut [f32],
    ) -> Result<(), Error> {
        self.check_rows(genome, inputs.len(), outputs.len())?;
        let inputs = inputs.chunks_exact(self.input_size);
        let outputs = outputs.chunks_exact_mut(self.output_size);
        for ((&index, inputs), outputs) in genome.iter().zip(inputs).zip(outputs) {
            self.networks[index as usize].feed_forward(inputs, outputs);
        }
        Ok(())
    }

    fn check_rows(&self, genome: &[u32], inputs: usize, outputs: usize) -> Result<(), Error> {
        let expected = genome.len() * self.input_size;
        if inputs != expected {
            return Err(Error::InputLength {
                expected,
                came: inputs,
            });
        }
        let expected = genome.len() * self.output_size;
        if outputs != expected {
            return Err(Error::OutputLength {
                expected,
                came: outputs,
            });
        }
        match genome
            .iter()
            .position(|&index| index as usize >= self.len())
        {
            None => Ok(()),
            Some(row) => Err(Error::GenomeIndex {
                row,
                index: genome[row],
                len: self.len(),
            }),
        }
    }
}
