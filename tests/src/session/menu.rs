//! A tray menu as it is sent over the bus (`com.canonical.dbusmenu`, version 3).

use std::collections::HashMap;

use zbus::zvariant::OwnedValue;

/// A node of the layout: its id, its properties, its children.
pub(super) type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// One line of a menu, submenus included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Names it on the bus until the menu changes.
    pub(super) id: i32,
    /// 0 for the menu itself, 1 for its submenus.
    pub depth: usize,
    /// Without the underscores that mark shortcuts; empty for a separator.
    pub label: String,
    pub enabled: bool,
    pub ticked: bool,
}

/// A menu, top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu(pub Vec<Line>);

impl Menu {
    pub(super) fn of(root: Node) -> Self {
        let mut lines = Vec::new();
        for child in root.2 {
            walk(child.try_into().unwrap(), 0, &mut lines);
        }
        Self(lines)
    }

    /// The lines' labels without separators.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.0.iter().map(|line| line.label.as_str()).filter(|label| !label.is_empty()).collect()
    }

    /// The line with exactly this label.
    #[must_use]
    pub fn line(&self, label: &str) -> Option<&Line> {
        self.0.iter().find(|line| line.label == label)
    }

    /// The label that starts like this.
    #[must_use]
    pub fn starting(&self, start: &str) -> Option<&str> {
        self.labels().into_iter().find(|label| label.starts_with(start))
    }
}

fn walk(node: Node, depth: usize, lines: &mut Vec<Line>) {
    let (id, properties, children) = node;
    let text =
        |name: &str| properties.get(name).and_then(|value| <&str>::try_from(value).ok()).unwrap_or_default();
    let flag = |name: &str| properties.get(name).and_then(|value| bool::try_from(value).ok());
    let number = |name: &str| properties.get(name).and_then(|value| i32::try_from(value).ok());
    if flag("visible").unwrap_or(true) {
        let label = unmarked(text("label"));
        let enabled = flag("enabled").unwrap_or(true);
        lines.push(Line { id, depth, label, enabled, ticked: number("toggle-state") == Some(1) });
    }
    for child in children {
        walk(child.try_into().unwrap(), depth + 1, lines);
    }
}

/// One underscore marks a shortcut, two are one.
fn unmarked(label: &str) -> String {
    label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_")
}
