//! A value of a response that is made a token, the questions about tokens, and logging out.

use crate::user::{Home, User};

/// Lets the samples' collection ask, or say nothing of tokens at all.
fn declared(home: &Home, how: &str) {
    let path = home.root().join("collections/pydio-cells/collection.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let start = text.find("[tokens.dex_token]").unwrap();
    let end = text.find("# Variables that belong").unwrap();
    std::fs::write(path, format!("{}{how}{}", &text[..start], &text[end..])).unwrap();
}

#[test]
fn a_value_of_a_response_becomes_a_token_with_three_keys() {
    let home = Home::new();
    declared(&home, "");
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("200 OK");
    user.press("4t")
        .sees("Use as a token")
        .sees("$.id_token")
        .sees("JWT, good for");
    user.press("<enter>")
        .sees("[tokens.dex_token] in collections/pydio-cells/collection.toml");
    user.press("<enter>").sees("comes from `Get token` now");
    user.until("the file", |_| {
        let text = home.read("collections/pydio-cells/collection.toml");
        text.contains("[tokens.dex_token]\nrequest = \"get-token\"\nvalue = \"$.id_token\"\n")
    });
    // Without its token a request fetches one, by that.
    user.press("<ctrl-p>log out<enter>").sees("is forgotten");
    user.press("2jlj<enter>").sees("/a/config/ctl");
    user.press("<ctrl-j>").sees("\"Services\"");
}

#[test]
fn a_token_that_is_to_be_asked_for_is_asked_for() {
    let home = Home::new();
    declared(
        &home,
        "[tokens.dex_token]\nrequest = \"get-token\"\nrenew = \"ask\"\n\n",
    );
    let mut user = User::at_home(&home);
    user.press("jlj<enter>").sees("/a/config/ctl");
    user.press("<ctrl-j>")
        .sees("Renew the token?")
        .sees("`dex_token` had no value");
    user.press("<esc>").sees("401 Unauthorized");
    user.press("<ctrl-j>").sees("Renew the token?");
    user.press("<tab><enter>").sees("\"Services\"");
    // What fetched it shows what came of it.
    user.press("2kh<enter>");
    assert!(user.value("demo", "dex_token").is_some());
}
