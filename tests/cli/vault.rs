//! The vault: secrets that scripts get only with the user's consent.

use predicates::prelude::*;
use predicates::str::contains;

use super::{Home, scripted};

#[test]
fn scripts_get_secrets_only_with_consent_and_no_output_shows_them() {
    let home = Home::new();
    let uses = scripted(
        "Uses",
        "const key = await pm.vault.get('bird_key');
         console.log('the key has ' + String(key).length + ' letters: ' + key);
         await pm.vault.set('made', 'made-by-a-script');",
        "",
    );
    let requests = [("uses", uses.as_str())];
    let vault = |args: &[&str], input: &str| {
        let mut command = home.with(&requests);
        command.arg("vault").args(args).write_stdin(input).assert()
    };
    vault(&["list"], "")
        .success()
        .stdout("")
        .stderr(contains("postrider vault set"));
    vault(&["set", "bird_key", "-"], "heron-4711-secret\n")
        .success()
        .stdout("")
        .stderr(contains("heron").not());
    vault(&["list"], "").success().stdout("bird_key\n");
    vault(&["unset", "other"], "")
        .code(2)
        .stderr(contains("there is no secret `other`").and(contains("vault list")));
    vault(&["unset", "bird_kye"], "")
        .code(2)
        .stderr(contains("did you mean `bird_key`?"));
    // Shown to nobody, which is said with what it is for.
    vault(&["get", "bird_kye"], "")
        .code(2)
        .stderr(contains("did you mean `bird_key`?"));
    vault(&["get", "bird_key"], "")
        .code(2)
        .stdout("")
        .stderr(contains("{{vault:bird_key}}").and(contains("heron").not()));

    let run = |more: &[&str]| {
        let mut command = home.with(&requests);
        command.args(["run", "collections/api", "--demo"]).args(more).assert()
    };
    run(&[]).code(1).stdout(contains("--allow-vault"));
    vault(&["list"], "").stdout("bird_key\n");
    run(&["--allow-vault"])
        .success()
        .stdout(contains("the key has 17 letters: ••••••••").and(contains("heron-4711").not()));
    vault(&["list"], "").stdout("bird_key\nmade\n");

    let wants = "name = \"Wants\"\nurl = \"{{base_url}}/demo/echo?key={{vault:bird_key}}\"\n";
    let send = |more: &[&str]| {
        let mut command = home.with(&[("wants", wants)]);
        command
            .args(["send", "collections/api/wants", "--demo"])
            .args(more)
            .assert()
    };
    send(&[])
        .stdout(contains("heron").not())
        .stderr(contains("--allow-vault"));
    send(&["--allow-vault"])
        .success()
        .stdout(contains("key=heron-4711-secret"))
        .stderr(contains("heron").not());
    vault(&["unset", "bird_key"], "").success();
    vault(&["list"], "").stdout("made\n");
}
