//! Columns as wide as they need, and never wider together than the terminal.

use super::WIDTH;

const GAP: usize = 2;

/// Lines of a table; the widest cells are cut, with an ellipsis, until a line fits.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let heads = heads.map(ToOwned::to_owned);
    let lines: Vec<&[String; N]> = std::iter::once(&heads).chain(rows).collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line.iter()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    while widths.iter().sum::<usize>() + GAP * (N - 1) > WIDTH {
        if let Some(widest) = widths.iter_mut().max() {
            *widest -= 1;
        }
    }
    lines.iter().map(|line| join(line.as_slice(), &widths)).collect()
}

fn join(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cell = cut(cell, *width);
        let padding = width - cell.chars().count() + GAP;
        text.push_str(&cell);
        text.extend(std::iter::repeat_n(' ', padding));
    }
    text.trim_end().to_owned()
}

fn cut(cell: &str, width: usize) -> String {
    if cell.chars().count() <= width {
        return cell.to_owned();
    }
    let kept: String = cell.chars().take(width.saturating_sub(1)).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_end_without_blanks() {
        let rows = [["a".to_owned(), String::new()], ["long".to_owned(), "x".to_owned()]];
        assert_eq!(table(["N", "STATE"], &rows), ["N     STATE", "a", "long  x"]);
    }

    #[test]
    fn a_line_never_exceeds_the_terminal_and_the_widest_cell_gives_way() {
        let rows = [["ä".repeat(120), "short".to_owned()]];
        let lines = table(["A", "B"], &rows);
        assert_eq!(lines[1].chars().count(), WIDTH);
        assert!(lines[1].ends_with("…  short"), "{}", lines[1]);
    }
}
