//! Words of a command as a POSIX shell takes them.

/// A word, in single quotes where a shell would take it apart: the one form in which it takes everything as it stands.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A program and its arguments.
pub fn command<'a>(argv: impl IntoIterator<Item = &'a String>) -> String {
    argv.into_iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_take_apart() {
        assert_eq!(quote("a=b"), "a=b");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
        let argv = ["sh", "-c", "echo a; echo 'b' >&2"].map(str::to_owned);
        assert_eq!(command(&argv), r"sh -c 'echo a; echo '\''b'\'' >&2'");
    }
}
