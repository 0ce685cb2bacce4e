use crate::plan::Allowance;
use crate::resource::StackId;

/// Reads `tenant/environment/TYPE/name`. The first two parts take no wildcard: a consent is for one stack, whatever the
/// third part matches there.
pub fn parse_allowance(text: &str) -> Result<Allowance, String> {
    let mut parts = text.splitn(3, '/');
    let (Some(tenant), Some(environment), Some(resource)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("`{text}` names no resource: write tenant/environment/TYPE/name"));
    };
    if tenant.is_empty() || environment.is_empty() || resource.is_empty() {
        return Err(format!("`{text}` names no resource: write tenant/environment/TYPE/name"));
    }
    if [tenant, environment].iter().any(|part| part.contains(['*', '?'])) {
        return Err(format!("`{text}`: tenant and environment take no wildcard here, name the stack in full"));
    }
    Ok(Allowance { stack: StackId::new(tenant, environment), resource: resource.to_owned() })
}
