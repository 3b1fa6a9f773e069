//! What the one who starts a sign-in decides, and which ways there are on which machine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether starting a sign-in also opens the browser on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenBrowser {
    /// The engine opens the address.
    #[default]
    Yes,
    /// The caller shows the address.
    No,
}

/// How the person's consent gets back to the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// A browser ends on a local address, by itself or pasted by the person.
    #[default]
    Browser,
    /// The person enters a code on the provider's page, on any device.
    Device,
}

/// A way to sign in, as people choose between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInWay {
    /// A browser on the engine's machine, which comes back by itself.
    Browser,
    /// A code that is entered on any device.
    Device,
    /// A browser anywhere; the person pastes the address that it ends on.
    Paste,
}

/// What kind of machine the engine runs on, as far as it says where the person's browser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MachineKind {
    /// It has a screen of its own.
    Desktop,
    /// Linux inside Windows, whose browser reaches local addresses of both.
    Wsl,
    /// Its local addresses are its own.
    Container,
    /// Reached from another machine, where the browser is.
    Ssh,
    /// It has no screen.
    Headless,
}

impl MachineKind {
    /// All ways, the one that is most likely to succeed first.
    ///
    /// In WSL the browser comes first: Windows forwards its local addresses into it unless told otherwise, while
    /// device codes are switched off by default in many of the provider's accounts.
    pub(crate) fn ways(self) -> [SignInWay; 3] {
        match self {
            Self::Desktop | Self::Wsl => [SignInWay::Browser, SignInWay::Device, SignInWay::Paste],
            Self::Container | Self::Ssh | Self::Headless => {
                [SignInWay::Device, SignInWay::Paste, SignInWay::Browser]
            }
        }
    }

    /// Why the first way is first.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Desktop => "A browser on this machine comes back to Rockpool by itself.",
            Self::Wsl => {
                "Rockpool runs in WSL: a browser on Windows usually comes back to it by itself. If its last page does \
                 not load, paste that page's address, or use a code."
            }
            Self::Container => {
                "Rockpool runs in a container, which a browser outside cannot come back to. A code works from any \
                 device."
            }
            Self::Ssh => {
                "Rockpool was started over SSH: the browser is on another machine and cannot come back to it. A code \
                 works from any device."
            }
            Self::Headless => {
                "This machine has no screen: the browser is on another one and cannot come back to it. A code works \
                 from any device."
            }
        }
    }
}

/// Who starts a sign-in, in the caller's own words: a tab, a tray. Whoever starts the same again under the same name
/// gets the sign-in that is pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignInCaller(String);

impl SignInCaller {
    /// Longest name, in bytes.
    const LONGEST: usize = 64;

    /// `None` where it is empty or longer than 64 bytes.
    pub(crate) fn named(name: &str) -> Option<Self> {
        (1..=Self::LONGEST).contains(&name.len()).then(|| Self(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_every_way_and_those_far_from_a_browser_begin_with_a_code() {
        use MachineKind::{Container, Desktop, Headless, Ssh, Wsl};
        for machine in [Desktop, Wsl, Container, Ssh, Headless] {
            for way in [SignInWay::Browser, SignInWay::Device, SignInWay::Paste] {
                assert!(machine.ways().contains(&way), "{machine:?}");
            }
        }
        assert_eq!([Desktop, Wsl].map(|machine| machine.ways()[0]), [SignInWay::Browser; 2]);
        assert_eq!([Container, Ssh, Headless].map(|machine| machine.ways()[0]), [SignInWay::Device; 3]);
    }
}
