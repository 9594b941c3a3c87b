//! A day of use with many secrets, after which none of them is anywhere but where it belongs.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::spellings::spellings;
use super::{Home, scripted, write};

/// What is secret in this day, by where it is used.
const SECRETS: [(&str, &str); 18] = [
    ("password", "pa/ss+w\u{f6}rd&4711=%\"heron"),
    ("bearer", "bearer.token-aXbYcZ-0123456789"),
    ("api_key", "key/of+the&api?0815"),
    ("form_value", "form <value> 'quoted' 2468"),
    ("oauth_secret", "oauth-client+secret/1357"),
    ("from_script", "made-by-a-script-97531"),
    ("vault", "vault+secret/of\\mine-864"),
    ("env", "of-the-environment-75319"),
    ("program", "printed-by-a-program-4242"),
    ("proxy", "proxy-passw0rd-1122"),
    ("cookie", "cookieSessionId334455"),
    ("passphrase", "client-key-passphrase-667"),
    ("url_password", "url-user-info-998877"),
    ("foreign", "S\u{e4}mtliche-\"V\u{f6}gel\"-4711-heron"),
    (
        "pem",
        "-----BEGIN HERON KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQDheronheron\n-----END HERON KEY-----",
    ),
    ("encoded", "h%65ron%2Fpass%20w0rd+31415"),
    (
        "hook",
        "http://hooks.example/services/T0HeronHook/B0HeronHook/XyzHookTok99?sig=HeronSig0815%2Babcd",
    ),
    ("short_hook", "https://hooks.example/T00Hern/B00Hern/xyz9?token=abc"),
];

/// Those that stand in the environment and are typed in.
const TYPED: [&str; 10] = [
    "password",
    "bearer",
    "api_key",
    "form_value",
    "oauth_secret",
    "foreign",
    "pem",
    "encoded",
    "hook",
    "short_hook",
];

fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(own, _)| *own == name).unwrap().1
}

/// What tells a secret that is a URL by itself, where a URL was taken apart.
fn parts_of(secret: &str) -> impl Iterator<Item = String> {
    let (path, query) = secret.split_once('?').unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let value = query.split_once('=').map(|(_, value)| value).unwrap_or_default();
    // Too short to tell anything by itself.
    let parts = [last, value].into_iter().filter(|part| part.len() > 8);
    let parts: Vec<String> = parts.map(str::to_owned).chain(path_of(secret)).collect();
    parts.into_iter()
}

/// What servers tell of a request to a URL: its path.
fn path_of(secret: &str) -> Option<String> {
    let (_, path) = secret.split_once("://")?.1.split_once('/')?;
    Some(format!("/{}", path.split('?').next()?))
}

/// Where secrets are found, and which.
fn leaks(artefacts: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut out = Vec::new();
    for (name, bytes) in artefacts {
        for (what, secret) in SECRETS {
            let parts = Some(secret).filter(|secret| secret.contains("://"));
            for spelled in spellings(secret)
                .into_iter()
                .chain(parts.into_iter().flat_map(parts_of))
            {
                if memchr::memmem::find(bytes, spelled.as_bytes()).is_some() {
                    out.push(format!("{what} as `{spelled}` in {name}"));
                }
            }
        }
    }
    out
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut todo = vec![folder.to_owned()];
    let mut out = Vec::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                out.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    out
}

/// A request with this auth and body.
fn request(name: &str, rest: &str) -> String {
    format!("name = \"{name}\"\nmethod = \"POST\"\n{rest}\n")
}

#[expect(clippy::too_many_lines, reason = "one request after the other")]
fn workspace(home: &Home, proxy: &str, parrot: &str) {
    let echo = "url = \"{{base_url}}/demo/echo?q={{password}}\"";
    let says = "console.log('all of it:', pm.environment.get('password'), pm.response.text(), btoa('x' + \
                pm.environment.get('api_key')));\npm.test('fails with ' + pm.environment.get('bearer'), () => \
                pm.expect(pm.response.text()).to.equal(pm.environment.get('form_value')));";
    let vault = "const v = await pm.vault.get('mine'); console.log('vault', v); pm.request.headers.add({ key: 'X-V', \
                 value: encodeURIComponent(v) }); pm.environment.set('from_script', 'made-by-' + 'a-script-97531');\
                 pm.sendRequest(pm.environment.get('base_url') + '/demo/echo?k=' + pm.environment.get('api_key'), \
                 (e, r) => console.log(r.json()));";
    let repeats = "console.log(pm.response.text()); console.log(pm.response.json(), pm.response.headers.toObject());\n\
                   const all = ['password', 'foreign', 'pem'].map(key => pm.environment.get(key));\n\
                   console.log(btoa(all[1]), all, { pem: all[2] }, JSON.stringify(JSON.stringify({ all })));\n\
                   pm.environment.set('made', 'Bearer ' + pm.environment.get('bearer'));\n\
                   pm.test('repeats', () => pm.expect(pm.response.text()).to.equal(all.join(' ')));";
    let requests = [
        (
            "basic",
            request(
                "Basic",
                &format!(
                    "{echo}\n[auth]\ntype = \"basic\"\nusername = \"u\"\npassword = \"{{{{password}}}}\"\n[scripts]\npost-response = '''\n{says}\n'''"
                ),
            ),
        ),
        (
            "bearer",
            request(
                "Bearer",
                &format!("{echo}\n[auth]\ntype = \"bearer\"\ntoken = \"{{{{bearer}}}}\""),
            ),
        ),
        (
            "apikey",
            request(
                "Key",
                &format!("{echo}\n[auth]\ntype = \"apikey\"\nkey = \"k\"\nvalue = \"{{{{api_key}}}}\"\nin = \"query\""),
            ),
        ),
        (
            "form",
            request(
                "Form",
                &format!(
                    "{echo}\n[body]\ntype = \"form\"\nfields = [{{ name = \"f\", value = \"{{{{form_value}}}}\" }}]"
                ),
            ),
        ),
        (
            "json",
            request(
                "JSON",
                &format!(
                    "{echo}\n[body]\ntype = \"json\"\ntext = '{{\"p\":\"{{{{password}}}}\",\"b\":\"{{{{bearer}}}}\"}}'"
                ),
            ),
        ),
        (
            "oauth",
            request(
                "OAuth",
                &format!(
                    "{echo}\n[auth]\ntype = \"oauth2\"\ngrant_type = \"client_credentials\"\naccessTokenUrl = \"{{{{base_url}}}}/demo/echo\"\nclientId = \"me\"\nclientSecret = \"{{{{oauth_secret}}}}\""
                ),
            ),
        ),
        (
            "outside",
            request(
                "Outside",
                "url = \"{{base_url}}/demo/echo?e={{$env DAY_SECRET}}&p={{program}}\"",
            ),
        ),
        (
            "proxy",
            request(
                "Proxy",
                &format!(
                    "url = \"http://nowhere.example/?q={{{{api_key}}}}\"\n[settings]\nproxy = \"http://me:proxy-passw0rd-1122@{proxy}\""
                ),
            ),
        ),
        (
            "cookies",
            request(
                "Cookies",
                "url = \"{{base_url}}/demo/cookies/set?session=cookieSessionId334455\"",
            ),
        ),
        (
            "userinfo",
            request("User info", "url = \"http://me:url-user-info-998877@127.0.0.1:1/\""),
        ),
        ("script", scripted("Script", vault, "console.log(pm.response.text())")),
        (
            "more",
            request(
                "More",
                "url = \"{{base_url}}/demo/echo?q={{encoded}}&p={{pem}}\"\nheaders = [{ name = \"X-Foreign\", value = \"{{foreign}}\" }]\n\
                 [body]\ntype = \"text\"\ntext = \"{{pem}}\"\n[scripts]\npost-response = '''\nconsole.log(pm.response.json())\n'''",
            ),
        ),
        (
            "hook",
            request(
                "Hook",
                &format!("url = \"{{{{hook}}}}&more=1\"\n[settings]\nproxy = \"http://{proxy}\""),
            ),
        ),
        (
            "parrot",
            request(
                "Parrot",
                &format!("url = \"http://{parrot}/\"\n[scripts]\npost-response = '''\n{repeats}\n'''"),
            ),
        ),
    ];
    let requests: Vec<(&str, &str)> = requests.iter().map(|(slug, text)| (*slug, text.as_str())).collect();
    // Some hold the secret itself, which an export rightly has as well.
    let (literal, own): (Vec<_>, Vec<_>) = requests
        .into_iter()
        .partition(|(slug, _)| ["proxy", "cookies", "userinfo"].contains(slug));
    home.with(&own);
    let root = home.folder.path().join("workspace");
    write(&root, "collections/literal/collection.toml", "name = \"Literal\"\n");
    for (slug, text) in literal {
        write(&root, &format!("collections/literal/{slug}.toml"), text);
    }
    let row = |key: &str| format!("[[variables]]\nkey = \"{key}\"\nsecret = true\n\n");
    let named: String = TYPED.into_iter().chain(["from_script"]).map(row).collect();
    let program = "[[variables]]\nkey = \"program\"\nsource = { command = [\"printf\", \"printed-by-%s\", \"a-program-4242\"] }\n";
    write(
        &root,
        "environments/here.toml",
        &format!("name = \"Here\"\n\n{named}{program}"),
    );
}

/// A proxy that says all it was told, in its status line, a header and its body; with what that was.
fn talkative_proxy() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::<Mutex<String>>::default();
    let notes = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut piece = [0; 1024];
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(n) => head.extend_from_slice(&piece[..n]),
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            notes.lock().unwrap().push_str(&head);
            let told = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: "));
            let told = told.unwrap_or("nothing");
            let length = head.len();
            let _closed = write!(
                stream,
                "HTTP/1.1 203 {told}\r\nX-Told: {told}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{head}"
            );
        }
    });
    (address, asked)
}

/// A server that says every secret in every spelling, in headers and in its body, whoever asks.
fn parrot() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let all = |secret: &str| spellings(secret).into_iter().chain(path_of(secret)).collect();
    let said: Vec<Vec<String>> = TYPED.iter().map(|name| all(secret(name))).collect();
    let body = serde_json::to_string(&said).unwrap();
    let mut head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n".to_vec();
    for (at, said) in said.iter().enumerate() {
        let said = said.iter().filter(|said| !said.contains(['\r', '\n']));
        let said: Vec<&str> = said.map(String::as_str).collect();
        head.extend(format!("X-Said-{at}: {}\r\n", said.join(" | ")).into_bytes());
    }
    head.extend(b"X-Latin: ");
    head.extend(secret("foreign").chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
    head.extend(format!("\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes());
    let answer = [head, body.into_bytes()].concat();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut asked, mut piece) = (Vec::new(), [0; 1024]);
            while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(n) => asked.extend_from_slice(&piece[..n]),
                }
            }
            let _closed = stream.write_all(&answer);
        }
    });
    address
}

const REPORTS: [&str; 8] = [
    "-r",
    "cli,json,junit,html",
    "--reporter-json-export",
    "out/r.json",
    "--reporter-junit-export",
    "out/r.xml",
    "--reporter-html-export",
    "out/r.html",
];
const EXPORT: [&str; 2] = ["--export-collection", "out/collection.json"];

#[cfg(unix)]
#[test]
#[expect(clippy::too_many_lines, reason = "one command after the other")]
fn after_a_day_of_use_no_secret_is_where_it_does_not_belong() {
    let home = Home::new();
    let (proxy, asked) = talkative_proxy();
    let parrot = parrot();
    workspace(&home, &proxy, &parrot);
    let root = home.folder.path().join("workspace");
    // What the user has written into files is the user's own business.
    let written: Vec<(String, Vec<u8>)> = files(&root);
    let mut artefacts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut postrider = |args: &[&str], input: &str, data: bool| {
        let mut command = home.postrider();
        command
            .current_dir(&root)
            .env("DAY_SECRET", secret("env"))
            .args(args)
            .write_stdin(input);
        let output = command.output().unwrap();
        let name = args.join(" ");
        artefacts.push((format!("stderr of {name}"), output.stderr));
        if !data {
            artefacts.push((format!("stdout of {name}"), output.stdout));
        }
    };
    for key in TYPED {
        postrider(&["env", "set", key, "-", "-e", "here"], secret(key), false);
    }
    postrider(&["env", "use", "here"], "", false);
    postrider(&["vault", "set", "mine", "-"], secret("vault"), false);
    let allow = ["--allow-vault", "--allow-env", "--allow-command", "--demo"];
    for slug in [
        "basic", "bearer", "apikey", "form", "json", "oauth", "outside", "proxy", "cookies", "userinfo", "script",
        "more", "hook", "parrot",
    ] {
        let literal = ["proxy", "cookies", "userinfo"].contains(&slug);
        let target = format!("{}/{slug}", if literal { "literal" } else { "api" });
        // The body is what was asked for; all else is masked.
        postrider(&[&["send", &target][..], &allow].concat(), "", true);
    }
    postrider(
        &[&["run", "collections/api", "--verbose"][..], &allow, &REPORTS, &EXPORT].concat(),
        "",
        false,
    );
    let reports = REPORTS.map(|word| word.replace("out/", "out/literal-"));
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    postrider(
        &[&["run", "collections/literal", "--verbose"][..], &allow, &reports].concat(),
        "",
        false,
    );
    postrider(
        &[&["run", "collections/api", "-n", "2", "--parallel", "2"][..], &allow].concat(),
        "",
        false,
    );
    let key = [
        "--ssl-client-cert",
        "none.pem",
        "--ssl-client-passphrase",
        secret("passphrase"),
    ];
    postrider(&[&["run", "collections/api/basic"][..], &key].concat(), "", false);
    postrider(&["export", "postman", "api", "-o", "out/export.json"], "", false);
    postrider(&["export", "postman", "here", "-o", "out/environment.json"], "", false);
    postrider(&["export", "postman", "--v3", "api", "-o", "out/v3"], "", false);
    postrider(&["export", "postman", "globals", "-o", "out/globals.json"], "", false);
    for slug in ["basic", "script", "more", "hook", "parrot"] {
        postrider(
            &[&["send", &format!("api/{slug}"), "--verbose"][..], &allow].concat(),
            "",
            true,
        );
    }
    postrider(&["env", "list"], "", false);
    postrider(&["tokens", "list"], "", false);
    postrider(&["env", "get", "-e", "here"], "", false);
    // A row that has another name by now, and one that is gone, leave what they held where nobody sees it.
    let file = root.join("environments/here.toml");
    let here = fs::read_to_string(&file).unwrap();
    let renamed = here.replace("\"bearer\"\nsecret = true", "\"carrier\"");
    fs::write(
        &file,
        renamed.replace("[[variables]]\nkey = \"hook\"\nsecret = true\n", ""),
    )
    .unwrap();
    for command in [
        &["env", "list"][..],
        &["env", "get", "-e", "here"],
        &["export", "postman", "here"],
    ] {
        postrider(command, "", false);
    }
    fs::write(&file, here).unwrap();
    postrider(&["vault", "list"], "", false);
    postrider(&["doctor"], "", false);
    postrider(&["secrets", "status"], "", false);

    assert!(files(&root.join("out")).len() >= 9, "all reports were written");
    assert!(root.join("out/v3").is_dir() && root.join("out/globals.json").is_file());
    let credentials = STANDARD_NO_PAD.encode(format!("me:{}", secret("proxy")));
    assert!(asked.lock().unwrap().contains(&credentials), "the proxy was told");
    artefacts.extend(files(&home.folder.path().join("state")));
    artefacts.extend(
        files(&home.folder.path().join("home"))
            .into_iter()
            .filter(|(path, _)| !path.contains("/.cache/")),
    );
    let same = |file: &(String, Vec<u8>)| !written.contains(file);
    artefacts.extend(files(&root).into_iter().filter(same));
    let found = leaks(&artefacts);
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));

    // It would have been noticed, however it was spelled.
    for (name, secret) in SECRETS {
        for spelled in [secret.to_owned(), STANDARD_NO_PAD.encode(format!("u:{secret}"))] {
            let planted = vec![("a file".to_owned(), format!("before {spelled} behind").into_bytes())];
            assert!(!leaks(&planted).is_empty(), "{name}");
        }
    }
}
