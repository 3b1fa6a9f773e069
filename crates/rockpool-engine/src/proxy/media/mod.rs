//! Images and transcription, as OpenAI's public API asks for them: outside of any conversation, and not on every plan.

pub(crate) mod exchange;
mod images;
pub(crate) mod task;
mod transcription;
