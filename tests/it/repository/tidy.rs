//! The rules of the house that the compiler does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[cfg(feature = "sdk")]
use provision::{kinds::KINDS, report::kinds_pages};

/// The longest file: past this, it does more than one thing.
const MOST_LINES: usize = 400;

/// Which rooms a room may import. The commands (`cli`) import every room, and no room imports them.
const IMPORTS: &[(&str, &[&str])] = &[
    ("resource", &[]),
    ("problem", &[]),
    ("sandbox", &[]),
    ("aws", &["resource"]),
    ("kinds", &["aws", "resource"]),
    ("yaml", &["problem", "resource"]),
    ("tenant", &["problem", "resource", "yaml"]),
    ("template", &["problem", "resource", "tenant", "yaml"]),
    ("blueprint", &["problem", "resource", "template", "tenant", "yaml"]),
    ("inventory", &["resource"]),
    ("fleet", &["apply", "blueprint", "inventory", "plan", "problem", "resource"]),
    ("plan", &["blueprint", "inventory", "problem", "resource"]),
    ("apply", &["plan", "resource"]),
    ("report", &["apply", "blueprint", "inventory", "plan", "problem", "resource", "yaml"]),
];

/// A source file of the program.
pub struct Source {
    /// Below `src/`.
    pub path: PathBuf,
    /// The code of the program itself: no comments, no unit tests.
    pub code: String,
}

impl Source {
    fn room(&self) -> String {
        let first = self.path.iter().next().expect("a file has a name").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    pub fn is_in(&self, rooms: &[&str]) -> bool {
        rooms.contains(&self.room().as_str())
    }

    /// How many modules it lies below the crate's root.
    fn depth(&self) -> usize {
        let below = self.path.components().count();
        if self.path.ends_with("mod.rs") { below - 1 } else { below }
    }

    /// The rooms that it imports, or names by their whole path.
    fn imports(&self) -> BTreeSet<String> {
        let rooms = self.code.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => first_steps(list),
            None => vec![word(rest)],
        });
        let mut rooms: BTreeSet<_> = rooms.collect();
        rooms.remove(&self.room());
        rooms
    }
}

/// The first step of each path in `a::b, c::{d, e}, f}`.
fn first_steps(list: &str) -> Vec<String> {
    let (mut steps, mut depth, mut start) = (vec![word(list)], 0, 0);
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = at + 1,
            _ => continue,
        }
        if sign == ',' && depth == 0 {
            steps.push(word(list[start..].trim_start()));
        }
    }
    steps.retain(|step| !step.is_empty());
    steps
}

pub fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()
}

/// Whether the word stands alone in the text.
fn names(text: &str, word: &str) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository, sorted; what Python left beside its sources is none.
pub fn files(folder: &str) -> Vec<PathBuf> {
    fn go(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("a readable folder").path();
            match path.is_dir() {
                true if path.ends_with("__pycache__") => {}
                true => go(&path, files),
                false => files.push(path),
            }
        }
    }
    let mut all = Vec::new();
    go(&root().join(folder), &mut all);
    all.sort();
    all
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

pub fn sources() -> Vec<Source> {
    let source = |path: PathBuf| {
        let text = read(&path);
        let text = text.split("#[cfg(test)]\nmod tests {").next().expect("a first part");
        let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        Source { path: path.strip_prefix(root().join("src")).expect("it is below").to_owned(), code: code.join("\n") }
    };
    files("src").into_iter().filter(|path| has_extension(path, "rs")).map(source).collect()
}

/// Fails with the paths of the sources that break a rule.
fn none(rule: &str, breaks: impl Fn(&Source) -> bool) {
    let found: Vec<_> = sources().into_iter().filter(|source| breaks(source)).map(|source| source.path).collect();
    assert!(found.is_empty(), "{rule}: {found:#?}");
}

#[test]
fn each_room_imports_only_what_it_may() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_in(&["cli", "lib", "main"])) {
        let room = source.room();
        let allowed = IMPORTS.iter().find(|(of, _)| *of == room).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("say in IMPORTS what the room {room} may import"));
        let imports = source.imports();
        let extra = imports.iter().filter(|import| !allowed.contains(&import.as_str()));
        wrong.extend(extra.map(|import| format!("{} imports {import}", source.path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Else the imports would not show which room is meant.
#[test]
fn no_room_is_reached_by_climbing() {
    none("more `super::` than there are modules above", |source| {
        !source.is_in(&["lib", "main"]) && source.code.contains(&"super::".repeat(source.depth()))
    });
}

/// A command that is written out lacks the global options of the one that was given: pasted, it goes to another place.
#[test]
fn no_text_spells_a_command_of_ours() {
    let names: Vec<_> =
        files("src/cli/commands").iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    let spells = |line: &str| names.iter().any(|name| names_word(line, &format!("provision {name}")));
    none("write `⟪plan⟫` or resource::Command, which the command line spells", |source| {
        source.code.lines().any(spells)
    });
}

/// The same of AWS's own commands, but for those that are about the login and the profiles of this machine.
#[test]
fn no_text_spells_a_command_of_aws() {
    let is_call = |rest: &str| {
        let mut words = rest.split(|sign: char| !sign.is_ascii_lowercase() && sign != '-');
        let service = words.next().unwrap_or_default();
        !["", "sso", "configure"].contains(&service)
            && rest[service.len()..].starts_with(' ')
            && words.next() != Some("")
    };
    let spells = |line: &str| {
        line.match_indices("aws ").any(|(at, words)| {
            let before = line[..at].chars().next_back();
            let is_word = before.is_none_or(|sign| !sign.is_alphanumeric() && !"-_/.⟪".contains(sign));
            is_word && is_call(&line[at + words.len()..])
        })
    };
    assert!(spells("start it (aws rds start-db-cluster)") && !spells("`aws sso login`"));
    none("write `⟪aws rds start-db-cluster⟫`, which the command line spells", |source| {
        source.code.lines().any(spells)
    });
}

fn names_word(line: &str, words: &str) -> bool {
    line.match_indices(words).any(|(at, _)| !line[at + words.len()..].starts_with(|sign: char| sign.is_alphanumeric()))
}

#[test]
fn only_kinds_and_aws_name_the_sdk() {
    none("names aws_sdk_*", |source| source.code.contains("aws_sdk_") && !source.is_in(&["kinds", "aws"]));
}

#[test]
fn only_the_commands_name_the_kinds() {
    none("names KINDS", |source| names(&source.code, "KINDS") && !source.is_in(&["kinds", "cli"]));
}

/// Reads that take one page, by file: each is asked for by id or name, is small by AWS's own limits, or pages by hand.
const ONE_PAGE: &[(&str, &[&str])] = &[
    // AWS gives all addresses at once.
    ("kinds/ec2/eip.rs", &["describe_addresses"]),
    // Ours alone, by tags or name, for a create that may have been cut short.
    ("kinds/ec2/internet_gateway.rs", &["describe_internet_gateways"]),
    ("kinds/ec2/security_group/mod.rs", &["describe_security_groups"]),
    ("kinds/ec2/subnet/mod.rs", &["describe_subnets"]),
    ("kinds/ec2/vpc/mod.rs", &["describe_vpcs", "describe_vpc_attribute"]),
    ("kinds/ec2/subnet/ipv6.rs", &["describe_subnets"]),
    ("kinds/ec2/vpc/ipv6.rs", &["describe_vpcs"]),
    // One zone, for a create that may have been cut short.
    ("kinds/route53/hosted_zone/vpcs.rs", &["get_hosted_zone"]),
    // Of one name, for a create that may have been cut short; and of one group that was just made.
    ("kinds/ec2/launch_template/mod.rs", &["describe_launch_templates"]),
    ("kinds/autoscaling/auto_scaling_group/mod.rs", &["describe_auto_scaling_groups"]),
    ("kinds/ecs/capacity_provider/mod.rs", &["describe_capacity_providers"]),
    // One answer of the whole account.
    ("kinds/iam/mod.rs", &["get_account_summary"]),
    ("kinds/route53/health_check/mod.rs", &["get_health_check_count"]),
    ("kinds/route53/hosted_zone/mod.rs", &["get_hosted_zone_count"]),
    // One profile; tags are 50 at most.
    ("kinds/iam/instance_profile.rs", &["get_instance_profile", "list_instance_profile_tags"]),
    // One image is asked about.
    ("kinds/ecs/task_definition/image.rs", &["describe_images"]),
    // Ids and pages exclude each other.
    ("kinds/ec2/dhcp_options.rs", &["describe_dhcp_options"]),
    ("kinds/ec2/route_table/association.rs", &["describe_route_tables"]),
    ("kinds/elb/load_balancer/mod.rs", &["describe_load_balancers"]),
    ("kinds/elb/load_balancer/write.rs", &["describe_load_balancers", "get_web_acl_for_resource"]),
    ("kinds/elb/target_group/mod.rs", &["describe_target_groups", "describe_target_group_attributes"]),
    ("kinds/elasticache/parameter_group.rs", &["describe_cache_parameter_groups"]),
    ("kinds/elasticache/replication_group/mod.rs", &["describe_replication_groups"]),
    ("kinds/elasticache/replication_group/write.rs", &["describe_cache_clusters", "describe_replication_groups"]),
    ("kinds/elasticache/subnet_group.rs", &["describe_cache_subnet_groups"]),
    ("kinds/elasticache/user/mod.rs", &["describe_users"]),
    ("kinds/elasticache/user_group.rs", &["describe_user_groups"]),
    ("kinds/rds/db_cluster/mod.rs", &["describe_db_clusters"]),
    ("kinds/rds/db_cluster_parameter_group.rs", &["describe_db_cluster_parameter_groups"]),
    ("kinds/rds/db_instance/mod.rs", &["describe_db_clusters", "describe_db_instances"]),
    ("kinds/rds/db_parameter_group.rs", &["describe_db_parameter_groups"]),
    ("kinds/rds/db_proxy/mod.rs", &["describe_db_proxies"]),
    ("kinds/rds/db_subnet_group.rs", &["describe_db_subnet_groups"]),
    ("kinds/autoscaling/scalable_target/write.rs", &["describe_scalable_targets", "list_tags_for_resource"]),
    // One is enough, and what pages by a marker.
    (
        "kinds/shared/offers.rs",
        &[
            "describe_orderable_db_instance_options",
            "describe_engine_default_cluster_parameters",
            "describe_engine_default_parameters",
            "describe_vpc_endpoint_services",
        ],
    ),
    // Records have no paginator: their pages are followed by hand.
    ("kinds/route53/mod.rs", &["get_change", "list_resource_record_sets"]),
    // One record by name and type.
    ("kinds/route53/record_set/read.rs", &["list_resource_record_sets"]),
    // Nobody has a hundred zones of one name.
    ("kinds/route53/hosted_zone/read.rs", &["get_dnssec", "get_hosted_zone", "list_hosted_zones_by_name"]),
    // Ten ids a call.
    ("kinds/route53/tags.rs", &["list_tags_for_resources"]),
    ("kinds/route53/record_set/mod.rs", &["get_hosted_zone"]),
    // One thing's details.
    ("kinds/acm/certificate/mod.rs", &["describe_certificate"]),
    ("kinds/acm/certificate/read.rs", &["describe_certificate", "list_tags_for_certificate"]),
    ("kinds/cloudwatch/dashboard/mod.rs", &["get_dashboard"]),
    ("kinds/cloudwatch/described.rs", &["describe_alarms"]),
    ("kinds/cloudwatch/mod.rs", &["list_tags_for_resource"]),
    ("kinds/autoscaling/scalable_target/mod.rs", &["list_tags_for_resource"]),
    ("kinds/shared/dynamic_reference.rs", &["get_secret_value"]),
    ("kinds/elasticache/mod.rs", &["list_tags_for_resource"]),
    ("kinds/elb/mod.rs", &["describe_tags"]),
    ("kinds/elb/listener/mod.rs", &["describe_listener_attributes"]),
    ("kinds/elb/load_balancer/mod.rs", &["describe_load_balancer_attributes"]),
    ("kinds/iam/role/write.rs", &["get_role"]),
    ("kinds/kms/key/read.rs", &["describe_key", "get_key_policy", "get_key_rotation_status"]),
    ("kinds/kms/key/write.rs", &["describe_key", "list_resource_tags"]),
    ("kinds/logs/delivery_destination.rs", &["get_delivery_destination"]),
    ("kinds/logs/delivery_source.rs", &["get_delivery_source"]),
    ("kinds/logs/mod.rs", &["list_tags_for_resource"]),
    ("kinds/rds/mod.rs", &["list_tags_for_resource"]),
    ("kinds/scheduler/schedule/mod.rs", &["get_schedule"]),
    ("kinds/scheduler/schedule_group.rs", &["get_schedule_group", "list_schedules", "list_tags_for_resource"]),
    ("kinds/s3/bucket/access.rs", &["get_public_access_block", "get_bucket_ownership_controls"]),
    ("kinds/s3/bucket/cors.rs", &["get_bucket_cors"]),
    // A page at a time goes, and the next is asked for then.
    ("kinds/s3/bucket/empty.rs", &["list_object_versions", "list_multipart_uploads"]),
    ("kinds/s3/bucket/encryption.rs", &["get_bucket_encryption"]),
    ("kinds/s3/bucket/lifecycle/read.rs", &["get_bucket_lifecycle_configuration"]),
    ("kinds/s3/bucket/logging.rs", &["get_bucket_logging"]),
    ("kinds/s3/bucket/notification.rs", &["get_bucket_notification_configuration"]),
    ("kinds/s3/bucket/policy.rs", &["get_bucket_policy"]),
    (
        "kinds/s3/bucket/read.rs",
        &[
            "get_bucket_accelerate_configuration",
            "get_bucket_acl",
            "get_bucket_replication",
            "get_bucket_request_payment",
            "get_bucket_tagging",
            "get_bucket_website",
        ],
    ),
    ("kinds/s3/bucket/versions.rs", &["get_bucket_versioning", "get_object_lock_configuration"]),
    ("kinds/secretsmanager/secret/read.rs", &["describe_secret", "get_resource_policy"]),
    ("kinds/secretsmanager/secret/write.rs", &["get_random_password"]),
    ("kinds/servicediscovery/http_namespace.rs", &["list_tags_for_resource", "get_namespace", "get_operation"]),
    ("kinds/sns/topic/attributes.rs", &["get_topic_attributes"]),
    ("kinds/sns/topic/read.rs", &["list_tags_for_resource"]),
    ("kinds/sns/topic/subscribed.rs", &["get_subscription_attributes"]),
    ("kinds/sqs/queue/mod.rs", &["get_queue_attributes", "get_queue_url", "list_queue_tags"]),
    // One setting has one value; one mark, its tags.
    ("kinds/ec2/ebs_encryption.rs", &["get_ebs_default_kms_key_id", "get_ebs_encryption_by_default"]),
    ("kinds/ec2/instance_metadata.rs", &["get_instance_metadata_defaults"]),
    ("kinds/shared/setting.rs", &["list_tags_for_resource"]),
    ("kinds/events/rule/mod.rs", &["describe_rule", "list_tags_for_resource"]),
    // They have no paginator: their pages are followed by hand.
    ("kinds/events/rule/read.rs", &["list_rules", "list_targets_by_rule"]),
    ("kinds/guardduty/detector/read.rs", &["get_detector", "get_administrator_account"]),
    // Paged by hand: the SDK has no paginator for it.
    ("kinds/logs/resource_policy.rs", &["describe_resource_policies"]),
    // One domain, or five; all names at once.
    ("kinds/opensearch/domain/mod.rs", &["describe_domains", "list_domain_names"]),
    ("kinds/opensearch/domain/write.rs", &["describe_domain", "get_compatible_versions"]),
    ("kinds/opensearch/mod.rs", &["list_tags"]),
    // One set, whose destinations are no more than ten.
    ("kinds/ses/configuration_set/read.rs", &["get_configuration_set", "get_configuration_set_event_destinations"]),
    ("kinds/ses/email_identity/read.rs", &["get_account", "get_email_identity"]),
    // One file system.
    ("kinds/efs/file_system/mod.rs", &["describe_file_systems"]),
    (
        "kinds/efs/file_system/read.rs",
        &[
            "describe_backup_policy",
            "describe_file_system_policy",
            "describe_file_systems",
            "describe_lifecycle_configuration",
            "describe_mount_target_security_groups",
        ],
    ),
    // One repository; its images are counted by their first page.
    (
        "kinds/ecr/repository/read.rs",
        &[
            "describe_repositories",
            "get_lifecycle_policy",
            "get_repository_policy",
            "list_images",
            "list_tags_for_resource",
        ],
    ),
    // Ten names a call, or one.
    ("kinds/ssm/parameter/read.rs", &["get_parameters", "list_tags_for_resource"]),
    ("kinds/ssm/parameter/write.rs", &["get_parameters"]),
    ("kinds/wafv2/mod.rs", &["list_tags_for_resource"]),
    // As many ARNs as the call takes.
    ("kinds/ecs/mod.rs", &["describe_clusters"]),
    ("kinds/ecs/cluster/mod.rs", &["describe_clusters"]),
    ("kinds/ecs/service/read.rs", &["describe_services"]),
    // The SDK has no paginator for deployments: the token is followed by hand.
    (
        "kinds/ecs/service/way_back.rs",
        &["describe_service_revisions", "describe_task_definition", "list_service_deployments"],
    ),
    ("kinds/ecs/service/write.rs", &["describe_services"]),
    ("kinds/ecs/task_definition/mod.rs", &["describe_task_definition"]),
    ("kinds/ecs/task_definition/read/mod.rs", &["describe_task_definition"]),
    ("kinds/ecs/task_definition/revisions.rs", &["describe_services", "describe_task_definition"]),
    // The newest few are enough: a few stopped tasks.
    ("kinds/ecs/service/state.rs", &["describe_tasks", "list_tasks"]),
    ("kinds/cloudfront/mod.rs", &["list_tags_for_resource"]),
    ("kinds/cloudfront/distribution/mod.rs", &["get_distribution"]),
    ("kinds/cloudfront/origin_access_control.rs", &["get_origin_access_control"]),
    // The SDK has no paginator for policies and functions: the marker is followed by hand.
    ("kinds/cloudfront/cache_policy.rs", &["get_cache_policy", "list_cache_policies"]),
    ("kinds/cloudfront/function.rs", &["describe_function", "get_function", "list_functions"]),
    ("kinds/cloudfront/origin_request_policy.rs", &["get_origin_request_policy", "list_origin_request_policies"]),
    (
        "kinds/cloudfront/response_headers_policy/mod.rs",
        &["get_response_headers_policy", "list_response_headers_policies"],
    ),
    // The SDK has no paginator for VPC origins: the marker is followed by hand.
    ("kinds/cloudfront/vpc_origin.rs", &["get_vpc_origin", "list_vpc_origins"]),
    // The SDK has no paginator for WAF: the marker is followed by hand.
    ("kinds/wafv2/ip_set.rs", &["get_ip_set", "list_ip_sets"]),
    ("kinds/wafv2/regex_pattern_set.rs", &["get_regex_pattern_set", "list_regex_pattern_sets"]),
    ("kinds/wafv2/web_acl/logging.rs", &["list_logging_configurations"]),
    ("kinds/wafv2/web_acl/read/mod.rs", &["get_web_acl"]),
    ("kinds/wafv2/web_acl/mod.rs", &["list_web_acls"]),
];

/// Longer than for what AWS has not spread yet, a kind does not wait: what takes longer is a turn of its own, or settles.
const MOST_MINUTES: u32 = 5;

/// Returns how a line waits longer than that, or does not say how long.
fn long_wait(line: &str) -> Option<&str> {
    let number = |text: &str| text.trim_end().rsplit(|sign: char| !sign.is_ascii_digit()).next()?.parse::<u32>().ok();
    let is_long = |(at, _): (usize, &str)| {
        let before = line[..at].trim_end();
        let times = before.strip_suffix('*').map(number);
        let is_product = line[at + "MINUTE".len()..].trim_start().starts_with(['*', '+']);
        is_product || times.is_some_and(|times| times.is_none_or(|times| times > MOST_MINUTES))
    };
    let seconds = line.split("from_secs(").skip(1).map(|rest| rest.split(')').next().and_then(number));
    let is_short = |seconds: Option<u32>| seconds.is_some_and(|seconds| seconds <= MOST_MINUTES * 60);
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let is_word =
        |(at, word): &(usize, &str)| !line[..*at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part);
    let is_wait = line.match_indices("MINUTE").filter(is_word).any(is_long) || !seconds.into_iter().all(is_short);
    (is_wait || line.contains("tokio::time")).then_some(line)
}

/// A wait within a verb says nothing, and is lost when the program is killed.
#[test]
fn no_kind_waits_within_a_verb_for_longer_than_aws_needs_to_spread_a_change() {
    for long in [
        "MINUTE * 60",
        "retry(15 * MINUTE, f)",
        "MINUTE + x",
        "minutes * MINUTE",
        "from_secs(900)",
        "tokio::time::sleep(a)",
    ] {
        assert!(long_wait(long).is_some(), "{long}");
    }
    for short in ["retry(5 * MINUTE, f)", "retry(MINUTE, f)", "from_secs(20)", "use crate::aws::{MINUTE, retry};"] {
        assert!(long_wait(short).is_none(), "{short}");
    }
    none("waits too long: say `Turn::More` or `Turn::Busy`", |source| {
        source.is_in(&["kinds"]) && source.code.lines().any(|line| long_wait(line).is_some())
    });
}

/// A read that a kind sends.
pub struct Read {
    /// `kinds/ec2/vpc.rs`.
    pub file: String,
    /// `describe_vpcs`.
    pub operation: String,
    /// Whether all of its pages are asked for.
    pub is_paged: bool,
}

/// Every read of every kind.
pub fn reads() -> Vec<Read> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_in(&["kinds"])) {
        for verb in [".describe_", ".get_", ".list_"] {
            for (at, _) in source.code.match_indices(verb) {
                let operation = word(&source.code[at + 1..]);
                let rest = &source.code[at + 1 + operation.len()..];
                if let Some(end) = rest.find(".send()").filter(|_| rest.starts_with("()")) {
                    let is_paged = rest[..end].contains("into_paginator");
                    found.push(Read { file: source.path.display().to_string(), operation, is_paged });
                }
            }
        }
    }
    found
}

/// Emulators answer in one page whatever there is; only AWS would tell.
#[test]
fn no_list_is_read_without_its_other_pages() {
    let found: BTreeSet<_> =
        reads().into_iter().filter(|read| !read.is_paged).map(|read| (read.file, read.operation)).collect();
    let allowed =
        ONE_PAGE.iter().flat_map(|(file, names)| names.iter().map(|name| (file.to_string(), name.to_string())));
    let allowed: BTreeSet<_> = allowed.collect();
    let unlisted: Vec<_> = found.difference(&allowed).collect();
    assert!(unlisted.is_empty(), "page them, or say in ONE_PAGE why not: {unlisted:#?}");
    let stale: Vec<_> = allowed.difference(&found).collect();
    assert!(stale.is_empty(), "no longer so: {stale:#?}");
}

#[test]
fn plan_is_pure() {
    let impure = ["async", "await", "tokio", "aws_config", "SystemTime", "Instant"];
    none("plan has no async, no clock, no AWS", |source| {
        // The time is in the input; nobody asks for it.
        let asks = source.code.contains("::now(") || impure.iter().any(|word| names(&source.code, word));
        source.is_in(&["plan"]) && asks
    });
}

#[test]
fn only_report_and_the_commands_print() {
    let macros = ["print!", "println!", "eprint!", "eprintln!"];
    none("prints", |source| macros.iter().any(|word| source.code.contains(word)) && !source.is_in(&["report", "cli"]));
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TODO", "FIXME", "todo!", "unimplemented!", "dbg!"];
    let mut found = Vec::new();
    for path in files("src") {
        let text = read(&path);
        let hits = marks.iter().filter(|mark| names(&text, mark.trim_end_matches('!')) && text.contains(**mark));
        found.extend(hits.map(|mark| format!("{}: {mark}", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_file_is_long() {
    let lines = |path: PathBuf| (read(&path).lines().count(), path);
    let long: Vec<_> = files("src").into_iter().map(lines).filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:#?}");
}

/// The compiler passes over a file that no module declares; the list of kinds must not.
#[test]
fn every_file_is_declared() {
    let mut lost = Vec::new();
    for folder in ["src", "tests/it"] {
        for path in files(folder).into_iter().filter(|path| has_extension(path, "rs")) {
            let is_module = path.ends_with("mod.rs");
            let module = if is_module { path.parent().expect("a folder") } else { &path };
            let above = module.parent().expect("a folder");
            if above == root() || above == root().join("tests") || path.ends_with("main.rs") || path.ends_with("lib.rs")
            {
                continue;
            }
            let homes = [above.join("mod.rs"), above.join("lib.rs"), above.join("main.rs"), above.with_extension("rs")];
            let declaration = format!("mod {};", module.file_stem().expect("a name").to_string_lossy());
            if !homes.iter().filter(|home| home.exists()).any(|home| read(home).contains(&declaration)) {
                lost.push(path);
            }
        }
    }
    assert!(lost.is_empty(), "declared by no module: {lost:#?}");
}

/// Tests share one local AWS and keep apart by account.
#[test]
fn no_account_of_the_local_aws_is_used_by_two_files() {
    let mut users: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in files("tests").into_iter().filter(|path| has_extension(path, "rs")) {
        for text in read(&path).split('"').skip(1).step_by(2) {
            let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
            if is_account && text.starts_with("30000") {
                users.entry(text.to_owned()).or_default().insert(path.clone());
            }
        }
    }
    assert!(users.len() > 10, "the search finds nothing: {users:?}");
    let shared: Vec<_> = users.iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:?}");
}

#[cfg(feature = "sdk")]
#[test]
fn every_kind_is_listed_once_and_sorted() {
    let listed: Vec<_> = KINDS.iter().map(|kind| kind.facts().kind).collect();
    assert!(listed.is_sorted_by(|a, b| a < b), "sort KINDS by type: {listed:#?}");
    let kinds: Vec<_> = sources().into_iter().filter(|source| source.is_in(&["kinds"])).collect();
    let written: usize = kinds.iter().map(|source| source.code.matches("impl Kind for ").count()).sum();
    assert_eq!(listed.len(), written, "a kind is missing from KINDS");
}

#[test]
fn every_link_of_the_docs_leads_somewhere() {
    let pages = files("docs").into_iter().filter(|path| has_extension(path, "md"));
    let mut dead = Vec::new();
    for page in pages.chain([root().join("README.md")]) {
        let text = read(&page);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])) {
            let file = target.split(['#', ' ']).next().expect("a first part");
            if !page.parent().expect("a folder").join(file).exists() {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[cfg(feature = "sdk")]
#[test]
fn the_pages_of_kinds_are_up_to_date() {
    let shapes: Vec<_> = KINDS.iter().map(|kind| kind.shape()).collect();
    let pages = kinds_pages(&shapes);
    let path = |page: &str| root().join("docs").join(page);
    let known: BTreeSet<_> = pages.keys().map(|page| path(page)).collect();
    let left: Vec<_> = files("docs/kinds").into_iter().filter(|file| !known.contains(file)).collect();
    if std::env::var_os("UPDATE").is_some() {
        left.iter().for_each(|file| fs::remove_file(file).expect("the page of no kind can be removed"));
        pages.iter().for_each(|(page, text)| fs::write(path(page), text).expect("the page can be written"));
        return;
    }
    let is_stale = |(page, text): &(&String, &String)| !fs::read_to_string(path(page)).is_ok_and(|is| is == **text);
    let stale: Vec<_> = pages.iter().filter(is_stale).map(|(page, _)| page).collect();
    assert!(
        stale.is_empty() && left.is_empty(),
        "not what the kinds say: docs/ {stale:?}; of no kind: {left:?}: UPDATE=1 cargo test --test it tidy"
    );
}
