//! What a script draws with `pm.visualizer`, seen in the tab Visual.

use crate::user::{Home, User};

/// A request whose script draws a list and a table.
const REQUEST: &str = r#"name = "Birds"
method = "GET"
url = "{{base_url}}/demo/echo"

[scripts]
post-response = """
const template = `<style>h1 { color: red }</style><h1>Birds of {{place}}</h1>
<table><tr><th>Name</th><th>Eggs</th></tr>{{#each birds}}<tr><td>{{name}}</td><td>{{eggs}}</td></tr>{{/each}}</table>`;
if (pm.environment.get('base_url')) {
  pm.visualizer.set(template, { place: 'the marsh', birds: [{ name: 'Heron', eggs: 4 }, { name: 'Crane', eggs: 2 }] });
}
"""
"#;

#[test]
fn a_tab_shows_what_a_script_drew_and_goes_when_nothing_is_drawn() {
    let home = Home::new();
    let file = home.root().join("collections/try-me/birds.toml");
    std::fs::write(&file, REQUEST).unwrap();
    let mut user = User::at_home(&home);
    user.press("/").press("Birds<enter>").sees("/demo/echo");
    user.press("<ctrl-j>").sees("200 OK").sees("Visual");
    // The last tab: one step back from the first, and round again.
    user.press("4[");
    for text in ["Birds of the marsh", "Heron", "Crane"] {
        user.sees(text);
    }
    user.sees_no("color: red").sees_no("{{place}}").sees_no("<td>");
    let header = user
        .screen()
        .lines()
        .find(|line| line.contains("Eggs"))
        .unwrap()
        .to_owned();
    assert!(
        header.contains("Name"),
        "a table has its columns side by side: {header}"
    );
    user.press("]").sees_no("Birds of the marsh");
    user.press("[").sees("Birds of the marsh");
    // The next send of another request draws nothing.
    user.press("2/").press("Echo<enter>").press("<ctrl-j>").sees("200 OK");
    assert!(!user.screen().contains("Birds of the marsh"), "{}", user.screen());
    user.quit();
}
