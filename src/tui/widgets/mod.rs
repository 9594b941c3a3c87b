//! Widgets: they know how to edit and draw, and nothing of the model.
