//! What is found in a script, a body or a description.

use super::{open, request};
use crate::tui::effect::{Effect, External};

#[test]
fn a_script_is_searched_and_a_line_gone_to_typed_into_or_not() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]]j<enter><ctrl-f>");
    let screen = harness.screen();
    assert!(screen.contains("━ Find in the post-response script ━"), "{screen}");
    // What is found is selected, and typed over.
    harness.press("Json<ctrl-u>json<enter>text");
    let text = |harness: &crate::tui::harness::Harness| request(harness).scripts.post_response.clone();
    assert!(text(&harness).contains("pm.response.text()"), "{}", text(&harness));
    harness.press("<enter>second<ctrl-f><ctrl-u>:1<enter><home>// ");
    assert!(text(&harness).starts_with("// pm.environment"), "{}", text(&harness));
    // To the outside editor goes the line of the caret.
    harness.press("<ctrl-f><ctrl-u>second<enter><ctrl-g>");
    let line = harness.effects.iter().find_map(|effect| match effect {
        Effect::External(External { line, .. }) => Some(*line),
        _ => None,
    });
    assert_eq!(line, Some(2));
    // Not typed into it is searched by the keys of the response, and no letter of that is a key.
    harness.press("<esc>/<ctrl-u>nowhere<enter>");
    assert!(
        harness.screen().contains("nothing matches `nowhere`"),
        "{}",
        harness.screen()
    );
    let before = text(&harness);
    harness.press("n/<ctrl-u>pm<enter>nN");
    assert_eq!(text(&harness), before);
    // Where it is typed into then, what was found is only seen.
    harness.press("/<ctrl-u>environment<enter>i_");
    assert!(text(&harness).contains("pm._environment"), "{}", text(&harness));
}

#[test]
fn a_bare_number_in_the_palette_goes_to_that_line_of_the_text_in_sight() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]]j<enter>second<enter>third<esc>:2");
    let screen = harness.screen();
    let first = screen
        .lines()
        .find(|line| line.contains("go to line") || line.contains("Find a text"));
    assert!(
        first.is_some_and(|line| line.contains("go to line 2 of the text in the request")),
        "{screen}"
    );
    harness.press("<enter>i// ");
    let text = request(&harness).scripts.post_response.clone();
    let line = text.lines().nth(1).unwrap_or_default();
    assert!(line.contains("// "), "{text}");
}
