//! Genome, network and feed-forward kernels of neatron.
