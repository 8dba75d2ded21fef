//! Circles in a graph: sets of nodes each of which leads to all others of the set.

use std::collections::BTreeMap;

/// Returns the circles of more than one node, after Tarjan (1972). A node is named by its index.
pub fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search { edges, ..Search::default() };
    for node in 0..edges.len() {
        if !search.found.contains_key(&node) {
            search.visit(node);
        }
    }
    search.circles
}

#[derive(Default)]
struct Search<'e> {
    edges: &'e [Vec<usize>],
    /// For each node its number in the order of visits, and the lowest number that it leads back to.
    found: BTreeMap<usize, (usize, usize)>,
    stack: Vec<usize>,
    circles: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) -> usize {
        let number = self.found.len();
        self.found.insert(node, (number, number));
        self.stack.push(node);
        let mut lowest = number;
        for &next in &self.edges[node] {
            let back = match self.found.get(&next) {
                None => self.visit(next),
                Some((number, _)) if self.stack.contains(&next) => *number,
                Some(_) => continue,
            };
            lowest = lowest.min(back);
        }
        self.found.insert(node, (number, lowest));
        if lowest == number {
            let from = self.stack.iter().rposition(|&one| one == node).unwrap();
            let mut circle = self.stack.split_off(from);
            if circle.len() > 1 {
                circle.sort_unstable();
                self.circles.push(circle);
            }
        }
        lowest
    }
}

#[test]
fn circles_are_found_and_what_leads_to_them_is_none() {
    let edges = [vec![1], vec![2, 3], vec![1], vec![4], vec![], vec![3, 6], vec![5]];
    assert_eq!(circles(&edges), [vec![1, 2], vec![5, 6]]);
    assert_eq!(circles(&[vec![1], vec![2], vec![]]), [] as [Vec<usize>; 0]);
}
