//! What each widget looks like in a theme: the one place where their styles meet the theme's.

use ratatui::style::Modifier;

use crate::tui::widgets::body::BodyStyles;
use crate::tui::widgets::editor::EditorStyles;
use crate::tui::widgets::frame::FrameStyles;
use crate::tui::widgets::hatch::HatchStyles;
use crate::tui::widgets::highlight::{HighlightStyles, VariableStyles};
use crate::tui::widgets::table::TableStyles;
use crate::tui::widgets::tabs::TabStyles;

use super::Theme;

impl Theme {
    /// A pane's frame.
    pub fn frame(&self) -> FrameStyles {
        FrameStyles {
            border: self.border,
            border_focused: self.border_focused,
            title: self.title,
            title_focused: self.title_focused,
        }
    }

    /// A popup's frame.
    pub fn popup_frame(&self) -> FrameStyles {
        FrameStyles {
            border: self.popup_border,
            border_focused: self.popup_border,
            title: self.title_focused,
            title_focused: self.title_focused,
        }
    }

    /// A row of tabs.
    pub fn tabs(&self) -> TabStyles {
        TabStyles {
            tab: self.dim,
            active: self.strong,
            badge: self.accent,
            rule: self.hatch,
            rule_active: self.accent,
        }
    }

    /// An empty pane.
    pub fn hatching(&self) -> HatchStyles {
        HatchStyles {
            // Without colours it would be as strong as the words.
            hatch: match self.hatch.fg {
                None => self.hatch.add_modifier(Modifier::DIM),
                Some(_) => self.hatch,
            },
            text: self.dim,
            key: self.key_hint,
        }
    }

    /// Syntax.
    pub fn highlight(&self) -> HighlightStyles {
        HighlightStyles {
            key: self.syntax_key,
            string: self.syntax_string,
            number: self.syntax_number,
            escape: self.syntax_number,
            constant: self.syntax_keyword,
            keyword: self.syntax_keyword,
            function: self.syntax_function,
            type_name: self.syntax_function,
            variable: self.base,
            punctuation: self.syntax_punctuation,
            comment: self.syntax_comment,
            invalid: self.error,
        }
    }

    /// `{{variables}}`.
    pub fn variables(&self) -> VariableStyles {
        VariableStyles {
            resolved: self.variable,
            unresolved: self.variable_missing,
            dynamic: self.variable_dynamic,
        }
    }

    /// A text field or text area.
    pub fn editor(&self) -> EditorStyles {
        EditorStyles {
            text: self.base,
            placeholder: self.dim,
            gutter: self.line_number,
            gutter_current: self.dim,
            current_line: self.selected_unfocused,
            selection: self.selection,
            mark: self.dim,
            highlight: self.highlight(),
            variables: self.variables(),
        }
    }

    /// An editable table.
    pub fn table(&self) -> TableStyles {
        TableStyles {
            header: self.dim,
            text: self.base,
            name: self.syntax_key,
            disabled: self.dim,
            check: self.ok,
            row: self.selected_unfocused,
            cell: self.selected,
            ghost: self.dim,
            editor: self.editor(),
        }
    }

    /// A response's body.
    pub fn body(&self) -> BodyStyles {
        BodyStyles {
            text: self.base,
            key: self.syntax_key,
            string: self.syntax_string,
            number: self.syntax_number,
            literal: self.syntax_keyword,
            punctuation: self.syntax_punctuation,
            name: self.syntax_function,
            comment: self.syntax_comment,
            line_number: self.line_number,
            gutter_current: self.accent,
            current_line: self.editor().current_line,
            found: self.found,
            found_current: self.found_current,
            mark: self.warn,
            mark_current: self.accent,
            error: self.error,
            note: self.dim,
        }
    }
}
