//! The rules that every genome obeys, and the lookup from node id to position.

use crate::{Activation, ConnectionGene, Error, NodeGene, NodeKind};

/// Where each node id stands in the list of nodes.
enum NodeIndex {
    /// Position by id, `u32::MAX` where there is none: for ids that are small,
    /// as evolution numbers them.
    Table(Vec<u32>),
    /// (id, position), sorted by id: for ids of any size.
    Sorted(Vec<(u32, u32)>),
}

impl NodeIndex {
    fn new(nodes: &[NodeGene]) -> Result<Self, Error> {
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
    fn get(&self, id: u32) -> Option<u32> {
        match self {
            Self::Table(table) => {
                let position = *table.get(id as usize)?;
                (position != u32::MAX).then_some(position)
            }
            Self::Sorted(sorted) => {
                let found = sorted.binary_search_by_key(&id, |pair| pair.0).ok()?;
                Some(sorted[found].1)
            }
        }
    }
}

/// What validation finds out about the genes.
pub(crate) struct Valid {
    pub(crate) input_size: usize,
    pub(crate) output_size: usize,
    /// Positions of each connection's source and target.
    pub(crate) ends: Vec<[u32; 2]>,
}

/// Checks all rules.
pub(crate) fn validate(nodes: &[NodeGene], connections: &[ConnectionGene]) -> Result<Valid, Error> {
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
    let mut ends = Vec::with_capacity(connections.len());
    for connection in connections {
        check_weight(connection)?;
        // Not one function with a result: that would go through memory for each.
        let (Some(from), Some(to)) = (index.get(connection.from), index.get(connection.to)) else {
            return Err(unknown_node(connection, &index));
        };
        if nodes[to as usize].kind == NodeKind::Input {
            return Err(Error::NodeKind {
                expected: "connections that end in output or hidden nodes".to_owned(),
                came: format!(
                    "innovation {} into input node {}",
                    connection.innovation, connection.to
                ),
            });
        }
        ends.push([from, to]);
    }
    unique_innovations(connections)?;
    Ok(Valid {
        input_size: sizes[NodeKind::Input as usize],
        output_size: sizes[NodeKind::Output as usize],
        ends,
    })
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

fn check_weight(connection: &ConnectionGene) -> Result<(), Error> {
    if connection.weight.is_finite() {
        return Ok(());
    }
    Err(Error::NotFinite {
        what: format!("weight of innovation {}", connection.innovation),
        value: connection.weight,
    })
}

fn unknown_node(connection: &ConnectionGene, index: &NodeIndex) -> Error {
    let ConnectionGene { from, to, .. } = *connection;
    Error::UnknownNode {
        innovation: connection.innovation,
        node: if index.get(from).is_none() { from } else { to },
    }
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
