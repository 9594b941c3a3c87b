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
    user.press("<enter>").sees("is filled by `Get token`");
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
    user.press("<esc>").sees("was cancelled").sees_no("401 Unauthorized");
    user.press("<ctrl-j>")
        .sees("Renew the token?")
        .sees("send without it")
        .sees("cancel the send");
    user.press("<tab><enter>").sees("401 Unauthorized");
    user.press("<ctrl-j>").sees("Renew the token?").sees("[↵] renew");
    user.press("<tab><tab><tab><enter>").sees("\"Services\"");
    // What fetched it shows what came of it.
    user.press("2kh<enter>");
    assert!(user.value("demo", "dex_token").is_some());
}

#[test]
fn a_new_token_that_is_refused_too_is_no_success() {
    let home = Home::new();
    let refused = "name = \"Refused\"\nmethod = \"GET\"\nurl = \"{{base_url}}/a/config/ctl\"\norder = 1\n\
                   headers = [ { name = \"X-Token\", value = \"{{dex_token}}\" } ]\n[auth]\ntype = \"none\"\n";
    std::fs::write(home.root().join("collections/pydio-cells/refused.toml"), refused).unwrap();
    let mut user = User::at_home(&home);
    user.press("2/Refused<enter><ctrl-j>")
        .sees("`Get token` renewed it, and the new one was refused with 401, too");
}

#[test]
fn of_a_request_that_was_not_sent_again_no_new_token_is_said_to_be_refused() {
    let home = Home::new();
    declared(
        &home,
        "[tokens.dex_token]\nrequest = \"get-token\"\nreplay = \"never\"\n\n",
    );
    // What the variable holds is refused, whoever asks.
    let stale = "name = \"Stale\"\nmethod = \"POST\"\nurl = \"{{base_url}}/a/config/ctl\"\norder = 1\n";
    std::fs::write(home.root().join("collections/pydio-cells/stale.toml"), stale).unwrap();
    let path = home.root().join("environments/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = format!("{text}\n[[variables]]\nkey = \"dex_token\"\nvalue = \"no-such-token\"\n");
    std::fs::write(path, text).unwrap();
    let mut user = User::at_home(&home);
    user.press("2/Stale<enter><ctrl-j>")
        .sees("`Get token` renewed it; the request was not sent again")
        .sees_no("the new one was refused");
}

/// A request whose own auth gets its token from the demo server.
const OWN: &str = r#"name = "Own auth"
method = "GET"
url = "{{base_url}}/a/config/ctl"
order = 1

[auth]
type = "oauth2"
grant_type = "password_credentials"
tokenName = "My token"
accessTokenUrl = "{{base_url}}/auth/dex/token"
clientId = "{{client_id}}"
clientSecret = "{{client_secret}}"
username = "{{username}}"
password = "{{password}}"
scope = "email profile pydio offline"
tokenToSend = "id_token"
"#;

#[test]
fn the_token_of_an_auth_has_a_life_is_renewed_by_one_key_and_forgotten() {
    let home = Home::new();
    std::fs::write(home.root().join("collections/pydio-cells/own.toml"), OWN).unwrap();
    let mut user = User::at_home(&home);
    user.press("2/Own auth<enter>").sees("no token");
    user.press("<ctrl-t>")
        .sees("`My token` is fresh")
        .sees("My token 9:5")
        .sees("Not sent yet");
    user.press("<ctrl-j>").sees("\"Services\"").sees("My token valid");
    user.press("<ctrl-p>log out<enter>")
        .sees("`My token` is forgotten")
        .sees("no token");
    user.press("<ctrl-j>").sees("My token valid");
}

#[test]
fn a_renewal_by_key_that_fails_shows_what_was_answered() {
    let home = Home::new();
    let path = home.root().join("environments/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let wrong = text.replace(
        "key = \"password\"\nvalue = \"admin\"",
        "key = \"password\"\nvalue = \"wrong\"",
    );
    assert_ne!(wrong, text);
    std::fs::write(&path, wrong).unwrap();
    let mut user = User::at_home(&home);
    user.press("2/List services<enter>").sees("/a/config/ctl");
    user.press("<ctrl-t>").sees("`dex_token` could not be renewed");
    assert_eq!(user.value("demo", "dex_token"), None);
    user.press("2/Get token<enter>").sees("403 Forbidden");
}
