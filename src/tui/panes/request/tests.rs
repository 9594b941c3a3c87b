//! The pane as a user meets it: keys in, screens and items out.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::tui::harness::Harness;

fn open(columns: u16, rows: u16, name: &str) -> Harness {
    let mut harness = Harness::new(columns, rows);
    let id = {
        let workspace = &harness.state.shared.workspace;
        let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
        let mut all = all.filter_map(|id| workspace.node(id));
        all.find(|node| node.entity.name() == name).unwrap().id
    };
    harness.state.shared.open = Some(id);
    harness.press("3");
    harness
}

#[test]
fn look() {
    for (columns, rows) in [(120, 40), (80, 24), (60, 16)] {
        for name in ["Get token", "List services", "Pydio Cells"] {
            let mut harness = open(columns, rows, name);
            for _ in 0..7 {
                eprintln!("{}", harness.screen());
                harness.press("]");
            }
        }
    }
}
