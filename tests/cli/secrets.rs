//! What is kept on this machine is sealed, with a passphrase if the user wants one.

use std::path::Path;

use predicates::prelude::*;
use predicates::str::contains;

use super::Home;

/// Whether any file below a folder holds the bytes of a text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn values_are_sealed_and_a_passphrase_locks_them() {
    let home = Home::new();
    let postrider = |args: &[&str], passphrase: Option<&str>| {
        let mut command = home.with(&[]);
        if let Some(passphrase) = passphrase {
            command.env("POSTRIDER_PASSPHRASE", passphrase);
        }
        command.args(args).assert()
    };
    let get = ["env", "get", "pin", "-e", "here"];
    postrider(&["secrets", "status"], None)
        .success()
        .stdout(contains("nothing is sealed yet"));
    postrider(&["env", "set", "pin", "heron-4711-secret", "-e", "here"], None).success();
    let state = home.folder.path().join("state");
    assert!(holds(&state, "pr1:") && !holds(&state, "heron-4711"));
    postrider(&get, None).success().stdout("heron-4711-secret\n");
    postrider(&["secrets", "status"], None)
        .success()
        .stdout(contains("only you can read (0600)").and(contains("1 in this workspace")));

    postrider(&["secrets", "lock"], None)
        .code(1)
        .stderr(contains("there is no terminal").and(contains("POSTRIDER_PASSPHRASE")));
    // No keyring answers here, or the program is built without: then nothing is locked, and nothing put anywhere.
    postrider(&["secrets", "lock", "--keyring"], Some("open sesame"))
        .code(1)
        .stderr(contains("keyring").and(contains("hint:")));
    postrider(&["secrets", "status"], None).stdout(contains("only you can read (0600)"));
    assert!(!holds(home.folder.path(), "open sesame"));
    postrider(&["secrets", "lock"], Some("open sesame")).success();
    postrider(&["secrets", "status"], None).stdout(contains("locked with a passphrase"));
    postrider(&get, None)
        .code(1)
        .stdout("")
        .stderr(contains("locked with a passphrase"));
    postrider(&get, Some("close sesame"))
        .code(1)
        .stdout("")
        .stderr(contains("the passphrase is wrong"));
    postrider(&["env", "set", "pin", "other", "-e", "here"], None).code(1);
    postrider(&["send", "GET", "http://127.0.0.1:1/"], None)
        .code(1)
        .stderr(contains("locked with a passphrase"));
    postrider(&get, Some("open sesame"))
        .success()
        .stdout("heron-4711-secret\n");

    postrider(&["secrets", "rekey"], Some("open sesame")).success();
    postrider(&get, Some("open sesame"))
        .success()
        .stdout("heron-4711-secret\n");
    postrider(&["secrets", "unlock"], Some("open sesame")).success();
    postrider(&get, None).success().stdout("heron-4711-secret\n");

    postrider(&["secrets", "forget"], None)
        .success()
        .stderr(contains("secrets.key.forgotten-"));
    postrider(&get, None)
        .code(2)
        .stderr(contains("1 of the values kept on this machine cannot be read"));
    postrider(&["env", "set", "pin", "new", "-e", "here"], None).success();
    postrider(&get, None).success().stdout("new\n");
}

#[cfg(unix)]
#[test]
fn values_from_outside_need_consent_and_show_nowhere() {
    let home = Home::new();
    let request =
        "name = \"One\"\nmethod = \"POST\"\nurl = \"{{base_url}}/demo/echo?a={{printed}}&b={{$env HERON}}\"\n";
    let collection = "name = \"API\"\n\n[[variables]]\nkey = \"printed\"\nsecret = true\n\
                      source = { command = [\"printf\", \"%s-4711\", \"from-a-program\"] }\n";
    let send = |more: &[&str]| {
        let mut command = home.with(&[("one", request)]);
        super::write(
            &home.folder.path().join("workspace"),
            "collections/api/collection.toml",
            collection,
        );
        command
            .env("HERON", "heron-of-the-environment")
            .args(["send", "api/one", "--demo"])
            .args(more)
            .assert()
    };
    send(&[])
        .code(1)
        .stderr(contains("run `printf").and(contains("--allow-command")));
    send(&["--allow-command"])
        .code(1)
        .stderr(contains("read `HERON` of the environment").and(contains("--allow-env")));
    send(&["--allow-command", "--allow-env"])
        .success()
        .stdout(contains("from-a-program-4711").and(contains("heron-of-the-environment")))
        .stderr(
            contains("heron-of-the")
                .not()
                .and(contains("from-a-program-4711").not()),
        );
    for secret in ["heron-of-the-environment", "from-a-program-4711"] {
        assert!(!holds(&home.folder.path().join("state"), secret), "{secret}");
    }
}
