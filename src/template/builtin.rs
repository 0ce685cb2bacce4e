/// The templates that the program brings along: path below `templates/`, and text. A project's file of the same path wins.
pub const FILES: &[(&str, &str)] = &[];
