//! The embedded demo server, which answers as Pydio Cells v1 does.
