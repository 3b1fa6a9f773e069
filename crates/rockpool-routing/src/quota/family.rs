//! Families of limits: the account's own one, and those of single models beside it.

use std::fmt;

use super::Reading;

/// Longer names are cut: the provider's are under 20 bytes (`codex_bengalfox`).
const LONGEST_NAME: usize = 40;

/// The name of a family of limits. Copied with the class of an attempt, so it holds its bytes in itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitFamily([u8; LONGEST_NAME]);

impl LimitFamily {
    /// The account's own limits.
    pub const MAIN: Self = Self::of(b"codex");

    const fn of(name: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_NAME];
        let mut index = 0;
        while index < name.len() && index < LONGEST_NAME {
            bytes[index] = name[index];
            index += 1;
        }
        Self(bytes)
    }

    /// The family of this name. Case and the kind of dash do not matter: headers write the names of families
    /// with other dashes than the usage API. `None` for an empty name, and for one that is not ASCII.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        plain.then(|| Self::of(name.to_ascii_lowercase().replace(['-', ' '], "_").as_bytes()))
    }

    pub fn name(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST_NAME);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Debug for LimitFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one answer said about a family of single models.
#[derive(Clone, Debug, PartialEq)]
pub struct FamilyReading {
    pub family: LimitFamily,
    /// The name shown to people, such as `GPT-5.3-Codex-Spark`, where the answer gives one.
    pub title: Option<String>,
    /// Plan and extras are the account's and not in here.
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_one_name_however_it_is_written() {
        let family = LimitFamily::named("codex_bengalfox").unwrap();
        assert_eq!(LimitFamily::named(" Codex-Bengalfox "), Some(family));
        assert_eq!((family.name(), format!("{family:?}").as_str()), ("codex_bengalfox", "codex_bengalfox"));
        assert_eq!(LimitFamily::named("codex"), Some(LimitFamily::MAIN));
        assert_eq!(LimitFamily::named(&"x".repeat(99)).unwrap().name().len(), LONGEST_NAME);
        assert_eq!((LimitFamily::named(""), LimitFamily::named("狐")), (None, None));
    }
}
