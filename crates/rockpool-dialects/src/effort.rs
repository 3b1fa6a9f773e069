//! Reasoning efforts.

use crate::model::Model;

/// From the least to the most, as the catalogues of the provider name them.
const ORDER: [&str; 8] = ["none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"];

/// The effort nearest to the one asked for that the model takes, the lower of two. A word that is no effort, and any
/// where the catalogue does not say what the model takes, stays: the backend knows best.
pub(crate) fn nearest<'a>(asked: &'a str, model: &'a Model) -> &'a str {
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    let Some(wanted) = rank(asked) else { return asked };
    let taken = model.efforts.iter().filter_map(|name| Some((rank(name)?, name.as_str())));
    taken.min_by_key(|(rank, _)| (rank.abs_diff(wanted), *rank)).map_or(asked, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    #[test]
    fn an_effort_that_a_model_lacks_becomes_the_nearest_that_it_has() {
        let efforts = ["low", "medium", "high"].map(str::to_owned).to_vec();
        let model = Model { name: "m".to_owned(), shape: Shape::Plain, efforts, verbosity: true };
        for (asked, got) in
            [("none", "low"), ("minimal", "low"), ("medium", "medium"), ("ultra", "high"), ("odd", "odd")]
        {
            assert_eq!(nearest(asked, &model), got);
        }
        assert_eq!(nearest("none", &Model { efforts: Vec::new(), ..model }), "none");
    }
}
