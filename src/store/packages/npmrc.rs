//! Which registries npm would use: `.npmrc` of the workspace, of the user and of the system, and the environment.
//!
//! The first that says something wins: `npm_config_…` in the environment, the workspace, the user, the system. Of npm's
//! settings these are heeded: `registry`, `@scope:registry`, `//host/path/:_authToken` (and `_auth`, `username` with
//! `_password`), `proxy`, `https-proxy`, `cafile`, `strict-ssl`.
//!
//! A workspace may be a stranger's. When a script alone makes a package be fetched, its `.npmrc` may name registries (what
//! they give is checked) and nothing else: with `${VARIABLE}` it could send the environment anywhere, and with a proxy or
//! without the check of certificates read the user's own token. A command of the user's takes all of it, as npm does.
//!
//! Credentials have a host and no scheme in these files. They go out over `https`, and over plain `http` only to a registry
//! that is named so where they come from: the workspace does not make the user's own token readable on its way.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::model::Secret;
use crate::model::package::{PackageError, Registries};

/// Settings by their names.
type Settings = BTreeMap<String, String>;

/// Reads all of them; `asked` is whether it was the user who asked for packages, and not a script.
pub fn registries(
    workspace: &Path,
    home: Option<&Path>,
    environment: &BTreeMap<String, String>,
    asked: bool,
) -> Result<Registries, PackageError> {
    let mut own = own_settings(environment);
    let mut files = Vec::new();
    files.extend(
        own.get("userconfig")
            .map(PathBuf::from)
            .or(home.map(|home| home.join(".npmrc"))),
    );
    files.extend(
        own.get("globalconfig")
            .map(PathBuf::from)
            .or_else(|| system_file(environment)),
    );
    let mut near = read(&workspace.join(".npmrc"), home, environment)?;
    let plain = read(&workspace.join(".npmrc"), home, &BTreeMap::new())?;
    if !asked {
        near = plain
            .clone()
            .into_iter()
            .filter(|(name, value)| is_harmless(name, value))
            .collect();
    }
    near.retain(|name, _| !own.contains_key(name));
    for file in files {
        for (name, value) in read(&file, home, environment)? {
            own.entry(name).or_insert(value);
        }
    }
    let mut all = own.clone();
    all.extend(near.clone());
    let mut out = understood(&all)?;
    for (place, (header, made_of)) in credentials(&all) {
        // What they take of the environment is the user's.
        let is_open = |name: &String| plain.get(name).is_some_and(|value| !value.contains("${"));
        let is_theirs = made_of.iter().all(|name| near.contains_key(name) && is_open(name));
        let is_plain = plain_hosts(if is_theirs { &all } else { &own }).any(|host| host == host_of(&place));
        let place = format!("{}/", place.trim_end_matches('/'));
        if is_plain {
            out.credentials.insert(format!("http:{place}"), header.clone());
        }
        out.credentials.insert(format!("https:{place}"), header);
    }
    Ok(out)
}

/// `//host/path/` of `//host/path/:_authToken`: the colon behind the path, as a port has one too.
fn place_of(name: &str) -> Option<&str> {
    let (place, _) = name.rsplit_once(':')?;
    place.starts_with("//").then_some(place)
}

/// Host and port of `//host:port/path/`.
fn host_of(place: &str) -> &str {
    place.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Host and port of every registry that is named as one of plain `http`.
fn plain_hosts(settings: &Settings) -> impl Iterator<Item = String> {
    let registries = settings.iter().filter(|(name, _)| is_registry(name));
    let urls = registries.filter_map(|(_, value)| value.parse::<Url>().ok());
    urls.filter(|url| url.scheme() == "http")
        .map(|url| url.authority().rsplit('@').next().unwrap_or_default().to_owned())
}

fn is_registry(name: &str) -> bool {
    name == "registry" || (name.starts_with('@') && name.ends_with(":registry"))
}

/// Whether a stranger may say it: where packages come from, in so many words.
fn is_harmless(name: &str, value: &str) -> bool {
    is_registry(name) && !value.contains("${")
}

/// `npm_config_registry=…`, in any case, underscores for dashes.
fn own_settings(environment: &BTreeMap<String, String>) -> Settings {
    let mut out = Settings::new();
    for (name, value) in environment {
        let is_ours = name
            .get(..11)
            .is_some_and(|start| start.eq_ignore_ascii_case("npm_config_"));
        if !is_ours || value.is_empty() {
            continue;
        }
        let name = &name[11..];
        // Names that begin with a slash or a scope stay as they are: there an underscore means itself.
        let name = if name.starts_with("//") || name.starts_with('@') {
            name.to_owned()
        } else {
            name.to_ascii_lowercase().replace('_', "-")
        };
        out.insert(name, value.clone());
    }
    out
}

/// The file of npm's own folder: `<prefix>/etc/npmrc`, where `<prefix>/bin` holds `node`.
fn system_file(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let bin = std::env::split_paths(environment.get("PATH")?).find(|folder| folder.join("node").is_file())?;
    Some(bin.parent()?.join("etc/npmrc"))
}

fn read(file: &Path, home: Option<&Path>, environment: &BTreeMap<String, String>) -> Result<Settings, PackageError> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Settings::new());
        }
        Err(source) => {
            return Err(PackageError::Io {
                action: "read",
                path: file.to_owned(),
                source,
            });
        }
    };
    let mut out = parse(&text, environment);
    if let Some(path) = out.get_mut("cafile") {
        let below_home = path.strip_prefix("~/").zip(home).map(|(rest, home)| home.join(rest));
        let near = || file.parent().unwrap_or(Path::new("")).join(&*path);
        *path = below_home.unwrap_or_else(near).to_string_lossy().into_owned();
    }
    Ok(out)
}

/// The lines of a file: `name = value`, comments behind `;` and `#`, quotes, `${VARIABLE}`.
fn parse(text: &str, environment: &BTreeMap<String, String>) -> Settings {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with([';', '#', '[']));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| {
            let value = value.trim();
            let quoted = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
            (
                expand(name.trim(), environment),
                expand(quoted.unwrap_or(value), environment),
            )
        })
        .collect()
}

/// Puts variables in; one that is not set stays as it is written, or is nothing when it ends in `?`.
fn expand(text: &str, environment: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest.split_once("${").and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        out.push_str(before);
        let plain = name.strip_suffix('?');
        match environment.get(plain.unwrap_or(name)) {
            Some(value) => out.push_str(value),
            None if plain.is_some() => {}
            None => out.extend(["${", name, "}"]),
        }
        rest = after;
    }
    out + rest
}

/// A registry's URL with a slash at its end.
fn registry(name: &str, text: &str) -> Result<Url, PackageError> {
    let url: Option<Url> = text.parse().ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = url.ok_or_else(|| PackageError::File {
        path: ".npmrc".into(),
        // The value may hold a password.
        why: format!("`{name}` is no `http` or `https` URL"),
    })?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn understood(settings: &Settings) -> Result<Registries, PackageError> {
    let mut out = Registries::default();
    for (name, value) in settings.iter().filter(|(_, value)| !value.is_empty()) {
        if name == "registry" {
            out.registry = registry(name, value)?.into();
        } else if let Some(scope) = name.strip_suffix(":registry").filter(|scope| scope.starts_with('@')) {
            out.scopes.insert(scope.to_owned(), registry(name, value)?.into());
        }
    }
    let get = |name: &str| {
        settings
            .get(name)
            .filter(|value| !matches!(value.as_str(), "" | "null" | "false"))
    };
    out.proxy = get("https-proxy").or_else(|| get("proxy")).cloned();
    out.ca_file = get("cafile").map(PathBuf::from);
    out.strict_ssl = settings.get("strict-ssl").is_none_or(|value| value != "false");
    Ok(out)
}

/// What authorizes, by the places it is for, with the names of what it is made of.
fn credentials(settings: &Settings) -> BTreeMap<String, (Secret, Vec<String>)> {
    let mut out = BTreeMap::new();
    for name in settings.keys() {
        let Some((place, kind)) = place_of(name).zip(name.rsplit(':').next()) else {
            continue;
        };
        let named = |kind: &str| format!("{place}:{kind}");
        let get = |kind: &str| settings.get(&named(kind)).map(String::as_str);
        let header = match kind {
            "_authToken" => get(kind).map(|token| format!("Bearer {token}")),
            "_auth" => get(kind).map(|both| format!("Basic {both}")),
            "_password" => get("username").zip(get(kind)).and_then(|(user, password)| {
                let password = String::from_utf8(STANDARD.decode(password).ok()?).ok()?;
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }),
            _ => None,
        };
        if let Some(header) = header {
            let made_of = match kind {
                "_password" => vec![named("username"), named(kind)],
                _ => vec![named(kind)],
            };
            out.entry(place.to_owned())
                .or_insert_with(|| (Secret::new(header), made_of));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn of(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Registries, PackageError> {
        of_asked(files, environment, true)
    }

    fn of_asked(files: &[(&str, &str)], environment: &[(&str, &str)], asked: bool) -> Result<Registries, PackageError> {
        let folder = tempfile::tempdir().unwrap();
        for part in ["workspace", "home"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        for (file, text) in files {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        registries(
            &folder.path().join("workspace"),
            Some(&folder.path().join("home")),
            &environment,
            asked,
        )
    }

    #[test]
    fn a_strangers_workspace_names_registries_and_nothing_else_until_the_user_asks() {
        let theirs = "registry=https://theirs.test/\n@a:registry=https://${HOME}.theirs.test/\n//theirs.test/:_authToken=${TOKEN}\n\
                      proxy=http://theirs.test:81\nstrict-ssl=false\ncafile=ca.pem\n//user.test/:_authToken=mine\n";
        let files = [
            ("home/.npmrc", "//user.test/:_authToken=users"),
            ("workspace/.npmrc", theirs),
        ];
        let environment = [("TOKEN", "s3cret"), ("HOME", "me")];
        let quiet = of_asked(&files, &environment, false).unwrap();
        assert_eq!(quiet.registry, "https://theirs.test/");
        assert_eq!(quiet.of("@a/b"), "https://theirs.test/");
        assert!(quiet.authorization("https://theirs.test/x").is_none());
        assert_eq!(
            quiet.authorization("https://user.test/x").unwrap().reveal(),
            "Bearer users"
        );
        assert!(quiet.strict_ssl && quiet.proxy.is_none() && quiet.ca_file.is_none());
        let asked = of_asked(&files, &environment, true).unwrap();
        assert_eq!(
            asked.authorization("https://theirs.test/x").unwrap().reveal(),
            "Bearer s3cret"
        );
        assert!(!asked.strict_ssl && asked.proxy.is_some());
    }

    const USER: &str = "; mine\nregistry = https://user.test\n//user.test/:_authToken=${TOKEN}\n@own:registry=\"https://own.test:8443/npm\"\nstrict-ssl=false\ncafile=ca.pem\n";

    #[test]
    fn nothing_said_is_the_public_registry() {
        let registries = of(&[], &[]).unwrap();
        assert_eq!(registries.registry, "https://registry.npmjs.org/");
        assert!(registries.strict_ssl && registries.credentials.is_empty());
    }

    #[test]
    fn the_environment_is_before_the_workspace_and_that_before_the_user() {
        let user = ("home/.npmrc", USER);
        let own = ("workspace/.npmrc", "registry=http://own.test/x");
        let registry = |files: &[(&str, &str)], environment: &[(&str, &str)]| of(files, environment).unwrap().registry;
        assert_eq!(registry(&[user], &[]), "https://user.test/");
        assert_eq!(registry(&[user, own], &[]), "http://own.test/x/");
        for name in ["npm_config_registry", "NPM_CONFIG_REGISTRY"] {
            assert_eq!(
                registry(&[user, own], &[(name, "https://env.test/")]),
                "https://env.test/"
            );
        }
    }

    #[test]
    fn scopes_tokens_and_the_rest_are_read() {
        let registries = of(&[("home/.npmrc", USER)], &[("TOKEN", "s3cret")]).unwrap();
        assert_eq!(registries.of("@own/x"), "https://own.test:8443/npm/");
        let header = registries.authorization("https://user.test/x/-/x.tgz").unwrap();
        assert_eq!(header.reveal(), "Bearer s3cret");
        assert!(!registries.strict_ssl);
        assert!(registries.ca_file.as_ref().unwrap().ends_with("home/ca.pem"));
        assert!(!format!("{registries:?}").contains("s3cret"));
        let basic = "//a.test:81/n/:username=me\n//a.test:81/n/:_password=cHc=\n//b.test/:_auth=YTpi";
        let registries = of(&[("workspace/.npmrc", basic)], &[]).unwrap();
        let header = |url: &str| registries.authorization(url).unwrap().reveal().to_owned();
        assert_eq!(header("https://a.test:81/n/x"), "Basic bWU6cHc=");
        assert_eq!(header("https://b.test/x"), "Basic YTpi");
    }

    #[test]
    fn credentials_go_over_plain_http_only_where_those_who_gave_them_say_so() {
        let user = ("home/.npmrc", "registry=https://h.test/\n//h.test/:_authToken=users");
        let theirs = ("workspace/.npmrc", "registry=http://h.test/");
        for asked in [false, true] {
            let registries = of_asked(&[user, theirs], &[], asked).unwrap();
            assert_eq!(registries.registry, "http://h.test/");
            assert!(registries.authorization("http://h.test/x").is_none());
            assert!(registries.authorization("https://h.test/x").is_some());
        }
        let plain = (
            "home/.npmrc",
            "@a:registry=http://h.test:81/n\n//h.test:81/n/:_authToken=users",
        );
        let registries = of_asked(&[plain, theirs], &[], false).unwrap();
        assert!(registries.authorization("http://h.test:81/n/x").is_some());
        assert!(registries.authorization("http://h.test/n/x").is_none());
        // What else the workspace says of that place makes the user's token none of its own; half a password neither.
        let beside = ("workspace/.npmrc", "registry=http://h.test/\n//h.test/:email=x@y.test");
        let registries = of(&[user, beside], &[]).unwrap();
        assert!(registries.authorization("http://h.test/x").is_none());
        let password = ("home/.npmrc", "//h.test/:username=me\n//h.test/:_password=cHc=");
        let half = ("workspace/.npmrc", "registry=http://h.test/\n//h.test/:username=them");
        let registries = of(&[password, half], &[]).unwrap();
        assert!(registries.authorization("http://h.test/x").is_none());
        let taken = (
            "workspace/.npmrc",
            "registry=http://h.test/\n//h.test/:_authToken=${TOKEN}",
        );
        let registries = of(&[taken], &[("TOKEN", "s3cret")]).unwrap();
        assert!(registries.authorization("http://h.test/x").is_none());
        assert!(registries.authorization("https://h.test/x").is_some());
        let own = (
            "workspace/.npmrc",
            "registry=http://h.test/\n//h.test/:_authToken=theirs",
        );
        let registries = of(&[user, own], &[]).unwrap();
        assert_eq!(
            registries.authorization("http://h.test/x").unwrap().reveal(),
            "Bearer theirs"
        );
    }

    #[test]
    fn a_registry_that_is_no_url_is_refused_without_showing_it() {
        for bad in ["ftp://u:hunter2@x", "hunter2"] {
            let error = of(&[("workspace/.npmrc", &format!("registry={bad}"))], &[]).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn variables_that_are_not_set_stay() {
        let environment = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(expand("x${A}y${B}z${C?}${", &environment), "x1y${B}z${");
    }
}
