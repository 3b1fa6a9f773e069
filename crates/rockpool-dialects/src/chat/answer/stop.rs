//! Where an answer stops.

use crate::stop::{Passed, Stops};

/// Ends the content at the first stop sequence.
#[derive(Debug)]
pub(super) struct Stop {
    /// `None` where there is nothing to look for.
    stops: Option<Stops>,
    found: bool,
}

impl Stop {
    /// None of the sequences is empty.
    pub(super) fn at(sequences: &[String]) -> Self {
        Self { stops: Stops::new(sequences), found: false }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_idle(&self) -> bool {
        self.stops.is_none()
    }

    pub(super) fn found(&self) -> bool {
        self.found
    }

    /// What can be said after the next piece: everything before the sequence that is complete first, and nothing
    /// after it.
    pub(super) fn pass(&mut self, piece: &str) -> String {
        if self.found {
            return String::new();
        }
        match self.stops.as_mut().map(|stops| stops.pass(piece)) {
            None => piece.to_owned(),
            Some(Passed::Text(text)) => text,
            Some(Passed::Stopped(text, _)) => {
                self.found = true;
                text
            }
        }
    }

    /// What was held back in vain.
    pub(super) fn rest(&mut self) -> String {
        self.stops.as_mut().map(Stops::rest).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(sequences: &[String], pieces: &[&str]) -> (String, bool) {
        let mut stop = Stop::at(sequences);
        let mut said: String = pieces.iter().map(|piece| stop.pass(piece)).collect();
        said.push_str(&stop.rest());
        (said, stop.found())
    }

    #[test]
    fn what_only_looks_like_a_stop_sequence_is_said_in_the_end() {
        let sequences = ["</end>".to_owned()];
        assert_eq!(said(&sequences, &["a </", "en", "d of"]), ("a </end of".to_owned(), false));
        assert_eq!(said(&sequences, &["a </en"]), ("a </en".to_owned(), false));
        assert_eq!(said(&sequences, &["a </", "end", "> b"]), ("a ".to_owned(), true));
    }

    #[test]
    fn of_two_stop_sequences_the_one_that_is_complete_first_counts() {
        let sequences = ["abcd".to_owned(), "bc".to_owned()];
        for pieces in [&["xabcd"][..], &["xab", "cd"], &["xa", "b", "c", "d"]] {
            assert_eq!(said(&sequences, pieces), ("xa".to_owned(), true));
        }
        let sequences = ["bc".to_owned(), "abc".to_owned()];
        assert_eq!(said(&sequences, &["xab", "c"]), ("x".to_owned(), true));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_text_was_cut(
            text in "[a\u{e9}]{0,24}",
            sequences in proptest::collection::vec("[a\u{e9}]{1,4}", 0..4),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let letters: Vec<char> = text.chars().collect();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(letters.len() + 1)).collect();
            places.extend([0, letters.len()]);
            places.sort_unstable();
            let pieces: Vec<String> =
                places.windows(2).map(|pair| letters[pair[0]..pair[1]].iter().collect()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (cut, found) = said(&sequences, &pieces);
            prop_assert_eq!((cut.clone(), found), said(&sequences, &[&text]));
            prop_assert_eq!(found, sequences.iter().any(|sequence| text.contains(sequence)));
            prop_assert!(sequences.iter().all(|sequence| !cut.contains(sequence)));
            prop_assert!(text.starts_with(&cut) && (found || cut == text));
        }
    }
}
