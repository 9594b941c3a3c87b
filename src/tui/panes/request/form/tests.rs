//! Folding, lines, switches and choices, without a screen.

use super::*;

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
    form.revealed = true;
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
