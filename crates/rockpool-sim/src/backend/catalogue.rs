//! The models that exist, as the catalogue in the client 0.171.0 has them; their names say that they are simulated.

/// How a model wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Top-level tools, `exec_command` as function.
    Classic,
    /// The Responses-Lite contract, tools inside the input, shell through a script.
    Lite,
}

/// Whether the client offers a model to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    List,
    Hide,
}

/// A client's version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Of a text such as `0.171.0` or `0.171.0-alpha.2`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let release = text.split(['-', '+']).next()?;
        let mut numbers = release.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

#[derive(Debug)]
pub(crate) struct Model {
    pub slug: &'static str,
    pub name: &'static str,
    pub shape: Shape,
    /// The first version of the client that may use it.
    pub since: Version,
    /// Tokens.
    pub context: u32,
    /// Tokens.
    pub most_context: u32,
    /// From the least up.
    pub efforts: &'static [&'static str],
    pub default_effort: &'static str,
    pub default_verbosity: &'static str,
    pub visibility: Visibility,
    pub comp_hash: &'static str,
}

const GREAT: &[&str] = &["low", "medium", "high", "xhigh", "max", "ultra"];
const SMALL: &[&str] = &["low", "medium", "high", "xhigh", "max"];
const CLASSIC: &[&str] = &["low", "medium", "high", "xhigh"];

/// A model as most are.
const USUAL: Model = Model {
    slug: "",
    name: "",
    shape: Shape::Lite,
    since: Version(0, 144, 0),
    context: 272_000,
    most_context: 872_000,
    efforts: GREAT,
    default_effort: "low",
    default_verbosity: "low",
    visibility: Visibility::List,
    comp_hash: "3000",
};

/// In the order in which the client shows them; the first is its default.
pub(crate) const CATALOGUE: [Model; 14] = [
    Model { slug: "gpt-6.2-sol", name: "GPT-6.2-Sol", since: Version(0, 166, 0), context: 500_000, ..USUAL },
    Model { slug: "gpt-6.2-astra", name: "GPT-6.2-Astra", since: Version(0, 166, 0), ..USUAL },
    Model {
        slug: "gpt-6.1-terra",
        name: "GPT-6.1 Terra",
        since: Version(0, 153, 0),
        context: 500_000,
        ..USUAL
    },
    Model { slug: "gpt-6.1-sol", name: "GPT-6.1-Sol", since: Version(0, 153, 0), context: 500_000, ..USUAL },
    Model { slug: "gpt-6-astra", name: "GPT-6-Astra", since: Version(0, 153, 0), ..USUAL },
    Model {
        slug: "gpt-6-sol",
        name: "GPT-6-Sol",
        since: Version(0, 155, 0),
        default_effort: "medium",
        ..USUAL
    },
    Model {
        slug: "gpt-6-luna",
        name: "GPT-6-Luna",
        since: Version(0, 155, 0),
        efforts: SMALL,
        default_effort: "medium",
        ..USUAL
    },
    Model { slug: "gpt-5.6-sol", name: "GPT-5.6-Sol", ..USUAL },
    Model { slug: "gpt-5.6-terra", name: "GPT-5.6-Terra", default_effort: "medium", ..USUAL },
    Model { slug: "gpt-5.6-luna", name: "GPT-5.6-Luna", efforts: SMALL, default_effort: "medium", ..USUAL },
    Model { slug: "gpt-daybreak-blue-latest", name: "Daybreak Blue", visibility: Visibility::Hide, ..USUAL },
    Model {
        slug: "gpt-daybreak-red-latest",
        name: "Daybreak Red",
        since: Version(0, 142, 2),
        context: 372_000,
        most_context: 372_000,
        default_effort: "medium",
        default_verbosity: "high",
        visibility: Visibility::Hide,
        ..USUAL
    },
    Model {
        slug: "gpt-5.5",
        name: "GPT-5.5",
        shape: Shape::Classic,
        since: Version(0, 124, 0),
        most_context: 272_000,
        efforts: CLASSIC,
        default_effort: "medium",
        comp_hash: "2911",
        ..USUAL
    },
    Model {
        slug: "codex-auto-review",
        name: "Codex Auto Review",
        since: Version(0, 98, 0),
        efforts: SMALL,
        default_effort: "medium",
        visibility: Visibility::Hide,
        ..USUAL
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_but_one_wants_the_lite_contract() {
        let classic: Vec<&str> =
            CATALOGUE.iter().filter(|model| model.shape == Shape::Classic).map(|model| model.slug).collect();
        assert_eq!(classic, ["gpt-5.5"]);
    }

    #[test]
    fn a_version_has_three_numbers() {
        assert_eq!(Version::read("1.2.3+x"), Some(Version(1, 2, 3)));
        for text in ["", "1.2", "1.2.3.4", "a.b.c"] {
            assert_eq!(Version::read(text), None, "{text:?}");
        }
    }
}
