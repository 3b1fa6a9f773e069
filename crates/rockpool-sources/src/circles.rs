//! Circles of files: each uses the next, and the last one the first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::uses::Use;

/// The circles of each tangle (a set of files that all reach each other), the shortest through each of its arrows, without
/// repetition; the shortest come first. No tangle is left out.
pub fn circles(uses: &[Use]) -> Vec<Vec<Vec<&Use>>> {
    let arrows = Arrows::of(uses);
    let mut tangles: BTreeMap<BTreeSet<&str>, Vec<Vec<&Use>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for first in uses {
        let Some(back) = arrows.way(&first.to, &first.from) else { continue };
        let circle: Vec<_> = [first].into_iter().chain(back).collect();
        let files: BTreeSet<_> = circle.iter().map(|arrow| arrow.from.as_str()).collect();
        let circles = tangles.entry(arrows.tangle(&first.from)).or_default();
        if seen.insert(files) {
            circles.push(circle);
        }
    }
    let mut tangles: Vec<_> = tangles.into_values().collect();
    tangles.iter_mut().for_each(|circles| circles.sort_by_key(Vec::len));
    tangles
}

struct Arrows<'a> {
    out: BTreeMap<&'a str, Vec<&'a Use>>,
    into: BTreeMap<&'a str, Vec<&'a Use>>,
}

impl<'a> Arrows<'a> {
    fn of(uses: &'a [Use]) -> Self {
        let (mut out, mut into) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for arrow in uses {
            out.entry(arrow.from.as_str()).or_default().push(arrow);
            into.entry(arrow.to.as_str()).or_default().push(arrow);
        }
        Self { out, into }
    }

    /// The shortest way from one file to another.
    fn way(&self, from: &str, to: &str) -> Option<Vec<&'a Use>> {
        let mut reached: BTreeMap<&str, &Use> = BTreeMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(file) = open.pop_front() {
            if file == to {
                return Some(unwound(&reached, from, to));
            }
            for arrow in self.out.get(file).into_iter().flatten() {
                if arrow.to != from && !reached.contains_key(arrow.to.as_str()) {
                    reached.insert(&arrow.to, arrow);
                    open.push_back(&arrow.to);
                }
            }
        }
        None
    }

    /// The files that `file` reaches and that reach it.
    fn tangle(&self, file: &'a str) -> BTreeSet<&'a str> {
        let forwards = reach(&self.out, file, |arrow| &arrow.to);
        let backwards = reach(&self.into, file, |arrow| &arrow.from);
        forwards.intersection(&backwards).copied().collect()
    }
}

fn unwound<'a>(reached: &BTreeMap<&str, &'a Use>, from: &str, to: &str) -> Vec<&'a Use> {
    let mut way = Vec::new();
    let mut file = to;
    while file != from {
        let arrow = reached[file];
        way.push(arrow);
        file = &arrow.from;
    }
    way.reverse();
    way
}

fn reach<'a>(
    arrows: &BTreeMap<&'a str, Vec<&'a Use>>,
    start: &'a str,
    end: fn(&'a Use) -> &'a str,
) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for arrow in arrows.get(file).into_iter().flatten() {
            if seen.insert(end(arrow)) {
                open.push(end(arrow));
            }
        }
    }
    seen
}
