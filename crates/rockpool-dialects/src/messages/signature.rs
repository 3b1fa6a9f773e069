//! Reasoning on its way through a tool: the id and the ciphertext of a reasoning item are the `signature` of a thinking
//! block, which tools send back as they got it.
//!
//! `rp1.<item id>.<length of the ciphertext>.<ciphertext>`: nothing in it needs an escape in JSON, and one that was cut
//! short is found out. Anything else, such as a signature of Anthropic's own, is none of ours.

const PREFIX: &str = "rp1.";

/// What of a reasoning item goes back to the backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed<'a> {
    pub(super) id: &'a str,
    pub(super) ciphertext: &'a str,
}

impl<'a> Sealed<'a> {
    /// `None` where the backend's values do not fit the form: then the reasoning does not come back.
    pub(super) fn signature(&self) -> Option<String> {
        let Self { id, ciphertext } = self;
        (is_id(id) && is_ciphertext(ciphertext))
            .then(|| format!("{PREFIX}{id}.{}.{ciphertext}", ciphertext.len()))
    }

    pub(super) fn open(signature: &'a str) -> Option<Self> {
        let mut pieces = signature.strip_prefix(PREFIX)?.splitn(3, '.');
        let (id, length, ciphertext) = (pieces.next()?, pieces.next()?, pieces.next()?);
        let sound = is_id(id) && is_ciphertext(ciphertext) && length == ciphertext.len().to_string();
        sound.then_some(Self { id, ciphertext })
    }
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_ciphertext(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_signature_that_is_not_ours_or_not_whole_is_not_opened() {
        let ours = Sealed { id: "rs_1", ciphertext: "gAAAA.b==" }.signature().unwrap();
        assert_eq!(Sealed::open(&ours), Some(Sealed { id: "rs_1", ciphertext: "gAAAA.b==" }));
        for other in
            ["", "EqQBCgIYAhIM", "rp1.", "rp1.rs_1.3.ab", "rp1.rs 1.2.ab", "rp1..2.ab", "rp1.rs_1.02.ab"]
        {
            assert_eq!(Sealed::open(other), None, "{other}");
        }
        assert_eq!(Sealed::open(&ours[..ours.len() - 1]), None);
        assert_eq!(Sealed { id: "rs_1", ciphertext: "a\"b" }.signature(), None);
    }

    proptest! {
        #[test]
        fn what_is_sealed_comes_back(id in "[a-zA-Z0-9_-]{1,40}", ciphertext in "[!#-\\[\\]-~]{1,90}") {
            let sealed = Sealed { id: &id, ciphertext: &ciphertext };
            let signature = sealed.signature().unwrap();
            prop_assert_eq!(Sealed::open(&signature), Some(sealed));
        }

        #[test]
        fn no_text_is_too_strange_to_be_looked_at(text in ".{0,60}") {
            let _ = Sealed::open(&format!("rp1.{text}"));
        }
    }
}
