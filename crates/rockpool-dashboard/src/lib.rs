//! The dashboard's built files, embedded for whoever hosts an engine.

use rockpool_engine::{DashboardFile, DashboardFiles, Freshness};

const FILES: &[DashboardFile] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// None where the program was built before the UI.
pub fn files() -> DashboardFiles {
    DashboardFiles(FILES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_a_page_with_its_own_files_or_nothing() {
        let Some(page) = FILES.iter().find(|file| file.path == "/") else {
            assert!(FILES.is_empty(), "files without a page");
            return;
        };
        let html = String::from_utf8_lossy(page.plain);
        let named: Vec<_> = html.split("\"./").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(!named.is_empty(), "{html}");
        for name in named {
            assert!(FILES.iter().any(|file| file.path.trim_start_matches('/') == name), "{name}");
        }
        assert!(!html.contains("<style") && !html.contains("style="), "the policy takes no inline style");
        assert!(html.matches("<script").count() == html.matches("<script type=\"module\"").count());
    }

    #[test]
    fn the_page_is_asked_for_again_and_its_hashed_files_are_kept() {
        for file in FILES {
            let hashed = file.path.starts_with("/assets/");
            assert_eq!(file.freshness == Freshness::Immutable, hashed, "{}", file.path);
            assert!(file.gzip.starts_with(&[0x1f, 0x8b]), "{}", file.path);
        }
    }

    #[test]
    fn everything_that_the_first_page_loads_is_under_150_kb() {
        let loaded = FILES.iter().filter(|file| file.path.ends_with(".js") || file.path.ends_with(".css"));
        assert!(loaded.map(|file| file.gzip.len()).sum::<usize>() < 150_000);
    }
}
