//! Who depends on whom: strictly downwards, the desktop's toolkit in the shell only, routing free of everything that waits.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::checkout::{assert_none, root, rust_files};
use super::sources::{production_files, production_lines};

/// Every package of ours and which of ours it may use. A package that is not listed may use none.
const DOWNWARDS: [(&str, &[&str]); 7] = [
    ("rockpool-engine", &["rockpool-connect", "rockpool-dialects", "rockpool-routing"]),
    ("rockpool-dashboard", &["rockpool-engine"]),
    // The rehearsal plays on the simulator.
    ("rockpool-rehearsal", &["rockpool-engine", "rockpool-routing", "rockpool-sim"]),
    ("rockpool-desktop", &["rockpool-engine", "rockpool-routing"]),
    ("rockpool-keychain", &["rockpool-engine", "rockpool-routing"]),
    (
        "rockpool-cli",
        &[
            "rockpool-dashboard",
            "rockpool-engine",
            "rockpool-routing",
            "rockpool-keychain",
            "rockpool-rehearsal",
        ],
    ),
    (
        "rockpool-shell",
        &[
            "rockpool-dashboard",
            "rockpool-desktop",
            "rockpool-engine",
            "rockpool-routing",
            "rockpool-keychain",
            "rockpool-rehearsal",
        ],
    ),
];

/// The desktop's toolkit; `tauri-…` as well.
const TOOLKIT: [&str; 8] =
    ["tauri", "wry", "tao", "gtk", "muda", "tray-icon", "webkit2gtk", "libappindicator"];

/// What waits or reads files. (`uuid` brings `getrandom` along; the next list keeps it from being called.)
const WAITS_OR_READS: [&str; 9] =
    ["tokio", "mio", "hyper", "axum", "reqwest", "rusqlite", "futures-util", "tempfile", "rand"];

/// Words with which source asks for the time, for chance, or for something outside the process.
const ASKS_OUTSIDE: [&str; 14] = [
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "now_v7",
    "new_v4",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "async fn",
    ".await",
];

#[test]
fn our_packages_depend_on_each_other_downwards_only() {
    let graph = Graph::read();
    let mut findings = Vec::new();
    for (name, package) in &graph.ours {
        if name == "rockpool-tests" {
            continue;
        }
        let may = DOWNWARDS.iter().find(|(of, _)| of == name).map_or(&[][..], |(_, may)| may);
        for used in package.normal.iter().filter(|used| graph.ours.contains_key(*used)) {
            if !may.contains(&used.as_str()) {
                findings.push(format!("{name} -> {used}"));
            }
        }
    }
    assert_none("these dependencies point upwards or sideways:", &findings);
}

#[test]
fn only_the_shell_reaches_the_desktops_toolkit() {
    let graph = Graph::read();
    let mut findings = Vec::new();
    for name in graph.ours.keys().filter(|name| *name != "rockpool-shell") {
        for used in graph.reach(name) {
            if TOOLKIT.contains(&used.as_str()) || used.starts_with("tauri-") {
                findings.push(format!("{name} reaches {used}"));
            }
        }
    }
    assert_none("move this into src-tauri:", &findings);
}

#[test]
fn no_source_above_the_shell_names_the_toolkit() {
    let findings: Vec<_> = rust_files()
        .iter()
        .filter(|file| file.path.starts_with("crates/"))
        .filter(|file| {
            ["tauri::", "wry::", "gtk::"].iter().any(|word| {
                file.text.lines().any(|line| line.contains(word) && !line.trim_start().starts_with("//"))
            })
        })
        .map(|file| file.path.clone())
        .collect();
    assert_none("move this into src-tauri:", &findings);
}

#[test]
fn routing_reaches_nothing_that_waits_or_reads() {
    let graph = Graph::read();
    let findings: Vec<_> = graph
        .reach("rockpool-routing")
        .into_iter()
        .filter(|used| WAITS_OR_READS.contains(&used.as_str()))
        .collect();
    assert_none("rockpool-routing is pure, but reaches:", &findings);
}

#[test]
fn routing_asks_for_no_time_no_chance_and_nothing_outside() {
    let mut findings = Vec::new();
    for file in production_files() {
        if !file.path.starts_with("crates/rockpool-routing/src/") {
            continue;
        }
        for (number, line) in production_lines(&file) {
            let is_code = !line.trim_start().starts_with("//");
            if is_code && ASKS_OUTSIDE.iter().any(|word| line.contains(word)) {
                findings.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none("pass these in as values:", &findings);
}

/// What cargo knows of the workspace, for this machine's platform.
pub(super) struct Graph {
    ours: BTreeMap<String, Package>,
    /// Package id to its name and to the ids it uses in a normal build.
    used: BTreeMap<String, (String, Vec<String>)>,
}

struct Package {
    id: String,
    normal: BTreeSet<String>,
    all: BTreeSet<String>,
}

impl Graph {
    pub(super) fn read() -> Self {
        let metadata = metadata();
        let members: BTreeSet<_> = texts(&metadata["workspace_members"]).collect();
        let mut ours = BTreeMap::new();
        for package in array(&metadata["packages"]) {
            let id = text(&package["id"]);
            if !members.contains(id) {
                continue;
            }
            let dependencies = || array(&package["dependencies"]).iter();
            let package_of = Package {
                id: id.to_owned(),
                normal: dependencies()
                    .filter(|dependency| dependency["kind"] != "dev")
                    .map(|dependency| text(&dependency["name"]).to_owned())
                    .collect(),
                all: dependencies().map(|dependency| text(&dependency["name"]).to_owned()).collect(),
            };
            ours.insert(text(&package["name"]).to_owned(), package_of);
        }
        let names: BTreeMap<_, _> = array(&metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let used = array(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| {
                let id = text(&node["id"]);
                let normal = array(&node["deps"])
                    .iter()
                    .filter(|dep| array(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
                    .map(|dep| text(&dep["pkg"]).to_owned())
                    .collect();
                (id.to_owned(), (names[id].to_owned(), normal))
            })
            .collect();
        Self { ours, used }
    }

    /// The names of all packages that `name` uses in a normal build, at any depth.
    fn reach(&self, name: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![&self.ours[name].id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            open.extend(&self.used[id].1);
        }
        seen.remove(&self.ours[name].id);
        seen.into_iter().map(|id| self.used[id].0.clone()).collect()
    }

    /// The names of what our packages use directly and is not ours, for building and for testing.
    pub(super) fn foreign(&self) -> BTreeSet<String> {
        self.ours
            .values()
            .flat_map(|package| &package.all)
            .filter(|name| !self.ours.contains_key(*name))
            .cloned()
            .collect()
    }
}

/// Filtered to this platform: the others' packages need not have been downloaded.
fn metadata() -> Value {
    let version = output("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--offline", "--format-version", "1", "--filter-platform", host];
    serde_json::from_str(&output("cargo", &arguments)).unwrap()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    array(value).iter().map(text)
}
