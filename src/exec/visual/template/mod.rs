//! Templates as Postman's are: those of Handlebars, with its own helpers (`if`, `unless`, `each`, `with`, `lookup`, `log`), parts
//! of a template (`{{#*inline "x"}}`, `{{> x}}`) and nothing else.
//!
//! ```text
//! text ── read ──▶ pieces ── draw, with data ──▶ HTML
//! ```
//!
//! What is wrong with a template is wrong there; where it draws something there it draws the same here.

mod draw;
mod read;
mod tag;
mod value;

pub(super) use draw::draw;
pub(super) use read::read;

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Piece {
    /// Text that stands for itself.
    Text(String),
    /// A value; `true`: in the HTML as text.
    Value(Call, bool),
    /// `{{#x}}…{{else}}…{{/x}}`; of `{{^x}}` the two are the other way round.
    Block(Box<Block>),
    /// `{{> x}}`, or `{{#> x}}…{{/x}}` with what stands for a part that is not there; and the blanks before one that has a line
    /// to itself, which all of its lines get.
    Part(Call, Option<Vec<Piece>>, String),
    /// `{{#*inline "x"}}…{{/inline}}`: a part, and what it is called.
    Inline(String, Vec<Piece>),
}

/// A piece that stands around others.
#[derive(Debug)]
pub(super) struct Block {
    call: Call,
    /// What it names what it goes through: `as |one index|`.
    names: Vec<String>,
    inner: Vec<Piece>,
    inverse: Vec<Piece>,
}

/// A name, and what is given to it.
#[derive(Debug)]
pub(super) struct Call {
    what: Term,
    given: Vec<Term>,
    named: Vec<(String, Term)>,
}

/// What stands for a value.
#[derive(Debug)]
enum Term {
    Path(Path),
    /// A text, a number or a word such as `true`; and as it is written, which may be a name.
    Literal(serde_json::Value, String),
    Undefined,
    Call(Box<Call>),
}

/// The way to a value.
#[derive(Debug, Default)]
struct Path {
    /// `@index`: not in the data.
    is_data: bool,
    /// How many blocks up it begins.
    up: usize,
    /// It says where it begins: `this.x`, `./x`, `../x`. So it is no helper's name.
    is_placed: bool,
    keys: Vec<String>,
    /// As it is written.
    text: String,
}

impl Call {
    /// The name of what may be a helper.
    fn name(&self) -> Option<&str> {
        match &self.what {
            Term::Path(path) if !path.is_data && !path.is_placed && path.keys.len() == 1 => Some(&path.keys[0]),
            Term::Literal(_, text) => Some(text),
            _ => None,
        }
    }

    /// As it is written.
    fn text(&self) -> &str {
        match &self.what {
            Term::Path(path) => &path.text,
            Term::Literal(_, text) => text,
            Term::Undefined => "undefined",
            Term::Call(inner) => inner.text(),
        }
    }

    fn is_bare(&self) -> bool {
        self.given.is_empty() && self.named.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn drawn(template: &str) -> Result<String, String> {
        let data = json!({
            "a": "A", "n": 5, "z": 0, "t": true, "f": false, "e": "", "nil": null,
            "list": ["x", "y", {"k": "v"}], "none": [], "o": {"a b": 1, "b": 2, "a": "oa"}, "name": "part",
            "rows": [{"n": 1, "tags": ["p", "q"]}, {"n": 2, "tags": []}], "html": "<b>&\"'`=</b>", "5": "five", "lit eral": "L"
        });
        super::draw(&super::read(template)?, &data, 1000, &|| None)
    }

    /// What each of these gives there.
    #[test]
    fn templates_are_drawn_as_in_javascript() {
        for (template, page) in [
            ("a{{!--}}b{{!---}}c{{!-- }} --}}d", "abcd"),
            // Raw blocks go by their name like others.
            (
                "{{{{list}}}}{{a}} {{/x}},{{{{/list}}}}",
                "{{a}} {{/x}},{{a}} {{/x}},{{a}} {{/x}},",
            ),
            (
                "{{{{nope}}}}{{a}}{{{{/nope}}}}{{{{o}}}}{{{{i}}}}{{a}}{{{{/i}}}}{{{{/o}}}}",
                "{{{{i}}}}{{a}}{{{{/i}}}}",
            ),
            // What looks like a value is a name where it stands alone.
            (
                "{{'a'}}{{\"a\"}}{{'lit eral'}}{{5}}.{{true}}{{null}}{{undefined}}{{'nope'}}",
                "AALfive.",
            ),
            ("{{../a}}{{#each rows}}{{../../a}}{{../a}}{{/each}}", "AA"),
            (
                "{{list.[0]}}{{list.1}}{{list.2.k}}{{o.[a b]}}{{[a]}}{{o/b}}{{this.[a]}}{{./a}}",
                "xyv1A2AA",
            ),
            (
                "{{#*inline \"part\"}}P{{a}}{{b}}{{/inline}}{{> (lookup . \"name\")}} {{> part o}} {{> part b=n}}",
                "PA Poa2 PA5",
            ),
            (
                "{{#> gone}}none{{/gone}}{{#> p}}in{{/p}}{{#*inline \"p\"}}[{{> @partial-block}}]{{/inline}}",
                "none[in]",
            ),
            (
                "{{#> p}}{{#*inline \"q\"}}Q{{/inline}}{{/p}}{{#*inline \"p\"}}{{> q}}{{/inline}}",
                "Q",
            ),
            (
                "{{#each rows}}{{> p}}{{/each}}{{#*inline \"p\"}}{{n}}{{@index}} {{/inline}}",
                "10 21 ",
            ),
            (
                "{{#each rows}}{{#each tags}}{{../n}}{{@../index}}{{this}} {{/each}}{{/each}}",
                "10p 10q ",
            ),
            (
                "{{#each o}}{{@key}}={{this}}{{#unless @last}},{{/unless}}{{/each}}",
                "a b=1,b=2,a=oa",
            ),
            (
                "{{#each rows as |r i|}}{{r.n}}{{i}}{{#if @first}}!{{/if}}{{/each}}{{#with o as |q|}}{{q.b}}{{/with}}",
                "10!212",
            ),
            (
                "{{#if z includeZero=true}}z{{/if}}{{#if z}}x{{else if e}}y{{else if t}}t{{else}}n{{/if}}",
                "zt",
            ),
            (
                "{{#with nil}}x{{else}}n{{/with}}{{#with z}}{{this}}{{/with}}{{#each none}}x{{^}}n{{/each}}{{^if f}}i{{/if}}",
                "n0ni",
            ),
            (
                "{{lookup (lookup rows 0) 'n'}}{{lookup list 1}}{{lookup nil 'a'}}{{log a}}{{#if (lookup o 'b')}}y{{/if}}",
                "1yy",
            ),
            (
                "{{html}} {{{html}}}{{&a}}",
                "&lt;b&gt;&amp;&quot;&#x27;&#x60;&#x3D;&lt;/b&gt; <b>&\"'`=</b>A",
            ),
            (
                "\\{{a}} \\\\{{a}} {{! c }}{{!-- {{c}} --}}{{!-- {{c}} --~}} x",
                "{{a}} \\A x",
            ),
            (" {{~#if a~}} y {{~/if~}} {{~{a}~}} ", "yA"),
            (
                "{{#if a}}\n  x\n{{else}}\n  y\n{{/if}}\nz {{! c }}\n  {{! c }}\n.",
                "  x\nz \n.",
            ),
            ("{{nil.x.y}}{{a.b.c}}{{nope}}{{@nope}}{{@root.a}}{{a.constructor}}", "A"),
        ] {
            assert_eq!(drawn(template).as_deref(), Ok(page), "{template}");
        }
    }

    /// What each of these gives there, too.
    #[test]
    fn letters_blocks_that_name_objects_and_indented_parts_are_drawn_as_in_javascript() {
        for (template, page) in [
            (
                "{{name.[0]}}{{name.[3]}}{{name.[4]}}{{n.[0]}}{{lookup name 2}}{{lookup name '1'}}{{lookup name 'length'}}{{lookup e 0}}",
                "ptra4",
            ),
            (
                "{{#with name}}{{[0]}}{{this.[1]}}{{/with}}{{#if a.[0]}}y{{/if}}{{#if a.[1]}}n{{/if}}",
                "pay",
            ),
            // Of an object a block names nothing.
            (
                "{{#o as |q|}}[{{q.b}}{{b}}{{q}}]{{/o}}{{#o as |a r|}}[{{a}}{{r}}]{{/o}}",
                "[2][]",
            ),
            // What is named beyond the values is nothing.
            (
                "{{#with o as |q a|}}[{{a}}]{{/with}}{{#each rows as |r i n|}}[{{n}}]{{/each}}{{~{a}~}}",
                "[][][]A",
            ),
            (
                "{{#list as |q i|}}[{{q}}{{i}}]{{/list}}{{#a as |q|}}[{{q}}{{this}}]{{/a}}",
                "[x0][y1][[object Object]2][A]",
            ),
            (
                "{{#*inline \"p\"}}\nx\n\ny\n{{/inline}}\nA\n\t {{> p}}  \nB",
                "A\n\t x\n\t \n\t y\nB",
            ),
            (
                "{{#*inline \"q\"}}\n1\n2\n{{/inline}}\n{{#*inline \"p\"}}\nx\n  {{> q}}\ny\n{{/inline}}\n<\n  {{> p}}\n>",
                "<\n  x\n    1\n    2\n  y\n>",
            ),
            (
                "{{#*inline \"p\"}}x\ny{{/inline}}A\n  {{~> p}}\nB\n  {{> p}}.\n  {{> p}}\n  {{#> p}}f{{/p}}\nB",
                "Ax\nyB\n  x\ny.\n  x\n  y  x\ny\nB",
            ),
            ("{{#*inline \"p\"}}{{/inline}}A\n  {{> p}}\nB", "A\nB"),
            // What goes with the tag before it is no indent.
            (
                "{{#*inline \"p\"}}x\ny{{/inline}}{{a ~}}\n  {{> p}}\nB{{a ~}}  {{> p}}\nB",
                "Ax\nyBAx\ny\nB",
            ),
            (
                "{{#*inline \"p\"}}x\ny{{/inline ~}}\n  {{> p}}\n{{a ~}}\nz\n  {{> p}}\nB",
                "x\nyAz\n  x\n  yB",
            ),
        ] {
            assert_eq!(drawn(template).as_deref(), Ok(page), "{template}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (template, why) in [
            ("{{a", "a tag has no `}}` at its end"),
            ("{{}}", "there is `}}` where a name should be"),
            ("{{#if a}}x", "`if` is not closed"),
            ("{{#if a}}x{{/unless}}", "`if` is closed by `/unless`"),
            ("{{/if}}", "`/if` closes nothing"),
            ("{{else}}", "an `else` stands in no block"),
            ("{{{{raw}}}}x", "`raw` is not closed"),
            ("{{{~a}}}", "there is `~a}}}` where a name should be"),
            ("{{if a}}", "`if` is a block: {{#if …}}…{{/if}}"),
            ("{{#each}}{{/each}}", "`#each` is given nothing to go through"),
            ("{{nope a}}", "there is no helper `nope`"),
            ("{{> nope}}", "there is no part `nope`"),
            ("{{!-- c }}", "a comment has no end"),
            ("{{lookup \"a}}", "a text in quotes has no end"),
        ] {
            assert_eq!(drawn(template), Err(why.to_owned()), "{template}");
        }
        let nested = format!("{{{{lookup {}a{} 1}}}}", "(lookup ".repeat(200), " 1)".repeat(200));
        assert_eq!(drawn(&nested), Err("its calls are nested too deep".to_owned()));
    }

    #[test]
    fn what_is_made_to_be_too_much_ends() {
        let most = 10_000_000;
        for (text, why) in [
            ("{{".repeat(most / 2), "there is `{{{{{{{{{{{{` where a name should be"),
            ("{{a}}".repeat(most / 5), "its tags are longer than 500000 bytes in all"),
            (
                format!("{{{{a {}}}}}", "b ".repeat(most / 2)),
                "more than 10000 words stand in one tag",
            ),
            (
                format!("{{{{a{}}}}}", ".b".repeat(most / 2)),
                "more than 10000 words stand in one tag",
            ),
            (
                "{{#a}}".repeat(most / 6),
                "its tags are longer than 500000 bytes in all",
            ),
            ("{{#a}}".repeat(50_000), "its blocks are nested too deep"),
            ("{{{{a}}}}".repeat(most / 9), "`a` is not closed"),
            (
                format!("{{{{#each a as |{}|}}}}{{{{/each}}}}", "b ".repeat(101)),
                "a block gives more than 100 names",
            ),
            (format!("{{{{{}", "(".repeat(most)), "its calls are nested too deep"),
            ("{{!--".repeat(most / 5), "a comment has no end"),
        ] {
            assert_eq!(drawn(&text), Err(why.to_owned()), "{}", &text[..20]);
        }
        // Text, and comments, may be as long as they like.
        let page = drawn(&"\\{{a {{! c }}".repeat(100_000));
        assert_eq!(page.map(|page| page.len()), Ok(1000));
    }

    /// Each part draws the next one twice: nobody waits for the end of that.
    #[test]
    fn parts_that_double_ask_whether_to_stop() {
        let part = |n: u32| {
            format!(
                "{{{{#*inline \"p{n}\"}}}}{{{{> p{}}}}}{{{{> p{}}}}}{{{{/inline}}}}",
                n + 1,
                n + 1
            )
        };
        let parts: String = (0..60).map(part).collect();
        let template = format!("{parts}{{{{#*inline \"p60\"}}}}{{{{/inline}}}}{{{{> p0}}}}");
        let asked = std::cell::Cell::new(0);
        let stops = || {
            asked.set(asked.get() + 1);
            (asked.get() > 10_000).then(|| "enough".to_owned())
        };
        let pieces = super::read(&template);
        let drawn = pieces.and_then(|pieces| super::draw(&pieces, &json!({}), 1000, &stops));
        assert_eq!(drawn, Err("enough".to_owned()));
    }

    /// A letter of a long text takes a while, and so do many.
    #[test]
    fn letters_ask_whether_to_stop() {
        for template in [
            "{{t.[1]}}".repeat(1000),
            "{{lookup t 1}}".repeat(1000),
            format!(
                "{{{{#*inline \"p\"}}}}{{{{/inline}}}}{{{{> p{}}}}}",
                " a=t.[1]".repeat(1000)
            ),
        ] {
            let asked = std::cell::Cell::new(0);
            let stops = || {
                asked.set(asked.get() + 1);
                (asked.get() > 500).then(|| "enough".to_owned())
            };
            let drawn =
                super::read(&template).and_then(|pieces| super::draw(&pieces, &json!({"t": "text"}), 10_000, &stops));
            assert_eq!(drawn, Err("enough".to_owned()), "{}", &template[..40]);
        }
    }

    /// What templates are made of.
    const TAGS: [&str; 44] = [
        "{{",
        "}}",
        "{",
        "}",
        "#",
        "/",
        "^",
        "~",
        "else",
        "if",
        "a",
        ".",
        "..",
        "@",
        "[",
        "]",
        "(",
        ")",
        "\\",
        "\"",
        "'",
        "!",
        "--",
        ">",
        "*",
        " ",
        "\n",
        "as |",
        "|",
        "=",
        "5",
        "ä",
        "{{#if a}}",
        "{{/if}}",
        "{{#each rows}}",
        "{{/each}}",
        "{{else}}",
        "{{#*inline \"p\"}}",
        "{{/inline}}",
        "{{> p}}",
        "\n  {{> p}}\n",
        "{{#> p}}",
        "{{/p}}",
        "{{lookup a 0}}",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

        /// It is drawn, no longer than it may be, or said to be wrong.
        #[test]
        fn no_text_is_too_odd(begins in proptest::bool::ANY, tags in proptest::collection::vec(0..TAGS.len(), 0..40)) {
            let start = if begins { "{{" } else { "" };
            let text: String = std::iter::once(start).chain(tags.into_iter().map(|n| TAGS[n])).collect();
            if let Ok(page) = drawn(&text) {
                proptest::prop_assert!(page.len() <= 1000);
            }
        }
    }
}
