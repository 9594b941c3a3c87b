use super::*;
#[test]
fn shots() {
    for (w, h) in [(120, 40), (60, 16)] {
        for keys in [
            "<ctrl-p>",
            "<ctrl-p>thm",
            "?",
            "<ctrl-p>save the request under<enter>",
            "<ctrl-p>save the request under<enter><tab>a",
        ] {
            let mut harness = Harness::new(w, h);
            let id = harness
                .state
                .shared
                .workspace
                .descendants(harness.state.shared.workspace.collections()[0])[1];
            let mut e = Vec::new();
            harness.state.run(vec![Command::Open(id)], &mut e);
            harness.press("<ctrl-p>find a request<enter>List<enter>").press(keys);
            eprintln!("{keys}\n{}", harness.screen());
        }
    }
}
