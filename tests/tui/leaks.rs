//! Secrets on the screen: masked on every one that is drawn in a day of use, and in no file behind it.

use jiff::Timestamp;
use postrider::model::variable::{CurrentValue, Owner};

use crate::spellings::spellings;
use crate::user::{Home, User};

/// What is secret, by the variable that holds it.
const SECRETS: [(&str, &str); 7] = [
    ("s_password", "pa/ss+w0rd&4711-heron"),
    ("s_bearer", "bearer.token-aXbYcZ-0123456789"),
    ("s_key", "key-of-the-api-0815"),
    ("s_form", "form<value>2468"),
    ("s_foreign", "S\u{e4}mtliche-V\u{f6}gel-4711-heron"),
    (
        "s_pem",
        "-----BEGIN HERON KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQDheronheron\n-----END HERON KEY-----",
    ),
    (
        "s_hook",
        "http://hooks.example/services/T0HeronHook/B0HeronHook/XyzHookTok99?sig=HeronSig0815%2Babcd",
    ),
];

const BASIC: &str = r#"name = "Heron basic"
method = "POST"
url = "{{base_url}}/demo/echo?q={{s_password}}&hook={{s_hook}}&pem={{s_pem}}"
headers = [ { name = "X-Foreign", value = "{{s_foreign}}" } ]

[auth]
type = "basic"
username = "u"
password = "{{s_password}}"

[body]
type = "json"
text = '{"b":"{{s_bearer}}","f":"{{s_form}}"}'

[scripts]
post-response = '''
console.log('all of it:', pm.response.text(), btoa('xx' + pm.environment.get('s_key')));
console.log(pm.response.json(), pm.environment.toObject(), btoa(pm.environment.get('s_foreign')));
pm.visualizer.set('<p>{{key}}</p><table><tr><td>{{all}}</td></tr></table>', {
    key: pm.environment.get('s_key'), all: pm.response.text() });
pm.test('fails with ' + pm.environment.get('s_bearer'), () =>
    pm.expect(pm.response.text()).to.equal(pm.environment.get('s_form')));
'''
"#;

const KEY: &str = r#"name = "Heron key"
method = "GET"
url = "{{base_url}}/demo/cookies/set?session={{s_bearer}}"
headers = [ { name = "X-Api-Key", value = "{{s_key}}" } ]
"#;

/// The secrets that a text shows; of a line that is broken, also what its parts show together.
fn seen(text: &str) -> Vec<String> {
    let is_frame = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{259f}').contains(&c);
    let without = |text: &str| -> String { text.chars().filter(|c| !is_frame(*c)).collect() };
    let joined = without(text);
    let all = SECRETS
        .iter()
        .flat_map(|(name, secret)| spellings(secret).into_iter().map(move |one| (name, one)));
    let shown = all.filter(|(_, one)| text.contains(one) || joined.contains(&without(one)));
    shown.map(|(name, one)| format!("{name} as `{one}`")).collect()
}

/// Presses keys one by one and looks at every screen.
fn look(user: &mut User, keys: &[&str]) {
    for key in keys {
        user.press(key);
        for _ in 0..3 {
            let screen = user.screen();
            let shown = seen(&screen);
            assert!(shown.is_empty(), "after `{key}`: {shown:?}\n{screen}");
            user.app
                .turn(Some(std::time::Duration::from_millis(20)), &mut user.desk)
                .unwrap();
        }
    }
}

#[test]
fn no_screen_of_a_day_shows_a_secret_and_no_file_keeps_one() {
    let home = Home::new();
    let folder = home.root().join("collections/try-me/heron");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("heron-basic.toml"), BASIC).unwrap();
    std::fs::write(folder.join("heron-key.toml"), KEY).unwrap();
    let file = home.root().join("environments/demo.toml");
    let mut environment = std::fs::read_to_string(&file).unwrap();
    for (key, _) in SECRETS {
        environment += "\n[[variables]]\nkey = \"";
        environment += key;
        environment += "\"\nsecret = true\n";
    }
    std::fs::write(&file, environment).unwrap();
    let mut user = User::at_home(&home);
    for (key, secret) in SECRETS {
        let value = CurrentValue {
            value: Some(secret.into()),
            set_by: "you".to_owned(),
            set_at: Timestamp::now(),
            secret: false,
        };
        let owner = Owner::Environment("demo".to_owned());
        user.app.state.shared.current.set(owner, key, value);
    }
    for name in ["Heron basic", "Heron key"] {
        look(&mut user, &["2", "/", name, "<enter>"]);
        user.sees("/demo/");
        look(&mut user, &["<ctrl-j>"]);
        user.sees("200 OK");
        // Every tab of the response and of the request, the body raw and wrapped, each thing that can be copied.
        look(
            &mut user,
            &[
                "4", "w", "R", "R", "w", "f", "]", "]", "]", "]", "]", "]", "]", "]", "f", "y", "<esc>",
            ],
        );
        // The response before, and what differs between the two.
        look(&mut user, &["<ctrl-j>"]);
        user.until("two responses", |user| {
            let open = user.app.state.shared.open.unwrap();
            user.app.state.shared.outcomes.answered(&open).count() > 1
        });
        look(
            &mut user,
            &["4", "H", "<down>", "<enter>", "]", "]", "<esc>", "D", "j", "j", "<esc>"],
        );
        look(&mut user, &["3", "]", "]", "]", "]", "]", "]", "y", "<esc>"]);
        for what in ["curl", "url"] {
            look(&mut user, &["y", what, "<enter>"]);
            let copied = user.desk.clipboard.last().cloned().unwrap_or_default();
            assert!(copied.contains("/demo/") && seen(&copied).is_empty(), "{copied}");
        }
    }
    // A run of both, its rows, a response of it, and its reports.
    look(&mut user, &["2", "/", "heron", "<enter>", "<ctrl-r>", "<enter>"]);
    // As only a run says that is over.
    user.sees("1 request failed").sees(" mean");
    look(&mut user, &["j", "<enter>", "]", "]", "]", "<esc>"]);
    for kind in ["json", "html", "junit"] {
        let report = home.root().join(format!("report.{kind}"));
        look(&mut user, &["s", kind, "<enter>"]);
        user.press(&format!("<ctrl-u>{}<enter>", report.display()));
        user.until("the report", |_| report.exists());
        let text = std::fs::read_to_string(&report).unwrap();
        assert!(text.contains("Heron basic"), "{kind}");
        assert!(seen(&text).is_empty(), "{kind}: {:?}", seen(&text));
    }
    look(&mut user, &["<esc>"]);
    // The environment, the cookies, what was said, a run.
    look(
        &mut user,
        &[
            "1", "e", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "<esc>",
        ],
    );
    look(
        &mut user,
        &[
            "<ctrl-p>", "cookies", "<enter>", "<esc>", "<ctrl-p>", "messages", "<enter>", "<esc>", "<esc>",
        ],
    );

    // A reveal shows them, so that this test sees what it looks for; Esc hides them again.
    user.press("4").press("v");
    assert!(!seen(&user.screen()).is_empty(), "{}", user.screen());
    user.press("3").press("y").press("curl").press("<enter>");
    assert!(!seen(user.desk.clipboard.last().unwrap()).is_empty());
    user.press("<esc>");
    assert!(seen(&user.screen()).is_empty(), "{}", user.screen());
    user.quit();
    for (name, secret) in SECRETS {
        for spelled in spellings(secret) {
            assert!(
                !home.any_file_holds(&spelled) && !home.state_holds(&spelled),
                "{name} as `{spelled}`"
            );
        }
    }
}
