//! Scripts that ask for the user's secrets, and what the user says to that.

use crate::user::{Home, User};

/// A request whose script writes a secret to the console.
const REQUEST: &str = r#"name = "Birds"
method = "GET"
url = "{{base_url}}/demo/echo"

[scripts]
pre-request = """
const key = await pm.vault.get('bird_key');
pm.request.headers.add({ key: 'X-Key', value: String(key) });
console.log('the key is ' + key);
"""
"#;

#[test]
fn a_script_gets_secrets_when_the_user_allows_it_and_nobody_sees_them() {
    let home = Home::new();
    std::fs::write(home.root().join("collections/try-me/birds.toml"), REQUEST).unwrap();
    let mut user = User::at_home(&home);
    let value = postrider::model::variable::CurrentValue {
        value: Some("heron-4711-secret".into()),
        set_by: "you".to_owned(),
        set_at: jiff::Timestamp::now(),
        secret: false,
    };
    let owner = postrider::model::variable::Owner::Vault;
    user.app.state.shared.current.set(owner, "bird_key", value);
    user.press("/").press("Birds<enter>").sees("/demo/echo");
    // No: neither by a letter that is being typed nor by Enter does it slip through.
    user.press("<ctrl-j>").sees("May a script use your secrets?");
    user.press("a").sees("`Birds, pre-request`").press("<esc>");
    user.sees("you did not allow `Try me` to use your secrets");
    // Yes.
    user.press("<ctrl-j>").sees("May a script use your secrets?");
    user.press("<tab><enter>").sees_no("May a script use").sees("200 OK");
    user.press("4").press("]]]]").sees("the key is ••••••••");
    assert!(!user.screen().contains("heron-4711"), "{}", user.screen());
    // It is asked once.
    user.press("<ctrl-j>").sees("200 OK");
    user.quit();
    assert!(!home.any_file_holds("heron-4711"));
}

/// A collection whose variables come from elsewhere.
const COLLECTION: &str = r#"name = "Birds"

[[variables]]
key = "printed"
source = { command = ["printf", "%s-4711", "heron"] }

[[variables]]
key = "typed"
source = { prompt = "One-time code" }
"#;

#[cfg(unix)]
#[test]
fn a_collection_runs_a_program_and_asks_for_a_value_with_the_users_consent() {
    let home = Home::new();
    let folder = home.root().join("collections/birds");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("collection.toml"), COLLECTION).unwrap();
    let request = "name = \"Heron\"\nurl = \"{{base_url}}/demo/echo?a={{printed}}&b={{typed}}\"\n";
    std::fs::write(folder.join("heron.toml"), request).unwrap();
    let mut user = User::at_home(&home);
    user.press("/").press("Heron<enter>").sees("/demo/echo");
    user.press("<ctrl-j>")
        .sees("May a collection run a program?")
        .sees("The request `Heron` of `Birds`, which goes to `127.0.0.1:")
        .sees("printf %s-4711 heron")
        .sees("[Tab ↵] allow");
    user.press("<esc>").sees("you did not allow `Birds` to run");
    user.press("<ctrl-j>").sees("May a collection run a program?");
    user.press("<tab><enter>").sees("For `Heron` of `Birds` at `127.0.0.1:");
    // A key that was meant for something else is no answer.
    user.press("x<enter>").sees("press Tab, then type it");
    user.press("<tab>crane-0815")
        .sees_no("crane")
        .press("<enter>")
        .sees("200 OK");
    assert!(!user.screen().contains("heron-4711"), "{}", user.screen());
    // Neither is asked again.
    user.press("<ctrl-j>").sees("200 OK");
    user.press("4").press("v").sees("heron-4711").sees("crane-0815");
    // What was typed is asked again when that is wanted, and what was allowed is not.
    user.press("<ctrl-p>ask again<enter>")
        .sees("what you typed is forgotten");
    user.press("<ctrl-j>").sees("For `Heron` of `Birds` at `127.0.0.1:");
    user.press("<tab>stork-1234<enter>")
        .until("the third response", |user| {
            let open = user.app.state.shared.open.unwrap();
            user.app.state.shared.outcomes.answered(&open).count() > 2
        });
    // What was shown of the response before is not shown of this one.
    user.sees("200 OK").sees_no("stork").press("v").sees("stork-1234");
    user.quit();
    assert!(!home.any_file_holds("heron-4711") && !home.any_file_holds("crane-0815"));
    // What was allowed is remembered, what was typed is not.
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>")
        .sees("For `Heron` of `Birds` at `127.0.0.1:")
        .press("<esc>");
    user.sees("it was to be typed, and was not");
    user.quit();
}

#[test]
fn the_editor_knows_what_the_vault_has() {
    let home = Home::new();
    let request = "name = \"Heron\"\nurl = \"{{base_url}}/demo/echo?a={{vault:bird_key}}&b={{vault:nest}}\"\n";
    std::fs::write(home.root().join("collections/try-me/heron.toml"), request).unwrap();
    let mut user = User::at_home(&home);
    user.press("/").press("Heron<enter>").sees("have no value");
    let value = postrider::model::variable::CurrentValue {
        value: Some("heron-4711-secret".into()),
        set_by: "you".to_owned(),
        set_at: jiff::Timestamp::now(),
        secret: false,
    };
    let owner = postrider::model::variable::Owner::Vault;
    user.app.state.shared.current.set(owner, "bird_key", value);
    user.press("3").sees("! {{vault:nest}} has no value");
    assert!(!user.screen().contains("heron-4711"), "{}", user.screen());
    user.quit();
}
