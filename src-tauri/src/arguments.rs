//! What the app can be started with.

use std::ffi::OsString;

pub(crate) const USAGE: &str = "usage: rockpool-desktop [--rehearsal]
  --rehearsal  try everything out against a simulated provider; touches nothing of the real installation";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    Run,
    Rehearse,
    Help,
}

impl Arguments {
    /// Reads the arguments, without the program's name; the first unknown one is the error.
    pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut parsed = Self::Run;
        for word in words {
            parsed = match word.to_str() {
                Some("--rehearsal") => Self::Rehearse,
                Some("--help" | "-h") => return Ok(Self::Help),
                Some(_) | None => return Err(word.to_string_lossy().into_owned()),
            };
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, String> {
        Arguments::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn unknown_arguments_are_named() {
        assert_eq!(parse(&[]), Ok(Arguments::Run));
        assert_eq!(parse(&["--rehearsal"]), Ok(Arguments::Rehearse));
        assert_eq!(parse(&["--rehearsal", "--fast"]), Err("--fast".to_owned()));
    }
}
