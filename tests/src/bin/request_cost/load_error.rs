//! Why a request of the load was not answered as it should be.

#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("the connection: {0}")]
    Connection(#[from] reqwest::Error),
    #[error("answered with {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("no event: {0}")]
    NoEvent(String),
    #[error("the answer failed: {0}")]
    Failed(String),
    #[error("the answer ended after {events} events")]
    CutShort { events: u64 },
    #[error("the answer was completed without output")]
    NoOutput,
}
