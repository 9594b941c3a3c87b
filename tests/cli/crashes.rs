//! A crash report tells where the defect is, and nothing of what the program worked on.
//!
//! ```text
//! the test ─▶ this same program again, for one test alone ─▶ a panic about secrets ─▶ the report on stderr
//! ```

use super::spellings::spellings;

const SECRET: &str = "crash/secret+of the day&4711";
/// Which way the child is to die.
const WAY: &str = "POSTRIDER_TEST_CRASH";

fn refused(why: String) -> Result<(), String> {
    if why.is_empty() { Ok(()) } else { Err(why) }
}

/// Each is a defect as code has them, with the secret in what it works on.
fn dies(way: &str) {
    postrider::cli::report_crashes();
    let token = SECRET.to_owned();
    match way {
        "unwrap" => refused(format!("no such token: {token}")).unwrap(),
        "expect" => refused(token).expect("a token that is good"),
        "equal" => assert_eq!(token, "another", "they differ"),
        "slice" => {
            let accented = format!("{token}é");
            let _cut = &accented[..accented.len() - 1];
        }
        "words" => panic!("the token `{token}` is too long"),
        "thread" => {
            let died = std::thread::spawn(move || panic!("the header \"Authorization: Bearer {token}\" is no header"));
            died.join().unwrap();
        }
        way => unreachable!("nobody dies by {way}"),
    }
}

#[test]
fn a_crash_report_holds_no_secret() {
    if let Ok(way) = std::env::var(WAY) {
        return dies(&way);
    }
    for way in ["unwrap", "expect", "equal", "slice", "words", "thread"] {
        for trace in ["0", "full"] {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["crashes::a_crash_report_holds_no_secret", "--exact", "--nocapture"]);
            let output = child.env(WAY, way).env("RUST_BACKTRACE", trace).output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success(), "{way}");
            assert!(
                told.contains("a defect in postrider at ")
                    && told.contains("crashes.rs:")
                    && told.contains("please report it"),
                "{way}: {told}"
            );
            let said = told + &String::from_utf8_lossy(&output.stdout);
            for spelled in spellings(SECRET) {
                assert!(!said.contains(&spelled), "{way} says `{spelled}`: {said}");
            }
        }
    }
}
