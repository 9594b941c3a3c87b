//! Elements of markup under the cursor: their path, what is copied of them, the script's line for them.

use super::*;
use crate::filter::{Limits, Session, Stop};

const XML: &str = "<r><u id=\"1\"><n>Bob &amp; Co</n></u><u id=\"2\"><n>Eve</n><t><s>a</s><s>b</s></t></u></r>";

fn xml() -> Harness {
    sent(120, 40, answered(response(200, "application/xml", XML)))
}

#[test]
fn the_path_of_an_element_is_shown_and_finds_it() {
    let mut harness = xml();
    harness.press("zzz");
    harness.press("jjjjj");
    let screen = harness.screen();
    assert!(screen.contains("/r/u[2]/n[1] · 6/"), "{screen}");
    let mut session = Session::new(XML.as_bytes().to_vec().into(), "application/xml", Limits::default());
    let found = session.run("/r/u[2]/n[1]", &Stop::never()).unwrap();
    assert_eq!((found.count, &found.bytes[..]), (1, &b"<n>Eve</n>"[..]));
    let offers = to_copy(&harness);
    let text = |what: &str| {
        offers
            .iter()
            .find(|(own, _)| own == what)
            .map(|(_, text)| text.as_str())
    };
    assert_eq!(text("its text"), Some("Eve"));
    assert_eq!(text("the element"), Some("<n>Eve</n>"));
    assert_eq!(text("the path to it"), Some("/r/u[2]/n[1]"));
    harness.press("jjo");
    let screen = harness.screen();
    assert!(screen.contains("<t> … 2 lines </t>"), "{screen}");
    let offers = to_copy(&harness);
    let whole = offers
        .iter()
        .find(|(own, _)| own == "the element with all that is in it");
    assert_eq!(whole.unwrap().1, "<t>\n  <s>a</s>\n  <s>b</s>\n</t>");
}

#[test]
fn an_element_becomes_a_line_of_the_script_that_takes_it() {
    let mut harness = xml();
    harness.press("jjx");
    let screen = harness.screen();
    assert!(screen.contains("Set a variable to /r/u[1]/n[1]"), "{screen}");
    harness.press("bob<enter><enter>");
    let id = harness.state.shared.open.unwrap();
    let request = harness.state.shared.workspace.request(id).unwrap();
    assert_eq!(
        request.scripts.post_response,
        "require(\"xml2js\").parseString(pm.response.text(), (error, xml) => \
         pm.environment.set(\"bob\", xml.r.u[0].n[0]));\n"
    );
    let shared = &harness.state.shared;
    let set = shared.current.get(&shared.environment_owner().unwrap(), "bob").unwrap();
    assert_eq!(set.value, Some("Bob & Co".into()));
    let mut html = sent(120, 40, answered(response(200, "text/html", "<p>x</p>")));
    html.press("x");
    assert!(
        html.screen().contains("only values of JSON and XML"),
        "{}",
        html.screen()
    );
}
