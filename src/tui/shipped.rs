//! The keys and themes in the binary, read without a reader of TOML.
//!
//! The first frame waits for them, and all that TOML may hold took a third of the work before it. The shipped files are
//! TOML, and keep to less: an entry is a line, with strings and lists of strings in `"`, without escapes. Tests hold that
//! they read the same both ways; the user's own files are read as TOML.

/// The strings of an entry with their keys, those of a list all with its key: of `{ on = ["k", "up"], run = "up" }` these
/// are `on k`, `on up`, `run up`.
pub fn strings(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut key = "";
    line.split('"').enumerate().filter_map(move |(n, part)| {
        if n % 2 == 1 {
            return Some((key, part));
        }
        if let Some((before, _)) = part.rsplit_once('=') {
            key = before
                .split([' ', '{', ','])
                .rfind(|word| !word.is_empty())
                .unwrap_or("");
        }
        None
    })
}

/// What an entry is called: what is before its first `=`.
pub fn name(line: &str) -> Option<&str> {
    line.split_once(" = ").map(|(name, _)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_with_their_keys() {
        let line = r##"  selected = { on = ["k", "="], run="up", mods = [], fg = "#ff8800" }, "##;
        let got: Vec<_> = strings(line).collect();
        assert_eq!(got, [("on", "k"), ("on", "="), ("run", "up"), ("fg", "#ff8800")]);
        assert_eq!(name(line), Some("selected"));
        assert_eq!((strings("[palette]").count(), name("]")), (0, None));
    }
}
