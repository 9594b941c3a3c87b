//! Values from outside: programs, questions, and who waits for whom.

use super::*;

async fn runs(argv: &[&str]) -> Result<String, String> {
    let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
    let printed = run(&argv, Path::new("")).await;
    let told = |error: SendError| [&[error.message], &error.causes[..]].concat().join(" because: ");
    printed.map(|secret| secret.reveal().to_owned()).map_err(told)
}

#[tokio::test]
async fn a_program_is_run_without_a_shell() {
    assert_eq!(
        runs(&["printf", "%s\\n", "$HOME; echo"]).await,
        Ok("$HOME; echo".to_owned())
    );
    assert_eq!(runs(&["echo"]).await, Err("`echo` printed nothing".to_owned()));
    assert_eq!(runs(&[]).await, Err("its command is empty".to_owned()));
    let none = runs(&["no-such-program-of-any-name"]).await;
    assert!(none.is_err_and(|why| why.contains("cannot be run")));
    let failed = runs(&["ls", "/no/such/folder"]).await;
    let told = failed.expect_err("there is no such folder");
    let (ended, said) = told.split_once(" because: ").expect("what it said");
    // Only what is no more than a cause is its own: that stays out of reports.
    assert!(
        ended.starts_with("`ls` failed (exit status: ") && ended.ends_with(')'),
        "{told}"
    );
    assert!(said.contains("/no/such/folder"), "{told}");
}

#[tokio::test]
async fn a_secret_at_the_end_of_what_a_failed_program_says_is_masked() {
    let said = format!("{} heron-4711-secret", "x".repeat(MOST_SAID - 8));
    let failed = runs(&["sh", "-c", "echo \"$0\" >&2; exit 3", &said]).await;
    let shown = Redactor::new([Secret::new("heron-4711-secret")]).redact(&failed.unwrap_or_else(|why| why));
    assert!(shown.contains("xxx") && !shown.contains("heron"), "{shown}");
}

#[test]
fn a_script_names_a_variable_by_its_whole_name() {
    for (script, expected) in [
        ("pm.variables.get('key')", true),
        ("environment.key", true),
        ("monkey + keys + $key + key_2", false),
        ("monkey key", true),
    ] {
        assert_eq!(names_it(script, "key"), expected, "{script}");
    }
}

#[test]
fn a_script_writes_a_variable_where_it_sets_one_of_its_name() {
    for (script, expected) in [
        ("pm.environment.set('key', 1)", true),
        ("pm.collectionVariables.set(\n  `key`, 1)", true),
        ("pm.environment.unset(\"key\")", true),
        ("postman.setGlobalVariable('key', 1)", true),
        ("pm.environment.get('key')", false),
        ("pm.environment.set('key-2', 1)", false),
        ("pm.environment.set('other', 'key')", false),
        ("url.searchParams.set('key', 1)", false),
        ("set('key')", false),
        ("'key'", false),
        ("key", false),
    ] {
        assert_eq!(writes_it(script, "key"), expected, "{script}");
    }
}

#[tokio::test]
async fn who_wants_another_value_does_not_wait() {
    use crate::exec::consent::Word;
    use crate::script::BoxFuture;
    struct Nobody;
    impl Consent for Nobody {
        fn give_up(&self) {}
        fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
            Box::pin(std::future::ready(Word::Yes))
        }
        fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
            Box::pin(std::future::pending())
        }
    }
    let wants = |source: ValueSource| Wanted {
        scope: Scope::Global,
        key: "v".to_owned(),
        source,
    };
    let outside = Outside::default();
    let (asking, known) = (Asking::default(), Redactor::default());
    let consent: Arc<dyn Consent> = Arc::new(Nobody);
    let typed = wants(ValueSource::Prompt("PIN".to_owned()));
    let printed = wants(ValueSource::Command(vec!["echo".to_owned(), "out".to_owned()]));
    let folder = Path::new("");
    let told: Arc<StdMutex<Vec<String>>> = Arc::default();
    let into = Arc::clone(&told);
    let progress: Progress =
        Arc::new(move |phase: Phase| into.lock().unwrap_or_else(PoisonError::into_inner).push(phase.words()));
    let consent = Some(&consent);
    let typed = outside.get(&typed, Declared::Globals, consent, &asking, folder, &known, &progress);
    let printed = outside.get(&printed, Declared::Globals, consent, &asking, folder, &known, &progress);
    tokio::select! {
        biased;
        _ = typed => panic!("nobody types"),
        value = printed => assert!(value.is_ok_and(|value| value.reveal() == "out")),
    }
    assert_eq!(
        *told.lock().unwrap_or_else(PoisonError::into_inner),
        ["waiting for `echo`", "preparing"]
    );
}

#[tokio::test]
async fn the_same_question_is_another_one_where_it_is_declared_elsewhere() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::exec::consent::Word;
    use crate::script::BoxFuture;
    #[derive(Default)]
    struct Counts(AtomicUsize);
    impl Consent for Counts {
        fn give_up(&self) {}
        fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
            Box::pin(std::future::ready(Word::No))
        }
        fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
            let nth = self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::ready(Typed::Text(Secret::new(format!("typed {nth}")))))
        }
    }
    let (outside, asking) = (Outside::default(), Asking::default());
    let consent: Arc<dyn Consent> = Arc::new(Counts::default());
    let question = ValueSource::Prompt("Password?".to_owned());
    let of = |scope, collection: &str, environment: &str| {
        let wanted = Wanted {
            scope,
            key: "v".to_owned(),
            source: question.clone(),
        };
        wanted.declared(collection, environment)
    };
    for (declared, typed) in [
        (Declared::Settings, "typed 0"),
        (of(Scope::Collection, "mine", "prod"), "typed 1"),
        (of(Scope::Collection, "stranger", "prod"), "typed 2"),
        (of(Scope::Environment, "mine", "prod"), "typed 3"),
        (of(Scope::Environment, "mine", "test"), "typed 4"),
        (of(Scope::Global, "mine", "prod"), "typed 5"),
        // An environment and the globals are the user's for every collection.
        (of(Scope::Environment, "stranger", "prod"), "typed 3"),
        (of(Scope::Global, "stranger", ""), "typed 5"),
        (of(Scope::Collection, "mine", ""), "typed 1"),
        (Declared::Settings, "typed 0"),
    ] {
        let place = format!("{declared:?}");
        let got = outside.value(declared, &question, Some(&consent), &asking, Path::new(""));
        assert!(got.await.is_ok_and(|value| value.reveal() == typed), "{place}");
    }
}

#[tokio::test]
async fn what_comes_of_a_question_is_the_answer_to_all_that_wait_for_it() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use crate::exec::consent::Word;
    use crate::script::BoxFuture;
    #[derive(Default)]
    struct Somebody {
        gives_up: bool,
        answer: Arc<Notify>,
        asked: AtomicUsize,
        ended: AtomicUsize,
    }
    impl Consent for Somebody {
        fn give_up(&self) {
            self.ended.fetch_add(1, Ordering::SeqCst);
        }
        fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
            Box::pin(std::future::ready(Word::No))
        }
        fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let (answer, gives_up) = (Arc::clone(&self.answer), self.gives_up);
            Box::pin(async move {
                answer.notified().await;
                if gives_up { Typed::GivenUp } else { Typed::Nothing }
            })
        }
    }
    for (gives_up, kind, ended) in [(false, SendErrorKind::Request, 0), (true, SendErrorKind::Cancelled, 3)] {
        let somebody = Arc::new(Somebody {
            gives_up,
            ..Somebody::default()
        });
        let consent: Arc<dyn Consent> = somebody.clone();
        let (outside, asking, question) = (Outside::default(), Asking::default(), ValueSource::Prompt("PIN".into()));
        let want = || outside.value(Declared::Settings, &question, Some(&consent), &asking, Path::new(""));
        let answer = async {
            // All three wait by now.
            tokio::task::yield_now().await;
            somebody.answer.notify_one();
        };
        let (one, two, three, ()) = tokio::join!(want(), want(), want(), answer);
        for value in [one, two, three] {
            assert_eq!(value.err().map(|error| error.kind), Some(kind));
        }
        assert_eq!(somebody.asked.load(Ordering::SeqCst), 1);
        assert_eq!(somebody.ended.load(Ordering::SeqCst), ended);
        // Whoever comes later is asked again.
        somebody.answer.notify_one();
        drop(want().await);
        assert_eq!(somebody.asked.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn another_program_in_the_place_of_one_of_the_workspace_is_another_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("token.sh");
    std::fs::write(&script, "echo one").expect("it is written");
    std::fs::write(elsewhere.path().join("own.sh"), "echo").expect("it is written");
    let own = elsewhere.path().join("own.sh").display().to_string();
    let hashes = Hashes::default();
    let key = async |argv: &[&str]| {
        let argv = argv.iter().map(|word| (*word).to_owned()).collect();
        let permission = permission(&ValueSource::Command(argv), folder.path(), &hashes).await;
        permission.expect("it needs one").key()
    };
    let (direct, by_shell) = (key(&["./token.sh"]).await, key(&["sh", "token.sh"]).await);
    let others = (key(&["op", "read", "x"]).await, key(&[&own]).await);
    assert_eq!(direct, key(&["./token.sh"]).await);
    assert_eq!(others.0, r#"command ["op", "read", "x"]"#);
    std::fs::write(&script, "echo two").expect("it is written");
    std::fs::write(elsewhere.path().join("own.sh"), "echo 2").expect("it is written");
    assert_ne!(direct, key(&["./token.sh"]).await);
    assert_ne!(by_shell, key(&["sh", "token.sh"]).await);
    // What is the user's own elsewhere is theirs to change.
    assert_eq!(others, (key(&["op", "read", "x"]).await, key(&[&own]).await));
}

#[test]
fn a_link_that_leads_out_of_the_workspace_is_another_program_once_it_leads_elsewhere() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().expect("a folder");
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    for elsewhere in [&one, &two] {
        std::fs::write(elsewhere.path().join("tool"), "echo").expect("it is written");
    }
    let hashes = Hashes::default();
    let among = |word: &str| hashes.files_among(&[word.to_owned(), "-n".to_owned()], folder.path());
    let lead = |name: &str, to: &Path| {
        let link = folder.path().join(name);
        drop(std::fs::remove_file(&link));
        symlink(to, link).expect("it is made");
    };
    let absolute = folder.path().join("tool").display().to_string();
    lead("tool", &one.path().join("tool"));
    lead("bin", one.path());
    let words = ["./tool", "bin/tool", &absolute];
    let before = words.map(among);
    lead("tool", &two.path().join("tool"));
    lead("bin", two.path());
    for (word, before) in words.into_iter().zip(before) {
        assert_eq!(before.len(), 1, "{word}");
        assert_ne!(among(word), before, "{word}");
    }
    // What the workspace has no part in is the user's own.
    let own = one.path().join("tool").display().to_string();
    assert_eq!(among(&own), []);
}

#[test]
fn a_file_is_hashed_anew_only_when_it_is_another_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tool");
    let written = |text: &str, seconds_ago| {
        std::fs::write(&path, text).expect("it is written");
        let time = std::time::SystemTime::now() - Duration::from_secs(seconds_ago);
        let file = std::fs::File::options().write(true).open(&path).expect("it opens");
        file.set_modified(time).expect("it has a time");
        time
    };
    let hashes = Hashes::default();
    let among = || hashes.files_among(&["tool".to_owned()], folder.path());
    let time = written("one", 60);
    let one = among();
    // Whoever can do this has what was read before.
    std::fs::write(&path, "two").expect("it is written");
    let file = std::fs::File::options().write(true).open(&path).expect("it opens");
    file.set_modified(time).expect("it has a time");
    assert_eq!(among(), one, "it is not read again");
    written("two", 30);
    assert_ne!(among(), one);
}

#[test]
fn our_own_passphrase_is_not_read() {
    assert!(read(OUR_OWN).is_err_and(|why| why.contains("postrider's own")));
    assert!(read("NO_SUCH_VARIABLE_OF_ANY_NAME").is_err_and(|why| why.contains("is not in the environment")));
}
