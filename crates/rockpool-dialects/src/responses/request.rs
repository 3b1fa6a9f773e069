use crate::refusal::Refusal;
use crate::request::{Surroundings, Translated};

pub(crate) fn translate(_body: &[u8], _surroundings: &Surroundings<'_>) -> Result<Translated, Refusal> {
    Err(Refusal::Malformed("not yet".to_owned()))
}
