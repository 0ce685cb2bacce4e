use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ipnet::Ipv4Net;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Expression, State, UndefinedBehavior, Value};

use super::scope::{FunctionContext, Named, STACK};
use crate::resource::{Address, NameRule, Naming, Reference, glob};
use crate::tenant::region;

/// The functions of expressions, ours and the engine's.
pub(super) const FUNCTIONS: &[&str] =
    &["ref", "ref_all", "physical", "zone_ids", "cidr_subnet", "merge", "json", "range", "dict"];
/// The filters worth suggesting.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "chain",
    "count",
    "default",
    "dictsort",
    "first",
    "float",
    "format",
    "groupby",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
    "zip",
];
/// Instructions of one expression; a template's longest uses some hundreds.
const FUEL: u64 = 100_000;
/// AWS's smallest subnet.
const SMALLEST_SUBNET: u8 = 28;

/// One environment for the whole program: expressions are compiled once per template; what differs from stack to stack
/// reaches the functions through the context.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.remove_global("debug");
    engine.remove_global("namespace");
    engine.add_function("ref", reference);
    engine.add_function("ref_all", reference_all);
    engine.add_function("physical", physical);
    engine.add_function("zone_ids", zone_ids);
    engine.add_function("cidr_subnet", cidr_subnet);
    engine.add_function("merge", merge);
    engine.add_function("json", json);
    engine
});

/// Compiles an expression, or takes the one of the same text: a template has most of its expressions several times, and each
/// is some twelve kilobytes.
pub(super) fn expression(source: &str) -> Result<Arc<Expression<'static, 'static>>, Error> {
    static KNOWN: Mutex<BTreeMap<String, Arc<Expression<'static, 'static>>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(expression) = known.get(source) {
        return Ok(Arc::clone(expression));
    }
    let expression = Arc::new(ENGINE.compile_expression_owned(source.to_owned())?);
    known.insert(source.to_owned(), Arc::clone(&expression));
    Ok(expression)
}

/// Marks an error that the parameters are to blame for, not the expression.
#[derive(Debug)]
pub(super) struct BadParameter;

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not usable here")
    }
}

impl std::error::Error for BadParameter {}

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

fn bad_parameter(what: impl Into<String>) -> Error {
    wrong(what).with_source(BadParameter)
}

fn surroundings(state: &State<'_, '_>) -> Arc<FunctionContext> {
    let value = state.lookup(STACK).expect("every scope has the stack");
    value.downcast_object::<FunctionContext>().expect("only the scope sets it")
}

fn reference(state: &State<'_, '_>, address: &str, output: Option<&str>) -> Result<String, Error> {
    let around = surroundings(state);
    let address: Address = address.parse().map_err(wrong)?;
    let output = match output {
        Some(output) => output,
        None => around.kind(&address.kind).map_err(wrong)?.reference,
    };
    Ok(Reference { address, output: output.to_owned() }.to_string())
}

fn reference_all(
    state: &State<'_, '_>,
    pattern: &str,
    output: Option<&str>,
    options: Kwargs,
) -> Result<Vec<String>, Error> {
    let output = match output {
        Some(output) => Some(output),
        None => options.get::<Option<&str>>("output")?,
    };
    options.assert_all_used()?;
    let around = surroundings(state);
    let kind = pattern.split_once('/').map(|(kind, _)| kind);
    let kind = kind.ok_or_else(|| wrong(format!("`{pattern}` is not a pattern such as AWS::EC2::Subnet/private-*")))?;
    let output = match output {
        Some(output) => output,
        None => around.kind(kind).map_err(wrong)?.reference,
    };
    let addresses = around.addresses().ok_or_else(|| wrong("`ref_all` can't be used in `for`, `when` or `name`"))?;
    let matching = addresses.iter().filter(|(address, _)| glob::matches(pattern, &address.to_string()));
    let reference = |(address, named): (&Address, &Named)| {
        around.trail.existence(&named.uses);
        Reference { address: address.clone(), output: output.to_owned() }.to_string()
    };
    Ok(matching.map(reference).collect())
}

fn physical(state: &State<'_, '_>, address: &str) -> Result<String, Error> {
    let around = surroundings(state);
    let address: Address = address.parse().map_err(wrong)?;
    let naming = around.kind(&address.kind).map_err(wrong)?.naming;
    // The hash in a name depends on what only the run knows.
    let naming = Naming { rule: NameRule::Unique { max: naming.rule.max() }, ..naming };
    let given = around.addresses().and_then(|all| all.get(&address)).and_then(|named| named.physical.as_ref());
    Ok(match given {
        Some(given) => given.clone(),
        None => naming.name(&around.project, &around.stack, &address.name, "").to_string(),
    })
}

fn zone_ids(state: &State<'_, '_>, count: usize) -> Result<Vec<&'static str>, Error> {
    let around = surroundings(state);
    let Some(zones) = region::zones(&around.region) else {
        return Err(bad_parameter(format!(
            "the zones of {} are not known to this version of the program",
            around.region
        )));
    };
    if count > zones.len() {
        return Err(bad_parameter(format!("{} has {} zones, not {count}", around.region, zones.len())));
    }
    Ok(zones[..count].to_vec())
}

fn cidr_subnet(range: &str, bits: u8, index: u32) -> Result<String, Error> {
    let net: Ipv4Net = range.parse().map_err(|_| bad_parameter(format!("`{range}` is not an IPv4 range")))?;
    let prefix = net.prefix_len().saturating_add(bits);
    if prefix > SMALLEST_SUBNET {
        return Err(bad_parameter(format!(
            "`{range}` is too small for the subnets: they would be /{prefix}, and AWS's smallest is /{SMALLEST_SUBNET}; \
             this template needs /{} or larger",
            SMALLEST_SUBNET.saturating_sub(bits)
        )));
    }
    if u64::from(index) >= 1 << bits {
        return Err(wrong(format!("`{range}` has {} parts of /{prefix}; there is no part {index}", 1u64 << bits)));
    }
    let start = u32::from(net.network()) + (index << (32 - u32::from(prefix)));
    Ok(format!("{}/{prefix}", std::net::Ipv4Addr::from(start)))
}

/// Lays the second map's entries over the first's; maps inside are replaced, not merged.
/// A value as JSON, for properties that are texts of JSON.
fn json(value: &Value) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|why| wrong(format!("`json`: {why}")))
}

fn merge(lower: &Value, upper: &Value) -> Result<Value, Error> {
    let mut merged = BTreeMap::<String, Value>::new();
    for map in [lower, upper] {
        match map.kind() {
            ValueKind::None => continue,
            ValueKind::Map => {}
            kind => return Err(wrong(format!("`merge` takes maps, not a {kind}"))),
        }
        for key in map.try_iter()? {
            merged.insert(key.to_string(), map.get_item(&key)?);
        }
    }
    Ok(merged.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_compiled_once_however_often_templates_have_it() {
        let compiled = |source| expression(source).expect("it can be read");
        assert!(Arc::ptr_eq(&compiled("tenant ~ '-web'"), &compiled("tenant ~ '-web'")));
        assert!(!Arc::ptr_eq(&compiled("tenant ~ '-web'"), &compiled("tenant ~ '-api'")));
        assert!(expression("tenant ~").is_err());
    }
}
