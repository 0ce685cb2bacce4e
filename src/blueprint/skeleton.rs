use crate::template::FILES;

/// Returns the files of a new project, by path: the project file and an example tenant.
pub fn skeleton() -> Vec<(String, &'static str)> {
    let own = [
        ("provision.yaml", include_str!("skeleton/provision.yaml")),
        ("tenants/example.yaml", include_str!("skeleton/tenant.yaml")),
    ];
    own.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

/// Returns the program's own templates, by their path in a project.
pub fn template_files() -> Vec<(String, &'static str)> {
    FILES.iter().map(|(path, text)| (format!("templates/{path}"), *text)).collect()
}
