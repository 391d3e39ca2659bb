//! The rules that every genome obeys, and the lookup from node id to position.

use crate::{Activation, ConnectionGene, Error, NodeGene, NodeKind};

/// Where each node id stands in the list of nodes.
pub(crate) enum NodeIndex {
    /// Position by id, `u32::MAX` where there is none: for ids that are small,
    /// as evolution numbers them.
    Table(Vec<u32>),
    /// (id, position), sorted by id: for ids of any size.
    Sorted(Vec<(u32, u32)>),
}

impl NodeIndex {
    pub(crate) fn new(nodes: &[NodeGene]) -> Result<Self, Error> {
        let largest = nodes.iter().map(|node| node.id).max().unwrap_or(0) as usize;
        if largest <= 8 * nodes.len() + 1024 {
            let mut table = vec![u32::MAX; largest + 1];
            for (position, node) in nodes.iter().enumerate() {
                let entry = &mut table[node.id as usize];
                if *entry != u32::MAX {
                    return Err(Error::DuplicateNode { node: node.id });
                }
                *entry = position as u32;
            }
            return Ok(Self::Table(table));
        }
        let mut sorted: Vec<(u32, u32)> = (0..).zip(nodes).map(|(i, node)| (node.id, i)).collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Error::DuplicateNode { node: pair[0].0 }),
            None => Ok(Self::Sorted(sorted)),
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<usize> {
        match self {
            Self::Table(table) => table
                .get(id as usize)
                .filter(|position| **position != u32::MAX)
                .map(|position| *position as usize),
            Self::Sorted(sorted) => sorted
                .binary_search_by_key(&id, |pair| pair.0)
                .ok()
                .map(|found| sorted[found].1 as usize),
        }
    }
}

/// Checks all rules; gives the number of inputs and of outputs.
pub(crate) fn validate(
    nodes: &[NodeGene],
    connections: &[ConnectionGene],
) -> Result<(usize, usize), Error> {
    let mut sizes = [0; 3];
    for node in nodes {
        sizes[node.kind as usize] += 1;
        validate_node(node)?;
    }
    for kind in [NodeKind::Input, NodeKind::Output] {
        if sizes[kind as usize] == 0 {
            return Err(Error::NodeKind {
                expected: format!("at least one {} node", kind.name()),
                came: "none".to_owned(),
            });
        }
    }
    let index = NodeIndex::new(nodes)?;
    for connection in connections {
        validate_connection(connection, nodes, &index)?;
    }
    unique_innovations(connections)?;
    Ok((
        sizes[NodeKind::Input as usize],
        sizes[NodeKind::Output as usize],
    ))
}

fn validate_node(node: &NodeGene) -> Result<(), Error> {
    if !node.bias.is_finite() {
        return Err(Error::NotFinite {
            what: format!("bias of node {}", node.id),
            value: node.bias,
        });
    }
    if node.kind == NodeKind::Input && (node.activation != Activation::Identity || node.bias != 0.0)
    {
        return Err(Error::NodeKind {
            expected: format!("identity and bias 0 for input node {}", node.id),
            came: format!("{} and bias {}", node.activation.name(), node.bias),
        });
    }
    Ok(())
}

fn validate_connection(
    connection: &ConnectionGene,
    nodes: &[NodeGene],
    index: &NodeIndex,
) -> Result<(), Error> {
    let innovation = connection.innovation;
    if !connection.weight.is_finite() {
        return Err(Error::NotFinite {
            what: format!("weight of innovation {innovation}"),
            value: connection.weight,
        });
    }
    let find = |node| {
        index
            .get(node)
            .ok_or(Error::UnknownNode { innovation, node })
    };
    find(connection.from)?;
    if nodes[find(connection.to)?].kind == NodeKind::Input {
        return Err(Error::NodeKind {
            expected: "connections that end in output or hidden nodes".to_owned(),
            came: format!("innovation {innovation} into input node {}", connection.to),
        });
    }
    Ok(())
}

fn unique_innovations(connections: &[ConnectionGene]) -> Result<(), Error> {
    // Evolution keeps them sorted: then one pass shows that none repeats.
    if connections
        .windows(2)
        .all(|pair| pair[0].innovation < pair[1].innovation)
    {
        return Ok(());
    }
    let mut numbers: Vec<u32> = connections.iter().map(|gene| gene.innovation).collect();
    numbers.sort_unstable();
    match numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::DuplicateInnovation {
            innovation: pair[0],
        }),
        None => Ok(()),
    }
}
