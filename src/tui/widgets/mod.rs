//! Widgets: they know how to edit and draw, and nothing of the model.

pub mod body;
pub mod editor;
pub mod escape;
pub mod frame;
pub mod glyphs;
pub mod hatch;
pub mod highlight;
pub mod picture;
pub mod popup;
pub mod scroll;
pub mod size;
pub mod table;
pub mod tabs;
