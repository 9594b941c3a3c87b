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
    };
    let owner = postrider::model::variable::Owner::Vault;
    user.app.state.shared.current.set(owner, "bird_key", value);
    user.press("/").press("Birds<enter>").sees("/demo/echo");
    // No: neither by a letter that is being typed nor by Enter does it slip through.
    user.press("<ctrl-j>").sees("May a script use your secrets?");
    user.press("a").sees("`Birds, pre-request`").press("<esc>");
    user.sees("you did not allow the scripts of this collection");
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
