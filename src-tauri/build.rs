//! Embeds the window and lets it call exactly two commands.

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(&["api", "autostart"]);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes).expect("tauri.conf.json, capabilities and icons are in order");
}
