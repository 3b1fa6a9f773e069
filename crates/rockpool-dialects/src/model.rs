//! Models, as a translation needs to know them.

use thiserror::Error;

/// The form in which the backend takes requests for a model (its catalogue's `use_responses_lite`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Plain,
    /// Tools inside the first input item, no choice of tools, one call at a time.
    Lite,
}

/// A model of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The backend's name.
    pub name: String,
    pub shape: Shape,
    /// The reasoning efforts that it takes; empty where the catalogue does not say.
    pub efforts: Vec<String>,
    /// Whether it takes `text.verbosity`.
    pub verbosity: bool,
}

/// No account has a model of this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("The model “{asked}” does not exist here. Known: {}.", known.join(", "))]
pub struct UnknownModel {
    pub asked: String,
    pub known: Vec<String>,
}

/// The models that a tool may ask for, with its aliases.
pub trait Catalogue {
    /// The model that is meant by a name.
    ///
    /// # Errors
    /// Where there is none.
    fn find(&self, asked: &str) -> Result<Model, UnknownModel>;
}
