//! Widgets: they know how to edit and draw, and nothing of the model.

pub mod editor;
pub mod glyphs;
pub mod highlight;
pub mod scroll;
