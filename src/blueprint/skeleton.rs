use crate::template::FILES;

/// Returns the files of a new project, by path: an example tenant, the project file, the templates.
pub fn skeleton() -> Vec<(String, &'static str)> {
    let own = [
        ("provision.yaml".to_owned(), include_str!("skeleton/provision.yaml")),
        ("tenants/example.yaml".to_owned(), include_str!("skeleton/tenant.yaml")),
    ];
    let templates = FILES.iter().map(|(path, text)| (format!("templates/{path}"), *text));
    own.into_iter().chain(templates).collect()
}
