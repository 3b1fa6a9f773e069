//! The backend around the Responses endpoint: who is let in, quota as the provider tells it, models, side paths.

pub(crate) mod admission;
pub(crate) mod catalogue;
pub(crate) mod media;
pub(crate) mod models;
pub(crate) mod side_paths;
pub(crate) mod usage;
