//! One request body, as it is sent to its own account and as it may be sent to another.

use bytes::Bytes;
use rockpool_routing::{AccountId, ConversationPin, History};

use super::body::Encoding;
use super::facts;
use super::history;
use super::history::{AccountSpecific, Immovable, Moved};

/// How the conversation's history relates to the account that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It was made there, or nothing says otherwise.
    Own,
    /// It goes on there, but holds reasoning of other accounts too.
    Mixed,
    /// It was made on another account.
    Foreign,
}

/// Where a history is taken to be made: nothing in a ciphertext names its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssumedOrigin {
    /// On the account that the conversation is pinned to.
    Pinned,
    /// The same, but it holds reasoning that the account asked could not read.
    PinnedMixed,
    /// Even without reasoning it could not be read: whoever made it gets it untouched.
    Elsewhere,
}

impl AssumedOrigin {
    /// How the history relates to `account`, for a conversation that has this pin.
    pub(crate) fn relation(self, pin: Option<ConversationPin>, account: AccountId) -> Relation {
        match (self, pin) {
            (Self::Elsewhere, _) => Relation::Own,
            (Self::Pinned | Self::PinnedMixed, Some(pin)) if pin.account != account => Relation::Foreign,
            (Self::PinnedMixed, _) => Relation::Mixed,
            (Self::Pinned, Some(pin)) => match pin.history {
                History::Own => Relation::Own,
                History::Mixed => Relation::Mixed,
            },
            (Self::Pinned, None) => Relation::Own,
        }
    }
}

/// A body to send, and whether it is still encoded as the tool encoded it.
#[derive(Clone, Debug)]
pub(crate) struct Sendable {
    pub(crate) bytes: Bytes,
    pub(crate) encoding: Encoding,
}

/// The body of one request; the form for another account is made at most once.
#[derive(Debug)]
pub(crate) struct Payload {
    original: Sendable,
    mixed: Option<Sendable>,
    moved: Option<Result<Sendable, Immovable>>,
}

impl Payload {
    pub(crate) fn new(bytes: Bytes, encoding: Encoding) -> Self {
        Self { original: Sendable { bytes, encoding }, mixed: None, moved: None }
    }

    /// The body as the tool meant it.
    pub(crate) fn original(&self) -> &[u8] {
        &self.original.bytes
    }

    /// The body for an account that stands in `relation` to the history.
    pub(crate) fn for_relation(&mut self, relation: Relation) -> Result<Sendable, Immovable> {
        match relation {
            Relation::Own => Ok(self.original.clone()),
            Relation::Mixed => {
                let original = &self.original;
                let mixed = self.mixed.get_or_insert_with(|| {
                    without_reasoning(original, AccountSpecific::Keep).unwrap_or_else(|_| original.clone())
                });
                Ok(mixed.clone())
            }
            Relation::Foreign => self
                .moved
                .get_or_insert_with(|| without_reasoning(&self.original, AccountSpecific::Refuse))
                .clone(),
        }
    }
}

/// What cannot be understood is sent as it is: the provider says best what is wrong with it.
fn without_reasoning(original: &Sendable, account_specific: AccountSpecific) -> Result<Sendable, Immovable> {
    let decoded = match original.encoding {
        Encoding::Plain => original.bytes.clone(),
        Encoding::Zstd => match facts::decode(&original.bytes) {
            Ok(decoded) => Bytes::from(decoded),
            Err(_) => return Ok(original.clone()),
        },
    };
    match history::moved(&decoded, account_specific) {
        Ok(Moved::Changed(bytes)) => Ok(Sendable { bytes: bytes.into(), encoding: Encoding::Plain }),
        Ok(Moved::AsItWas) | Err(Immovable::Unreadable) => Ok(original.clone()),
        Err(Immovable::AccountSpecific) => Err(Immovable::AccountSpecific),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_body_goes_to_another_account_as_plain_json_without_reasoning() {
        let json = br#"{"input":[{"type":"reasoning","encrypted_content":"g"}]}"#;
        let body = zstd::encode_all(&json[..], 3).unwrap();
        let mut payload = Payload::new(body.clone().into(), Encoding::Zstd);
        assert_eq!(payload.for_relation(Relation::Own).unwrap().bytes, body);
        let moved = payload.for_relation(Relation::Foreign).unwrap();
        assert_eq!((&moved.bytes[..], moved.encoding), (&br#"{"input":[]}"#[..], Encoding::Plain));
    }

    #[test]
    fn a_compressed_body_with_nothing_account_specific_is_forwarded_as_it_came() {
        let body = zstd::encode_all(&br#"{"input":[]}"#[..], 3).unwrap();
        let mut payload = Payload::new(body.clone().into(), Encoding::Zstd);
        let moved = payload.for_relation(Relation::Foreign).unwrap();
        assert_eq!((moved.bytes, moved.encoding), (Bytes::from(body), Encoding::Zstd));
    }

    #[test]
    fn an_account_specific_history_stays() {
        let mut payload =
            Payload::new(Bytes::from_static(br#"{"input":[{"type":"compaction"}]}"#), Encoding::Plain);
        assert_eq!(payload.for_relation(Relation::Foreign).unwrap_err(), Immovable::AccountSpecific);
    }
}
