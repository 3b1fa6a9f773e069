//! The two builds that are compared, and what there is one of for each.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Build {
    Before,
    After,
}

impl Build {
    pub(crate) const ALL: [Self; 2] = [Self::Before, Self::After];
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct OfBuilds<T> {
    pub(crate) before: T,
    pub(crate) after: T,
}

impl<T> OfBuilds<T> {
    pub(crate) const fn of(&self, build: Build) -> &T {
        match build {
            Build::Before => &self.before,
            Build::After => &self.after,
        }
    }

    pub(crate) fn map<U>(&self, of_one: impl Fn(&T) -> U) -> OfBuilds<U> {
        OfBuilds { before: of_one(&self.before), after: of_one(&self.after) }
    }
}
