//! Which of the names that there are was meant by one that is none of them.

/// The name that was most likely meant, if any is near enough: two typing errors away, the same but for case and dashes,
/// or with an end more or less.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    let meant = plain(typed);
    let far = |name: &str| {
        let name = plain(name);
        let is_part = |a: &str, b: &str| a.len() >= 3 && b.starts_with(a);
        match distance(&meant, &name) {
            near if near <= 2 && near < name.chars().count().max(2) => Some(near),
            _ if is_part(&meant, &name) || is_part(&name, &meant) => Some(3),
            _ => None,
        }
    };
    let near = names.into_iter().filter_map(|name| Some((far(name)?, name)));
    near.min().map(|(_, name)| name)
}

/// How many characters must be changed, added or taken away to make one text of the other (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        let names = ["pre-request", "post-response", "description", "url", "at"];
        assert_eq!(nearest("post_response", names), Some("post-response"));
        assert_eq!(nearest("PreRequest", names), Some("pre-request"));
        assert_eq!(nearest("desc", names), Some("description"));
        assert_eq!(nearest("urls", names), Some("url"));
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest("colour", names), None);
    }

    #[test]
    fn a_distance_counts_single_changes() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
    }
}
