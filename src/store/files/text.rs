//! The text of a new file, straight from what it says: as [`layout`](super::layout) lays out what is new in a file that is
//! there already. Importing writes thousands of files; a document made for each only to be printed is half of that work.

use toml_writer::{ToTomlKey as _, TomlWrite as _};

use super::layout::{is_block_of_rows, is_literal};
use super::tree::{Map, Tree};

/// The text of a new file.
pub fn text(map: &Map) -> String {
    let mut out = Text(String::with_capacity(1024));
    out.pairs(map, Depth::File);
    out.blocks("", map, Depth::File);
    out.0
}

/// Where a table stands, which decides the form of the tables in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    File,
    Tokens,
    Block,
}

impl Depth {
    /// Whether a key has a header of its own, or several.
    fn is_block(self, key: &str, tree: &Tree) -> bool {
        match tree {
            Tree::Table(_) => self != Self::Block,
            Tree::Rows(_) => self != Self::Tokens && is_block_of_rows(key),
            _ => false,
        }
    }
}

struct Text(String);

impl Text {
    /// What a table says within itself.
    fn pairs(&mut self, map: &Map, depth: Depth) {
        for (key, tree) in map.iter().filter(|(key, tree)| !depth.is_block(key, tree)) {
            self.0.push_str(&key.to_toml_key());
            self.0.push_str(" = ");
            match tree {
                Tree::Rows(rows) if depth != Depth::Tokens => self.lines(rows),
                other => self.value(other),
            }
            self.0.push('\n');
        }
    }

    /// What stands below a table, under headers that begin with its path.
    fn blocks(&mut self, path: &str, map: &Map, depth: Depth) {
        for (key, tree) in map.iter().filter(|(key, tree)| depth.is_block(key, tree)) {
            let path = format!("{path}{}", key.to_toml_key());
            match tree {
                Tree::Rows(rows) => {
                    for row in rows {
                        self.block(&format!("[[{path}]]"), &path, row, Depth::Block);
                    }
                }
                Tree::Table(map) if depth == Depth::File && key == "tokens" => {
                    let header = if map.values().all(|tree| Depth::Tokens.is_block("", tree)) {
                        String::new()
                    } else {
                        format!("[{path}]")
                    };
                    self.block(&header, &path, map, Depth::Tokens);
                }
                Tree::Table(map) => self.block(&format!("[{path}]"), &path, map, Depth::Block),
                _ => {}
            }
        }
    }

    fn block(&mut self, header: &str, path: &str, map: &Map, depth: Depth) {
        if !header.is_empty() {
            if !self.0.is_empty() {
                self.0.push('\n');
            }
            self.0.push_str(header);
            self.0.push('\n');
        }
        self.pairs(map, depth);
        self.blocks(&format!("{path}."), map, depth);
    }

    /// One row in one line, else a line each.
    fn lines(&mut self, rows: &[Map]) {
        self.0.push('[');
        match rows {
            [] => {}
            [row] => {
                self.0.push(' ');
                self.inline(row);
                self.0.push(' ');
            }
            rows => {
                for row in rows {
                    self.0.push_str("\n  ");
                    self.inline(row);
                    self.0.push(',');
                }
                self.0.push('\n');
            }
        }
        self.0.push(']');
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.0.push('[');
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.0.push_str(", ");
            }
            each(self, item);
        }
        self.0.push(']');
    }

    fn inline(&mut self, map: &Map) {
        if map.is_empty() {
            return self.0.push_str("{}");
        }
        for (n, (key, tree)) in map.iter().enumerate() {
            self.0.push_str(if n == 0 { "{ " } else { ", " });
            self.0.push_str(&key.to_toml_key());
            self.0.push_str(" = ");
            self.value(tree);
        }
        self.0.push_str(" }");
    }

    fn value(&mut self, tree: &Tree) {
        // A text takes whatever is written to it.
        let _never = match tree {
            Tree::Text(text) if is_literal(text) => {
                self.0.push_str("'''\n");
                self.0.push_str(text);
                self.0.push_str("'''");
                return;
            }
            Tree::List(items) => return self.list(items, Self::value),
            Tree::Rows(rows) => return self.list(rows, Self::inline),
            Tree::Table(map) => return self.inline(map),
            Tree::Text(text) => self.0.value(text),
            Tree::Int(number) => self.0.value(number),
            Tree::Float(number) => self.0.value(number),
            Tree::Bool(on) => self.0.value(on),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use toml_edit::DocumentMut;

    use super::super::layout;
    use super::*;

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z-]{1,4}",
            "(variables|examples|tokens|rows)",
            "[ -~äß日\t\n'\"\\\\#]{0,8}",
            Just("a\r\nb\u{7}".to_owned())
        ]
    }

    fn map(tree: impl Strategy<Value = Tree>) -> impl Strategy<Value = Map> {
        vec((word(), tree), 0..4).prop_map(|pairs| pairs.into_iter().map(|(key, tree)| (key.into(), tree)).collect())
    }

    fn tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            word().prop_map(Tree::Text),
            any::<i64>().prop_map(Tree::Int),
            any::<f64>().prop_map(Tree::Float),
            any::<bool>().prop_map(Tree::Bool),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Tree::List),
                map(inner.clone()).prop_map(Tree::Table),
                vec(map(inner), 0..3).prop_map(Tree::Rows),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_new_file_is_laid_out_as_what_is_new_in_one(map in map(tree())) {
            let mut document = DocumentMut::new();
            for (key, tree) in &map {
                document.as_table_mut().insert(key, layout::item(key, tree));
            }
            prop_assert_eq!(text(&map), document.to_string());
        }
    }
}
