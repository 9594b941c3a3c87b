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
fn lock_says_which_passphrase_can_be_guessed() {
    let home = Home::new();
    let postrider = |args: &[&str], passphrase: Option<&str>| {
        let mut command = home.with(&[]);
        command.envs(passphrase.map(|passphrase| ("POSTRIDER_PASSPHRASE", passphrase)));
        command.args(args).assert()
    };
    postrider(&["env", "set", "pin", "heron-4711-secret", "-e", "here"], None).success();
    postrider(&["secrets", "lock"], Some("abc")).code(1).stderr(
        contains("a passphrase of 3 characters can be guessed").and(contains("`--short` takes it all the same")),
    );
    postrider(&["secrets", "status"], None).stdout(contains("only you can read (0600)"));
    postrider(&["secrets", "lock", "--short"], Some("abc"))
        .success()
        .stderr(contains("a passphrase of 3 characters can be guessed"));
    postrider(&["secrets", "unlock"], Some("abc")).success();
    postrider(&["secrets", "lock"], Some("open sesame"))
        .success()
        .stderr(contains("can be guessed").not());
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
    if cfg!(target_os = "linux") {
        postrider(&["secrets", "lock", "--keyring"], Some("open sesame"))
            .code(1)
            .stderr(contains("keyring").and(contains("hint:")));
    }
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
    for (passphrase, found) in [
        (None, "locked with a passphrase: POSTRIDER_PASSPHRASE or the screen"),
        (
            Some("close sesame"),
            "locked with a passphrase: the passphrase is wrong",
        ),
        (Some("open sesame"), "current values  1\n"),
    ] {
        postrider(&["doctor"], passphrase).success().stdout(contains(found));
    }
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

    // What can be read is not given up.
    postrider(&["secrets", "forget", "--yes"], None)
        .code(1)
        .stderr(contains("there is nothing to give up"));
    postrider(&get, None).success().stdout("heron-4711-secret\n");
    postrider(&["secrets", "lock"], Some("open sesame")).success();
    postrider(&["secrets", "forget", "--yes"], Some("open sesame"))
        .code(1)
        .stderr(contains("there is nothing to give up"));
    for yes in [&["secrets", "forget"][..], &["secrets", "forget", "--yes"]] {
        postrider(yes, Some("close sesame"))
            .code(1)
            .stderr(contains("the passphrase is wrong").and(contains("unset `POSTRIDER_PASSPHRASE`")));
    }
    postrider(&["secrets", "forget"], None)
        .code(2)
        .stderr(contains("cannot be read").and(contains("`--yes`")));
    postrider(&get, Some("open sesame")).success();
    postrider(&["secrets", "forget", "--yes"], None)
        .success()
        .stderr(contains("secrets.key.forgotten-").and(contains("given up: 1")));
    postrider(&get, None)
        .code(2)
        .stderr(contains("`pin`").and(contains("cannot be read").not()));
    postrider(&["env", "set", "pin", "new", "-e", "here"], None)
        .success()
        .stderr(contains("cannot be read").not());
    postrider(&get, None).success().stdout("new\n");

    // The key was lost, and there is another one: what it sealed can be given up, the rest stays.
    std::fs::remove_file(state.join("postrider/secrets.key")).unwrap();
    postrider(&["env", "set", "other", "kept", "-e", "here"], None)
        .success()
        .stderr(contains("`postrider secrets forget`"));
    postrider(&["secrets", "forget", "--yes"], None)
        .success()
        .stderr(contains("given up: 1").and(contains(".forgotten-").not()));
    postrider(&["env", "get", "other", "-e", "here"], None)
        .success()
        .stdout("kept\n")
        .stderr("");
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
        .stderr(contains("read the environment variable `HERON`").and(contains("--allow-env")));
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

#[test]
fn a_report_hides_what_other_requests_of_the_collection_have_in_clear() {
    let home = Home::new();
    let with = |kind: &str, params: &str| {
        format!(
            "name = \"{kind}\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:1/\"\n\n[auth]\ntype = \"{kind}\"\n{params}"
        )
    };
    let files = [
        (
            "oauth2",
            with("oauth2", "clientSecret = \"heron-oauth2\"\npassword = \"heron-pw\"\n"),
        ),
        (
            "aws",
            with("awsv4", "accessKey = \"AKIA\"\nsecretKey = \"heron-aws\"\n"),
        ),
        (
            "oauth1",
            with(
                "oauth1",
                "consumerSecret = \"heron-one\"\ntokenSecret = \"heron-two\"\n",
            ),
        ),
        ("hawk", with("hawk", "authId = \"me\"\nauthKey = \"heron-hawk\"\n")),
        ("key", with("apikey", "key = \"k\"\nvalue = \"heron-key\"\n")),
        (
            "header",
            "name = \"H\"\nmethod = \"GET\"\nurl = \"http://me:heron-url@127.0.0.1:1/\"\n\
             headers = [{ name = \"Authorization\", value = \"Bearer heron-header\", enabled = false }]\n"
                .to_owned(),
        ),
        (
            "run",
            "name = \"Run\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:1/\"\n".to_owned(),
        ),
    ];
    let files: Vec<_> = files.iter().map(|(slug, text)| (*slug, text.as_str())).collect();
    let mut command = home.with(&files);
    let args = ["run", "collections/api/run.toml", "-e", "here", "-r", "json"];
    command
        .args(args)
        .args(["--reporter-json-export", "report.json"])
        .assert()
        .code(1);
    let report = std::fs::read_to_string(home.folder.path().join("workspace/report.json")).unwrap();
    assert!(
        report.contains("clientSecret") && report.contains("AKIA"),
        "the collection is in it"
    );
    assert!(!report.contains("heron"), "{report}");
}

#[test]
fn what_is_secret_in_the_collection_is_so_in_the_environment() {
    let home = Home::new();
    let request = "name = \"R\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:1/?pw={{upw}}&t={{tok}}&own={{own}}\"\n";
    let _ = home.with(&[("r", request)]);
    let root = home.folder.path().join("workspace");
    let postrider = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&root).args(args).assert()
    };
    let collection = "name = \"API\"\n\n[[variables]]\nkey = \"upw\"\nvalue = \"\"\nsecret = true\n\n[tokens.tok]\n\
                      request = \"login\"\nrenew = \"never\"\n";
    super::write(&root, "collections/api/collection.toml", collection);
    postrider(&["env", "set", "-e", "here", "upw", "heron-pw-4711"])
        .success()
        .stderr(contains("`upw`, a secret, of `here`"));
    postrider(&["env", "set", "-e", "here", "tok", "heron-tok-4711"]).success();
    postrider(&["env", "set", "-e", "here", "--secret", "own", "heron-own-4711"])
        .success()
        .stderr(contains("its file says that it is one, and no value"));
    // Whichever of two rows counts, neither keeps a value.
    let rows = "[[variables]]\nkey = \"two\"\nvalue = \"heron-first\"\n\n[[variables]]\nkey = \"two\"\nvalue = \"heron-second\"\n\
                enabled = false\n";
    let path = root.join("environments/here.toml");
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + "\n" + rows).unwrap();
    postrider(&["env", "set", "-e", "here", "--secret", "two", "heron-two-4711"]).success();
    let file = std::fs::read_to_string(root.join("environments/here.toml")).unwrap();
    assert!(
        file.contains("\"own\"") && file.contains("secret = true") && !file.contains("heron"),
        "{file}"
    );
    for key in ["upw", "tok", "own"] {
        postrider(&["env", "get", "-e", "here", key])
            .code(1)
            .stderr(contains("is secret"));
    }
    let shown = postrider(&["env", "get", "-e", "here"]).success();
    let shown = String::from_utf8_lossy(&shown.get_output().stdout).into_owned();
    assert!(shown.contains("upw") && !shown.contains("heron"), "{shown}");
    let export = ["-r", "cli,json", "--reporter-json-export", "report.json", "--verbose"];
    let ran = postrider(&[&["run", "collections/api", "-e", "here"], &export[..]].concat()).code(1);
    let ran = ran.get_output();
    let report = std::fs::read_to_string(root.join("report.json")).unwrap();
    let shown = [&ran.stdout[..], &ran.stderr].concat();
    for text in [&*report, &*String::from_utf8_lossy(&shown)] {
        assert!(text.contains("127.0.0.1") && !text.contains("heron"), "{text}");
    }
    let sent = postrider(&["send", "collections/api/r.toml", "-e", "here", "--verbose"]).code(1);
    let sent = String::from_utf8_lossy(&sent.get_output().stderr).into_owned();
    assert!(sent.contains("127.0.0.1") && !sent.contains("heron"), "{sent}");
    assert!(!holds(&home.folder.path().join("state"), "heron"));
}

#[test]
fn secrets_in_clear_are_told_of_by_doctor_and_export() {
    let home = Home::new();
    let login = "name = \"Login\"\nmethod = \"POST\"\nurl = \"http://127.0.0.1:1/\"\n\n[auth]\ntype = \"basic\"\n\
                 username = \"me\"\npassword = \"heron-4711\"\n";
    let clean = "name = \"Clean\"\nurl = \"http://127.0.0.1:1/\"\n\n[auth]\ntype = \"basic\"\npassword = \"{{pw}}\"\n";
    home.with(&[("login", login), ("clean", clean)])
        .args(["doctor"])
        .assert()
        .success()
        .stdout(contains("collections/api/login.toml  auth `password`").and(contains("heron").not()))
        .stdout(contains("clean.toml").not());
    home.with(&[("login", login), ("clean", clean)])
        .args(["export", "postman", "collections/api"])
        .assert()
        .success()
        .stdout(contains("heron-4711"))
        .stderr(contains("1 secret stands in clear").and(contains("login.toml")))
        .stderr(contains("heron").not());
}

#[test]
fn a_request_that_is_to_bring_the_token_it_sends_is_told_of() {
    let home = Home::new();
    let login = "name = \"Login\"\nmethod = \"POST\"\nurl = \"http://127.0.0.1:1/\"\n";
    let collection = "name = \"API\"\n\n[auth]\ntype = \"bearer\"\ntoken = \"{{tok}}\"\n\n[tokens.tok]\nrequest = \"login\"\n\
                      value = \"$.t\"\n";
    let postrider = |args: &[&str], login: &str| {
        let mut command = home.with(&[("login", login), ("me", &login.replace("Login", "Me"))]);
        super::write(
            &home.folder.path().join("workspace"),
            "collections/api/collection.toml",
            collection,
        );
        command.args(args).assert()
    };
    let told = || contains("to bring").and(contains("`tok`")).and(contains("inherits"));
    postrider(&["doctor"], login).success().stdout(told());
    for request in ["login", "me"] {
        let path = format!("collections/api/{request}.toml");
        postrider(&["send", &path, "-e", "here"], login).code(1).stderr(told());
    }
    let bare = format!("{login}\n[auth]\ntype = \"none\"\n");
    postrider(&["doctor"], &bare)
        .success()
        .stdout(contains("to bring").not());
    postrider(&["send", "collections/api/login.toml", "-e", "here"], &bare)
        .code(1)
        .stderr(contains("to bring").not());
}

#[test]
fn secrets_in_headers_urls_and_proxies_are_hidden_and_told_with_what_helps() {
    let home = Home::new();
    let plain = "name = \"Plain\"\nurl = \"http://127.0.0.1:1/\"\n";
    let cookie = format!(
        "{plain}\n[[headers]]\nname = \"Cookie\"\nvalue = \"sid=S3CRET-heron; lang=en; x={{{{y}}}}\"\n\n[[headers]]\n\
         name = \"Authorization\"\nvalue = 'Digest username=\"me\", response=\"heron-0f\", opaque=\"x\"'\n"
    );
    let postrider = |args: &[&str]| {
        let mut command = home.with(&[("plain", plain), ("cookie", &cookie)]);
        command.args(args).assert()
    };
    let told = || {
        contains("header `Cookie` `sid`")
            .and(contains("header `Authorization`"))
            .and(contains("put `{{name}}` there"))
            .and(contains("the key `s`").not())
            .and(contains("heron").not())
    };
    postrider(&["doctor"]).success().stdout(told());
    let file = ["-o", "out.json"];
    postrider(&[&["export", "postman", "collections/api"], &file[..]].concat())
        .success()
        .stderr(told());
    // What is not run is in the report all the same.
    let report = ["-r", "json", "--reporter-json-export", "report.json"];
    postrider(&[&["run", "collections/api/plain.toml"], &report[..]].concat()).code(1);
    let report = std::fs::read_to_string(home.folder.path().join("workspace/report.json")).unwrap();
    assert!(report.contains("lang=") && !report.contains("heron"), "{report}");

    let workspace = home.folder.path().join("workspace");
    let imported = home
        .postrider()
        .current_dir(&workspace)
        .args(["import", "out.json", "--yes"])
        .assert()
        .success();
    let imported = String::from_utf8_lossy(&imported.get_output().stdout).into_owned();
    assert!(
        imported.contains("a secret as it is (header `Cookie` `sid`"),
        "{imported}"
    );
    assert!(!imported.contains("heron"), "{imported}");
}
