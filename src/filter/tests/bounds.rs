//! Deep bodies, and long values in errors.

use super::*;

#[test]
fn deep_bodies_are_laid_out_within_the_bounds() {
    let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(|| {
        let deep = format!("{}1{}", "[".repeat(9000), "]".repeat(9000));
        let lay_out = |limits: Limits, stop: Stop| structural(deep.as_bytes(), b"[]", limits, &stop);
        let (left, _) = lay_out(Limits::default(), Stop::never()).unwrap();
        assert!(left.len() < 9000 * 2 * 70, "{}", left.len());
        let limits = Limits {
            memory: 1 << 20,
            ..Limits::default()
        };
        assert_eq!(lay_out(limits, Stop::never()), None);
        assert_eq!(lay_out(Limits::default(), Stop::when(|| true)), None);
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn of_a_long_value_that_cannot_be_indexed_the_cause_is_seen() {
    let body = format!("[{}0]", "{\"i\":0,\"s\":\"xxxx\"},".repeat(20));
    let error = filter("application/json", &body, ".users").unwrap_err();
    assert_eq!(
        error.words(str::to_owned),
        "cannot index array with \"users\": [{\"i\":0,\"s\":\"xxxx\"},…"
    );
}
