//! Least, median and greatest of a few figures; ratios of figures in pairs.

use crate::build::OfBuilds;

/// What a list of figures comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// `None` of no figures. The median of an even number is the mean of the two in the middle.
    pub(crate) fn of(figures: &[f64]) -> Option<Self> {
        let sorted = sorted(figures);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
            _ => sorted[middle],
        };
        Some(Self { min, median, max })
    }
}

/// After divided by before for each pair that is whole; a figure without its partner says nothing.
pub(crate) fn ratios(pairs: &[OfBuilds<Option<f64>>]) -> Vec<f64> {
    pairs.iter().filter_map(|pair| Some(pair.after? / pair.before?)).collect()
}

/// By the nearest rank: the least figure that `percent` per cent of all do not exceed. 0 of no figures.
pub(crate) fn percentile(figures: &[f64], percent: usize) -> f64 {
    let sorted = sorted(figures);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn sorted(figures: &[f64]) -> Vec<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_odd_number_is_the_middle_one() {
        assert_eq!(Spread::of(&[9.0, 1.0, 4.0]), Some(Spread { min: 1.0, median: 4.0, max: 9.0 }));
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert_eq!(Spread::of(&[10.0, 1.0, 2.0, 4.0]), Some(Spread { min: 1.0, median: 3.0, max: 10.0 }));
    }

    #[test]
    fn no_figures_have_no_spread() {
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn each_ratio_is_of_one_pair_and_a_figure_without_its_partner_is_left_out() {
        let pairs = [
            OfBuilds { before: Some(10.0), after: Some(5.0) },
            OfBuilds { before: None, after: Some(7.0) },
            OfBuilds { before: Some(4.0), after: None },
            OfBuilds { before: Some(4.0), after: Some(6.0) },
        ];
        assert_eq!(ratios(&pairs), [0.5, 1.5]);
    }

    #[test]
    fn a_percentile_is_one_of_the_figures() {
        let figures: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!((percentile(&figures, 50), percentile(&figures, 99)), (100.0, 198.0));
        assert_eq!(percentile(&[7.0], 99), 7.0);
    }
}
