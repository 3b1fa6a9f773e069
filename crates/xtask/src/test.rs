//! `cargo xtask test`: every check and test, the quick ones first, the test runner's own lines last.

use std::path::Path;
use std::process::ExitCode;

use crate::advisories;
use crate::app;
use crate::args::Depth;
use crate::consent::Consent;
use crate::dependencies;
use crate::failure::Failure;
use crate::fuzz;
use crate::install;
use crate::invocation::Invocation;
use crate::mutants;
use crate::needs::Purpose;
use crate::node;
use crate::prices;
use crate::sbom;
use crate::steps::Steps;
use crate::toolchain;
use crate::tools::{self, ApiClients};
use crate::tools_table;
use crate::workspace::Workspace;

pub(crate) fn test(workspace: &Workspace, depth: Depth, consent: Consent) -> Result<ExitCode, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::Refused(
            "the end-to-end tests drive a Linux desktop session and run there only. \
             `cargo test` runs the tests of the crates on this system."
                .to_owned(),
        ));
    }
    toolchain::check()?;
    let purpose = match depth {
        Depth::Landing => Purpose::Test,
        Depth::Full => Purpose::Full,
    };
    install::ensure(workspace, purpose, consent)?;

    let mut steps = Steps::default();
    let format = Invocation::cargo(["fmt", "--all", "--check"]);
    let remedy = Some("The same without `--check` puts it right.");
    steps.run_with_remedy("formatting", format.clone().within(workspace.root()), remedy)?;
    let fuzz = workspace.root().join("fuzz");
    steps.run_with_remedy("formatting of the fuzz targets", format.within(&fuzz), remedy)?;
    let codex = tools::codex(&mut steps, workspace)?;
    let clients = tools::api_clients(&mut steps, workspace)?;
    ui(&mut steps, workspace)?;
    steps.run("lints", app::lint(workspace))?;
    steps.run("lints of the tests that only the full set runs", app::lint_matrix(workspace))?;
    if depth == Depth::Full {
        full(&mut steps, workspace)?;
    }
    steps.run("build of the app, the command line and the simulator", app::build(workspace))?;
    let browser = node::script(&workspace.ui(), "e2e")
        .with_env("ROCKPOOL_BIN", workspace.binary("rockpool"))
        .with_env("ROCKPOOL_SIM_BIN", workspace.binary("rockpool-sim"));
    steps.run("the dashboard in a browser", browser)?;

    tools_table::forget(workspace)?;
    let older = with_programs(app::test_with_codex(workspace), workspace, &codex.older);
    steps.run("tests with an older Codex CLI", older)?;
    let with_tools = |tests| with_tools(with_programs(tests, workspace, &codex.newest), &clients);
    if depth == Depth::Full {
        let matrix = tools::matrix_clients(&mut steps, workspace)?;
        let tests = with_tools(app::test_matrix(workspace))
            .with_env("LIBRARIES_PYTHON", matrix.python)
            .with_env("OLDER_LIBRARIES_PYTHON", matrix.older_python)
            .with_env("LIBRARIES_NODE_DIR", matrix.node)
            .with_env("MORE_AGENTS_DIR", matrix.agents)
            .with_env("AIDER_PYTHON", matrix.aider)
            .with_env("LLM_PYTHON", matrix.llm);
        steps.run("tests with the whole matrix of tools", tests)?;
    }
    let status = steps.run_last("tests", &with_tools(app::test(workspace, depth)))?;
    Ok(if status.success() && !steps.failed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn with_programs(tests: Invocation, workspace: &Workspace, codex: &Path) -> Invocation {
    tests
        .with_env("ROCKPOOL_BIN", workspace.binary("rockpool"))
        .with_env("ROCKPOOL_DESKTOP_BIN", workspace.binary("rockpool-desktop"))
        .with_env("ROCKPOOL_SIM_BIN", workspace.binary("rockpool-sim"))
        .with_env("CODEX_BIN", codex)
        .with_env(tools_table::FINDINGS, tools_table::findings(workspace))
}

fn with_tools(tests: Invocation, clients: &ApiClients) -> Invocation {
    tests
        .with_env("SDK_PYTHON", &clients.python)
        .with_env("SDK_NODE_DIR", &clients.sdk_node)
        .with_env("AGENTS_DIR", &clients.agents)
}

/// The bundle comes before the lints: the shell embeds it and does not compile without it.
fn ui(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let ui = workspace.ui();
    node::install_packages(steps, workspace, "packages of the UI", &ui)?;
    steps.run("types of the UI", node::script(&ui, "check"))?;
    steps.run("tests of the UI", node::script(&ui, "test"))?;
    node::build_ui(steps, workspace)
}

/// What is longer than a landing may take. What has to reach others than the registries for packages comes to nothing
/// where it cannot: the run goes on and fails at its end.
fn full(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let deny = tools::cargo_deny(steps, workspace)?;
    let strict = ["check", "--deny", "unnecessary-skip", "--deny", "unmatched-skip"];
    let check = Invocation::new(&deny, strict.into_iter().chain(["bans", "licenses", "sources"]));
    steps.run("licences, bans, duplicates and sources", check.within(workspace.root()))?;
    let of_targets = ["--manifest-path", "fuzz/Cargo.toml", "check", "bans", "licenses", "sources"];
    let check = Invocation::new(&deny, of_targets).within(workspace.root());
    steps.run("licences, bans and sources of the fuzz targets", check)?;
    let advisories = advisories::check(steps, workspace);
    steps.go_on_after(advisories);
    for (name, audit) in advisories::of_npm(workspace) {
        let outcome = steps.run_with_remedy(name, audit, advisories::NO_AUDIT);
        steps.go_on_after(outcome);
    }
    dependencies::check(steps, workspace)?;
    sbom::write_checked(steps, workspace)?;
    prices::check(steps, workspace)?;
    let ui = workspace.ui();
    steps.run("screenshots of the UI", node::script(&ui, "screenshots"))?;
    mutants::check(steps, workspace)?;
    fuzz::check(steps, workspace)?;
    steps.run("release build", app::build_release(workspace))
}
