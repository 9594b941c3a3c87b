//! The program signs in, on the command line and with a browser, and none of what it learns is anywhere but where it belongs.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::server::{Manners, PASSWORD, SECRET, Server};
use super::spellings::spellings;
use super::support::{until, web};

/// What a command has left behind, by a name for it.
type Artefacts = Vec<(String, Vec<u8>)>;

fn workspace(root: &Path, server: &Server) {
    let write = |path: &str, text: String| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let base = server.base();
    let request = |name: &str, grant: &str, client: &str, more: &str| {
        format!(
            "name = \"{name}\"\nmethod = \"GET\"\nurl = \"{base}/api\"\n[auth]\ntype = \"oauth2\"\ngrant_type = \"{grant}\"\n\
             authUrl = \"{base}/auth\"\naccessTokenUrl = \"{base}/token\"\ndeviceAuthorizationUrl = \"{base}/device\"\n\
             clientId = \"{client}\"\nclientSecret = \"{{{{client_secret}}}}\"\nscope = \"openid a\"\n{more}\
             [scripts]\npost-response = '''\nconsole.log('it says', pm.response.text(), pm.request.headers.toString());\n\
             pm.test('greets', () => pm.expect(pm.response.json().hello).to.equal('nobody'));\n'''\n"
        )
    };
    let password = "username = \"jörg\"\npassword = \"{{password}}\"\nclient_authentication = \"body\"\n";
    write("collections/api/collection.toml", "name = \"API\"\n".into());
    for (slug, text) in [
        (
            "code",
            request("Code", "authorization_code_with_pkce", "basic:client", ""),
        ),
        (
            "device",
            request("Device", "device_code", "basic:client", "tokenName = \"other\"\n"),
        ),
        (
            "password",
            request("Password", "password_credentials", "body", password),
        ),
        (
            "proof",
            request(
                "Proof",
                "client_credentials",
                "jwt",
                "client_authentication = \"client_secret_jwt\"\n",
            ),
        ),
    ] {
        write(&format!("collections/api/{slug}.toml"), text);
    }
    let variables =
        "[[variables]]\nkey = \"client_secret\"\nsecret = true\n\n[[variables]]\nkey = \"password\"\nsecret = true\n";
    write("environments/here.toml", format!("name = \"Here\"\n\n{variables}"));
}

/// The program in that workspace, with folders of its own.
fn postrider(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.current_dir(home.join("workspace")).args(args);
    for (variable, folder) in [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(variable, home.join(folder));
    }
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(variable).env_remove(variable.to_uppercase());
    }
    // Whoever starts it reads the address: the test is the browser.
    command.env("BROWSER", "true");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

/// Runs a command; `person` is told each line of what it says to whoever sits there.
async fn run(home: &Path, args: &[&str], artefacts: &mut Artefacts, mut person: impl AsyncFnMut(&str)) -> bool {
    let mut child = postrider(home, args).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        person(&line).await;
        told += &line;
        told.push('\n');
    }
    let output = child.wait_with_output().await.unwrap();
    let name = args.join(" ");
    // The body of `send` is what was asked for; all else is masked.
    if args[0] != "send" {
        artefacts.push((format!("stdout of {name}"), output.stdout));
    }
    artefacts.push((format!("stderr of {name}"), told.into_bytes()));
    output.status.success()
}

/// Every file below a folder.
fn files(folder: &Path, out: &mut Artefacts) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// Where secrets are found, and how they are spelled there.
fn leaks(secrets: &[String], left: &Artefacts) -> Vec<String> {
    let mut found = Vec::new();
    for spelled in secrets.iter().flat_map(|secret| spellings(secret)) {
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, spelled.as_bytes()).is_some();
        let places = left.iter().filter(|(_, bytes)| holds(bytes));
        found.extend(places.map(|(name, _)| format!("`{spelled}` in {name}")));
    }
    found
}

/// A command nobody watches.
async fn unattended(home: &Path, args: &[&str], artefacts: &mut Artefacts) -> bool {
    run(home, args, artefacts, async |_: &str| {}).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_leaves_no_code_verifier_secret_or_token_behind() {
    let server = Server::start(Manners {
        device_lasts: 60.0,
        ..Manners::default()
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let root = home.join("workspace");
    workspace(&root, &server);
    let mut left = Artefacts::new();
    for (key, value) in [("client_secret", SECRET), ("password", PASSWORD)] {
        let mut set = postrider(home, &["env", "set", key, "-", "-e", "here"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = set.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut input, value.as_bytes())
            .await
            .unwrap();
        drop(input);
        assert!(set.wait().await.unwrap().success());
    }
    assert!(unattended(home, &["env", "use", "here"], &mut left).await);

    // In a browser, that comes back with the code to where the program listens.
    let browser = web(reqwest::redirect::Policy::default());
    let signs_in = async |line: &str| {
        if let Some(url) = line.split_whitespace().find(|word| word.contains("/auth?")) {
            let page = browser.get(url).send().await.unwrap();
            assert!(page.url().as_str().contains("code="), "{}", page.url());
        }
    };
    assert!(run(home, &["tokens", "login", "api/code", "--wait"], &mut left, signs_in).await);
    // On another device.
    let approves = async |line: &str| {
        if line.contains("WDJB-MJHT") {
            until("the third question", || (server.asked().len() >= 3).then_some(())).await;
            server.decide("approved");
        }
    };
    assert!(run(home, &["tokens", "login", "api/device", "--wait"], &mut left, approves).await);
    for slug in ["code", "device", "password", "proof"] {
        // The script's test fails, which says what it compared.
        assert!(!unattended(home, &["send", &format!("api/{slug}")], &mut left).await);
    }
    // Refused, so that each is renewed by what it has for that.
    server.revoke();
    let reports = [
        "--reporter-json-export",
        "out/r.json",
        "--reporter-junit-export",
        "out/r.xml",
    ];
    let all = ["run", "collections/api", "--verbose", "-r", "cli,json,junit,html"];
    let html = [
        "--reporter-html-export",
        "out/r.html",
        "--export-collection",
        "out/c.json",
    ];
    unattended(home, &[&all[..], &reports, &html].concat(), &mut left).await;
    for args in [
        &["tokens", "list"][..],
        &["tokens", "list", "--json"],
        &["env", "get", "-e", "here"],
        &["export", "postman", "api", "-o", "out/export.json"],
        &["doctor"],
    ] {
        assert!(unattended(home, args, &mut left).await, "{args:?}");
    }
    let grants = server.asked();
    for grant in [
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:device_code",
        "refresh_token",
        "password",
        "client_credentials",
    ] {
        assert!(grants.iter().any(|asked| asked == grant), "{grant}: {grants:?}");
    }
    assert!(server.let_in() >= 8, "{}", server.let_in());

    let mut written = Artefacts::new();
    files(&home.join("state"), &mut written);
    assert!(written.iter().any(|(name, _)| name.ends_with("state.db")));
    files(&root, &mut written);
    assert!(root.join("out/r.html").is_file() && root.join("out/r.json").is_file());
    left.extend(written);
    let mut secrets = server.secrets();
    assert!(
        secrets.iter().any(|secret| secret.len() >= 43 && !secret.contains('.')),
        "a verifier"
    );
    assert!(secrets.iter().any(|secret| secret.starts_with("rt-")) && secrets.len() > 12);
    secrets.extend([SECRET.to_owned(), PASSWORD.to_owned()]);
    let planted = vec![("a file".to_owned(), format!("x{}x", secrets[0]).into_bytes())];
    assert_eq!(leaks(&secrets, &planted).len(), 1, "it would have been seen");
    let found = leaks(&secrets, &left);
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}
