//! Folding, lines, switches and choices, without a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::auth;
use crate::tui::panes::request::facts::Facts;
use crate::tui::theme::Theme;

fn field(name: &str, kind: Kind, value: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: name.to_owned(),
        help: format!("What {name} is for."),
        kind,
        value: value.to_owned(),
        fallback: String::new(),
        advanced: false,
        usual: String::new(),
    }
}

fn few(name: &str, value: &str) -> Field {
    Field {
        advanced: true,
        usual: "1.0".to_owned(),
        ..field(name, Kind::Text, value)
    }
}

fn form(fields: Vec<Field>) -> Form {
    let mut form = Form::default();
    form.set_fields(fields);
    form.resize(60, 20);
    form
}

fn names(form: &Form) -> Vec<&str> {
    form.fields.iter().map(|field| field.label.as_str()).collect()
}

fn press(form: &mut Form, code: KeyCode) -> Typed {
    form.key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn what_few_people_need_is_behind_a_fold_unless_something_is_in_it() {
    let fields = vec![
        field("key", Kind::Text, ""),
        few("nonce", ""),
        few("realm", "Photos"),
        few("version", "1.0"),
    ];
    let mut form = form(fields.clone());
    assert_eq!(names(&form), ["key", "realm", "▸ 2 more"]);
    form.go_to(2);
    assert_eq!(form.edit(), Typed::Moved);
    assert_eq!(names(&form), ["key", "▾ less", "nonce", "realm", "version"]);
    assert_eq!(form.at(), 1);
    // Typing moves no field.
    form.go_to(2);
    form.edit();
    let mut typed = fields;
    typed[1].value = "x".to_owned();
    form.set_fields(typed);
    assert!(form.is_editing());
    assert_eq!(names(&form), ["key", "▾ less", "nonce", "realm", "version"]);
    form.leave();
    form.go_to(1);
    form.cycle();
    assert_eq!(names(&form), ["key", "nonce", "realm", "▸ 1 more"]);
}

#[test]
fn a_field_that_goes_away_ends_its_editing() {
    let mut form = form(vec![field("a", Kind::Text, ""), field("b", Kind::Text, "")]);
    form.go_to(1);
    form.edit();
    form.set_fields(vec![field("a", Kind::Text, "")]);
    assert!(!form.is_editing());
    assert_eq!(form.at(), 0);
}

#[test]
fn a_text_of_many_lines_takes_enter_and_is_left_with_tab() {
    let mut form = form(vec![
        field("json", Kind::Lines(Syntax::Json), "{\n1\n2\n3\n}"),
        field("next", Kind::Text, ""),
    ]);
    assert_eq!(form.lines(), LINES_SHOWN + 1);
    form.edit();
    assert_eq!(form.lines(), 6);
    assert_eq!(
        press(&mut form, KeyCode::Enter),
        Typed::Changed("\n{\n1\n2\n3\n}".to_owned())
    );
    assert_eq!(press(&mut form, KeyCode::Down), Typed::Moved);
    assert_eq!(form.at(), 0);
    press(&mut form, KeyCode::Tab);
    assert_eq!(form.at(), 1);
    assert!(form.is_editing());
}

#[test]
fn a_key_is_one_line_of_dots_until_it_is_shown() {
    let mut form = form(vec![field("key", Kind::SecretLines, "-----BEGIN\nMII\nMII\n-----END")]);
    assert_eq!(form.lines(), 1);
    form.edit();
    assert!(form.editor().is_some_and(Editor::is_masked));
    form.leave();
    form.set_revealed(true);
    assert_eq!(form.lines(), LINES_SHOWN);
}

#[test]
fn clicks_find_the_field_and_the_line_in_it() {
    let mut form = form(vec![
        field("a", Kind::Text, ""),
        field("json", Kind::Lines(Syntax::Json), "1\n2\n3"),
        field("b", Kind::Text, ""),
    ]);
    assert_eq!(form.hit(0), Some((0, 0)));
    assert_eq!(form.hit(3), Some((1, 2)));
    assert_eq!(form.hit(4), Some((2, 0)));
    assert_eq!(form.hit(5), None);
    assert_eq!(form.click(10, 4), Typed::Moved);
    assert_eq!(form.at(), 2);
    form.click(10, 4);
    assert!(form.is_editing());
}

#[test]
fn switches_turn_and_long_choices_open_a_list() {
    let words = vec!["a", "b", "c", "d", "e"];
    let mut form = form(vec![
        field("on", Kind::Switch, ""),
        field("few", Kind::Choice(vec!["x", "y"]), ""),
        field("many", Kind::Choice(words.clone()), "b"),
    ]);
    form.fields[1].fallback = "x".to_owned();
    assert_eq!(form.edit(), Typed::Changed("true".to_owned()));
    form.go_to(1);
    // What counts is not said again.
    assert_eq!(form.edit(), Typed::Changed("y".to_owned()));
    form.go_to(2);
    assert_eq!(form.edit(), Typed::Choose(words));
    assert_eq!(form.cycle(), Typed::Changed("c".to_owned()));
    form.locked = true;
    assert_eq!((form.edit(), form.cycle()), (Typed::Moved, Typed::Moved));
}

#[test]
fn the_cursor_stays_in_sight_on_a_small_screen() {
    let fields = (0..20).map(|n| field(&format!("f{n}"), Kind::Text, "")).collect();
    let mut form = form(fields);
    form.resize(40, 8);
    assert!(form.overflows());
    for _ in 0..19 {
        form.step(true);
        let height = usize::from(form.rows_height());
        assert!((form.top..form.top + height).contains(&form.at()), "{}", form.at());
    }
    assert!(!form.step(true));
}

#[test]
fn help_is_read_whole_where_there_are_few_lines_for_it() {
    let long = "The server's OpenID issuer or its discovery document: from there the URLs below are taken.";
    let mut fields: Vec<Field> = (0..9).map(|n| field(&format!("f{n}"), Kind::Text, "")).collect();
    fields[3].help = long.to_owned();
    let mut form = form(fields);
    form.resize(50, 4);
    let drawn = |form: &Form| -> Vec<String> {
        let area = Rect::new(0, 0, 50, 4);
        let mut buf = Buffer::empty(area);
        form.draw(&Theme::default(), &Facts::default(), area, &mut buf, true);
        let row = |y| (0..50).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..4)
            .map(|y| row(y).trim_end_matches([' ', '┃', '│']).to_owned())
            .collect()
    };
    form.go_to(2);
    assert_eq!(drawn(&form), ["f1", "f2", "f3", "What f2 is for."]);
    form.go_to(3);
    let now = drawn(&form);
    assert!(now[..2].contains(&"f3".to_owned()), "{now:?}");
    assert_eq!(now[2..].join(" "), long);
    // What is wrong with what is typed as well.
    form.error = Some("one two three four five six seven eight nine ten eleven twelve".to_owned());
    form.go_to(4);
    assert!(drawn(&form)[3].ends_with("eleven twelve"), "{:?}", drawn(&form));
}

#[test]
fn what_a_field_of_an_auth_is_for_fits_beside_it_on_80_columns() {
    // The form is 50 wide there and four lines high: the field, and all that is said of it.
    for kind in auth::TYPES {
        for spec in kind.fields() {
            let lines = draw::wrapped(spec.help, 50);
            assert!(lines.len() <= 2, "{}: {lines:?}", spec.name);
        }
    }
}

#[test]
fn a_secret_that_is_being_typed_follows_what_is_revealed() {
    let mut form = form(vec![field("key", Kind::Secret, "hunter2")]);
    form.edit();
    let masked = |form: &Form| form.editor().is_some_and(Editor::is_masked);
    assert!(masked(&form));
    form.set_revealed(true);
    assert!(!masked(&form));
    form.set_revealed(false);
    assert!(masked(&form), "also where it is hidden again meanwhile");
}
