//! Finds a tool's stop sequences, which the backend does not know, in text that comes in pieces.

/// Looks for the sequences in a block of text that comes in pieces.
#[derive(Debug)]
pub(crate) struct Stops {
    sequences: Vec<String>,
    /// The end of the text so far, where it may be the beginning of a sequence.
    held: String,
}

/// What may be said after a piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    Text(String),
    /// The text before the sequence, and the sequence.
    Stopped(String, String),
}

impl Stops {
    /// `None` where there is nothing to look for.
    pub(crate) fn new(sequences: &[String]) -> Option<Self> {
        (!sequences.is_empty()).then(|| Self { sequences: sequences.to_vec(), held: String::new() })
    }

    pub(crate) fn pass(&mut self, text: &str) -> Passed {
        self.held.push_str(text);
        let found = self.sequences.iter().filter_map(|sequence| Some((self.held.find(sequence)?, sequence)));
        // The one that is complete first, as if the text came letter by letter; of two, the longer.
        if let Some((at, sequence)) = found.min_by_key(|(at, sequence)| (at + sequence.len(), *at)) {
            let sequence = sequence.clone();
            self.held.truncate(at);
            return Passed::Stopped(std::mem::take(&mut self.held), sequence);
        }
        let open = self.held.len() - self.longest_beginning();
        let rest = self.held.split_off(open);
        Passed::Text(std::mem::replace(&mut self.held, rest))
    }

    /// What is held at the end of a block.
    pub(crate) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// How much of the end of the held text could be the beginning of a sequence.
    fn longest_beginning(&self) -> usize {
        let of = |sequence: &String| {
            let ends = sequence.char_indices().map(|(at, _)| at).rev();
            ends.into_iter().find(|end| self.held.ends_with(&sequence[..*end])).unwrap_or_default()
        };
        self.sequences.iter().map(of).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(sequences: &[&str], pieces: &[String]) -> (String, Option<String>) {
        let sequences: Vec<String> = sequences.iter().map(|one| (*one).to_owned()).collect();
        let mut stops = Stops::new(&sequences).unwrap();
        let mut said = String::new();
        for piece in pieces {
            match stops.pass(piece) {
                Passed::Text(text) => said.push_str(&text),
                Passed::Stopped(text, sequence) => return (said + &text, Some(sequence)),
            }
        }
        (said + &stops.rest(), None)
    }

    #[test]
    fn text_ends_before_the_sequence_that_is_complete_first() {
        let pieces = |text: &str| [text.to_owned()];
        assert_eq!(run(&["abcd", "c"], &pieces("xabcd")), ("xab".to_owned(), Some("c".to_owned())));
        assert_eq!(run(&["b", "ab"], &pieces("xab")), ("x".to_owned(), Some("ab".to_owned())));
        assert_eq!(run(&["END"], &pieces("the EN")), ("the EN".to_owned(), None));
    }

    proptest! {
        #[test]
        fn a_sequence_is_found_however_the_text_is_cut(
            text in "[abơ😀]{0,30}",
            cuts in proptest::collection::vec(1_usize..5, 0..30),
        ) {
            let sequences = ["aab", "ơb😀", "bab"];
            let letters: Vec<char> = text.chars().collect();
            let (mut pieces, mut rest) = (Vec::new(), letters.as_slice());
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece.iter().collect());
                rest = after;
            }
            pieces.push(rest.iter().collect());
            prop_assert_eq!(run(&sequences, &pieces), run(&sequences, &[text]));
        }
    }
}
