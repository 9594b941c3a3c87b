//! What settings files may say, and what not.

use super::*;

#[test]
fn files_fill_what_the_command_line_leaves_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let files = [
        file(
            "a",
            r#"{"run": {"iterationCount": 3, "bail": true, "reporters": ["cli", "json"]}}"#,
        ),
        folder.path().join("none"),
        file(
            "b",
            r#"{"iterationCount": 4, "insecure": true, "envVar": [{"key": "a", "value": 1}],
                "reporter": {"json": {"export": "o"}}, "somethingElse": 1}"#,
        ),
    ];
    let given = Cli::command()
        .try_get_matches_from(["p", "run", "c", "--bail=folder"])
        .expect("parses");
    let mut reporters = ReporterOptions::new();
    let run = given.subcommand_matches("run").expect("run");
    let mut warnings = Vec::new();
    let got = from_files(&files, run, &mut reporters, &mut warnings, &mut Inline::default())
        .unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(
        got,
        [
            "--iteration-count=4",
            "--reporters=cli,json",
            "--insecure",
            "--env-var=a=1"
        ]
    );
    assert_eq!(reporters.get("json-export"), Some(&Some("o".to_owned())));
    let broken = [file("c", "{")];
    assert!(from_files(&broken, run, &mut reporters, &mut warnings, &mut Inline::default()).is_err());
    let folder = [folder.path().to_owned()];
    assert!(from_files(&folder, run, &mut reporters, &mut warnings, &mut Inline::default()).is_err());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("`somethingElse`") && warnings[0].contains("`run` has no such option"));
}

#[test]
fn a_file_may_hold_what_it_would_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rc");
    let text = r#"{"environment": {"name": "e", "values": [{"key": "a", "value": "1"}]},
        "globals": [{"key": "g", "value": "2"}], "iterationData": [{"n": 1}], "iterationCount": "2"}"#;
    std::fs::write(&path, text).expect("written");
    let read = |arguments: &[&str]| {
        let given = Cli::command().try_get_matches_from(arguments).expect("parses");
        let run = given.subcommand_matches("run").expect("run");
        let (mut warnings, mut inline) = (Vec::new(), Inline::default());
        let (files, reporters) = (std::slice::from_ref(&path), &mut ReporterOptions::new());
        let out = from_files(files, run, reporters, &mut warnings, &mut inline);
        assert_eq!(out.unwrap_or_else(|error| panic!("{error:?}")), Vec::<String>::new());
        // A text is no number of iterations.
        assert!(
            warnings.len() == 1 && warnings[0].contains("`iterationCount`"),
            "{warnings:?}"
        );
        let shown = |text: Option<Secret>| text.map(|text| text.reveal().to_owned()).unwrap_or_default();
        [inline.environment, inline.globals, inline.iteration_data].map(shown)
    };
    let environment = r#"{"name":"e","values":[{"key":"a","value":"1"}]}"#;
    let globals = r#"{"name":"","values":[{"key":"g","value":"2"}]}"#;
    assert_eq!(read(&["p", "run", "c"]), [environment, globals, r#"[{"n":1}]"#]);
    // What the command line names counts.
    assert_eq!(read(&["p", "run", "c", "-e", "f", "-d", "d"]), ["", globals, ""]);
}

#[test]
fn a_scope_whose_values_are_no_list_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rc");
    let told = |text: &str| {
        std::fs::write(&path, text).expect("written");
        let given = Cli::command().try_get_matches_from(["p", "run", "c"]).expect("parses");
        let run = given.subcommand_matches("run").expect("run");
        let (mut warnings, mut inline) = (Vec::new(), Inline::default());
        let (files, reporters) = (std::slice::from_ref(&path), &mut ReporterOptions::new());
        from_files(files, run, reporters, &mut warnings, &mut inline).unwrap_or_else(|error| panic!("{error:?}"));
        warnings
    };
    for text in [
        r#"{"environment": {"name": "e", "values": {"a": "1"}}}"#,
        r#"{"environment": {"a": "1"}}"#,
    ] {
        let told = told(text);
        assert!(told.len() == 1 && told[0].starts_with("`environment` in `"), "{told:?}");
    }
    let told = told(r#"{"environment": {"values": []}, "globals": [], "iterationData": {"n": 1}}"#);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_file_gives_nobodys_consent() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rc");
    let given = Cli::command().try_get_matches_from(["p", "run", "c"]).expect("parses");
    let run = given.subcommand_matches("run").expect("run");
    let read = |text: String| {
        std::fs::write(&path, text).expect("written");
        let (mut reporters, mut warnings) = (ReporterOptions::new(), Vec::new());
        let out = from_files(
            std::slice::from_ref(&path),
            run,
            &mut reporters,
            &mut warnings,
            &mut Inline::default(),
        );
        (out.unwrap_or_else(|error| panic!("{error:?}")), warnings)
    };
    let mut command = Cli::command();
    command.build();
    let command = command.find_subcommand("run").expect("run");
    let ours = command.get_arguments().filter_map(clap::Arg::get_long);
    let ours: Vec<&str> = ours.filter(|name| !NEWMANS.contains(name)).collect();
    for name in NEWMANS
        .iter()
        .filter(|name| !["reporter", "insecure-file-read"].contains(name))
    {
        let known = command.get_arguments().any(|arg| arg.get_long() == Some(name));
        assert!(known || *name == "color", "{name}");
    }
    for name in [
        "allow-command",
        "allow-env",
        "allow-file",
        "allow-ticket",
        "allow-vault",
        "netrc",
    ] {
        assert!(ours.contains(&name), "{name}");
    }
    for name in ours
        .into_iter()
        .chain(["workspace", "paths", "allowCommand", "allowEnv", "allow_file"])
    {
        for value in ["true", "\"x\"", "[true]"] {
            let (out, warnings) = read(format!("{{\"{name}\": {value}}}"));
            assert!(out.is_empty() && warnings.len() == 1, "{name}: {out:?} {warnings:?}");
        }
    }
    let (out, warnings) = read(r#"{"folder": "Deep"}"#.to_owned());
    assert!(
        out.is_empty() && warnings[0].contains("a list of names"),
        "{warnings:?}"
    );
    for (wrong, told) in [
        (r#"{"timeout": "abc"}"#, "`timeout` in `"),
        (r#"{"verbose": 1}"#, "unexpected value '1' for '--verbose'"),
    ] {
        let (out, warnings) = read(wrong.to_owned());
        assert!(out.is_empty() && warnings[0].contains(told), "{warnings:?}");
    }
    assert_eq!(
        read(r#"{"insecureFileRead": false}"#.to_owned()).0,
        ["--no-insecure-file-read"]
    );
    assert!(read(r#"{"insecureFileRead": true}"#.to_owned()).0.is_empty());
    // Nothing is said by it, as in newman.
    for nothing in [
        r#"{"reporter": null}"#,
        r#"{"reporter": {"json": null}}"#,
        r#"{"reporter": {"json": {"export": null}}}"#,
        r#"{"reporters": null}"#,
    ] {
        assert_eq!(read(nothing.to_owned()), (Vec::new(), Vec::new()), "{nothing}");
    }
    for (wrong, named) in [
        (r#"{"reporter": "junit"}"#, "`reporter` in `"),
        (r#"{"reporter": ["junit"]}"#, "`reporter` in `"),
        (
            r#"{"reporter": {"junit": "a.xml", "json": {}}}"#,
            "`reporter.junit` in `",
        ),
        (r#"{"reporters": {"junit": {}}}"#, "`reporters` in `"),
    ] {
        let (out, warnings) = read(wrong.to_owned());
        assert!(
            out.is_empty() && warnings.len() == 1 && warnings[0].starts_with(named),
            "{wrong}: {warnings:?}"
        );
    }
    let both = r#"{"insecureFileRead": false, "noInsecureFileRead": true}"#;
    assert_eq!(read(both.to_owned()).0, ["--no-insecure-file-read"]);
    let (out, _) = read(r#"{"envVar": "--allow-command=x", "bail": "folder", "folder": ["--allow-env"]}"#.to_owned());
    assert_eq!(
        out,
        ["--env-var=--allow-command=x", "--bail=folder", "--folder=--allow-env"]
    );
}

#[test]
fn a_folders_settings_write_only_below_it() {
    let writes = |file: &str, path: Value| stays_here(Path::new(file), &path);
    for path in ["out.json", "none/yet/out.json", "src/out.json", "./out.json"] {
        assert!(writes(".newmanrc", path.into()), "{path}");
    }
    let absolute = std::env::current_dir().expect("a folder").join("out.json");
    assert!(writes(".newmanrc", absolute.to_string_lossy().into()) && writes(".newmanrc", true.into()));
    let outside = tempfile::tempdir().expect("a folder").path().join("out.json");
    let outside = outside.to_string_lossy().into_owned();
    for path in ["../out.json", "none/../../out.json", "/out.json", &outside] {
        assert!(!writes(".newmanrc", path.into()), "{path}");
        assert!(!writes(".newmanrc", serde_json::json!([path])), "{path}");
        assert!(!writes(".newmanrc", serde_json::json!({ "key": path })), "{path}");
        assert!(writes("/etc/postman/newmanrc", path.into()), "{path}");
    }
    assert!(!stays_here(Path::new(".newmanrc"), &serde_json::json!(["/"])));
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let list = folder.path().join("certificates.json");
    let list_of = |key: &str| {
        let entry = serde_json::json!([{ "cert": { "src": "cert.pem" }, "key": { "src": key } }]);
        std::fs::write(&list, entry.to_string()).expect("written");
        list.to_string_lossy().into_owned().into()
    };
    assert!(lists_from_here(Path::new(".newmanrc"), &list_of("keys/my.key")));
    assert!(!lists_from_here(Path::new(".newmanrc"), &list_of("/etc/my.key")));
    assert!(lists_from_here(
        Path::new("/etc/postman/newmanrc"),
        &list_of("/etc/my.key")
    ));
    let mut options = serde_json::json!({ "json": { "export": "/o", "x": 1 }, "html": { "export": "o" } });
    assert_eq!(without_exports(Path::new(".newmanrc"), &mut options), ["json-export"]);
    assert_eq!(
        options,
        serde_json::json!({ "json": { "x": 1 }, "html": { "export": "o" } })
    );
}

#[test]
fn only_the_users_own_settings_lead_out_of_the_folder() {
    let is = |file: &str, folder: &str| stays_here(Path::new(file), &folder.into());
    assert!(is("/etc/postman/newmanrc", "/") && is(".newmanrc", "src") && is(".newmanrc", "."));
    assert!(!is(".newmanrc", "/") && !is(".newmanrc", "..") && !is(".newmanrc", "src/../../"));
}
