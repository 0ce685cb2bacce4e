//! Service Connect: the names by which the services of a namespace find each other, through a proxy in every task.

use aws_sdk_ecs::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ecs::task_definition::{LogConfiguration, read_log, write_log};
use crate::kinds::servicediscovery::http_namespace::HttpNamespace;
use crate::kinds::shared::list::some;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{CLOSE, Mistake, OPEN, Ref, pointer};

/// Where a service says it.
pub(super) const PATH: &str = "/ServiceConnectConfiguration";
pub(super) const SERVICES: &str = "/ServiceConnectConfiguration/Services";
/// Why a builder whose parts are all set can't fail.
const SET: &str = "all required parts are set";

/// How the service finds others, and is found, in a namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct ServiceConnect {
    pub enabled: bool,
    /// Where the proxy logs.
    pub log_configuration: LogConfiguration,
    /// The ARN of the namespace.
    pub namespace: Ref<HttpNamespace>,
    /// The ports at which others find it; a service without any only finds others.
    pub services: Vec<ConnectService>,
}

/// A port that others find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConnectService {
    /// The name and port that others use; one at most.
    pub client_aliases: Vec<ClientAlias>,
    /// Its name in the namespace; AWS takes the port's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery_name: Option<String>,
    /// Where the proxy listens instead of the container's port; 0 for that.
    #[serde(default)]
    pub ingress_port_override: i32,
    /// The name of a port in the task definition.
    pub port_name: String,
    #[serde(default)]
    pub timeout: Timeout,
}

/// The name and port that others use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClientAlias {
    /// AWS takes the discovery name, a dot, and the namespace's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_name: Option<String>,
    pub port: i32,
}

/// How long the proxy waits. Left out, AWS's: 300 s without traffic, with TCP 3600; 15 s for an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Timeout {
    /// Seconds until a connection without traffic ends; 0 for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<i32>,
    /// Seconds until a request without its whole answer ends; 0 for never. Not with TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_request_timeout_seconds: Option<i32>,
}

impl ServiceConnect {
    /// Reads what a deployment has.
    pub(super) fn read(from: Option<&sdk::ServiceConnectConfiguration>) -> Self {
        let Some(from) = from.filter(|from| from.enabled) else { return Self::default() };
        Self {
            enabled: true,
            log_configuration: from.log_configuration().map(read_log).unwrap_or_default(),
            namespace: from.namespace().unwrap_or_default().into(),
            services: from.services().iter().map(read_service).collect(),
        }
    }

    /// For a create: nothing where nothing is asked for.
    pub(super) fn to_sdk(&self) -> Option<sdk::ServiceConnectConfiguration> {
        self.enabled.then(|| self.complete())
    }

    /// For an update, which replaces all of it.
    pub(super) fn complete(&self) -> sdk::ServiceConnectConfiguration {
        let namespace = Some(self.namespace.as_str().to_owned()).filter(|arn| !arn.is_empty());
        let services: Vec<_> = self.services.iter().map(ConnectService::to_sdk).collect();
        sdk::ServiceConnectConfiguration::builder()
            .enabled(self.enabled)
            .set_namespace(namespace)
            .set_services(some(services))
            .set_log_configuration(write_log(&self.log_configuration))
            .build()
    }

    /// Returns what ECS would refuse.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut all = Vec::new();
        let namespace = self.namespace.as_str();
        let is_arn = namespace.starts_with("arn:") || namespace.ends_with(&format!(".Arn{CLOSE}"));
        if self.enabled && !is_arn {
            // By its name ECS takes it, too, and answers with what it was given.
            all.push(Mistake::new(
                format!("{PATH}/Namespace"),
                "is not a namespace's ARN: write ref(<namespace>, 'Arn')",
            ));
        }
        for one in &self.services {
            let at = pointer::join(SERVICES, &one.port_name);
            if one.client_aliases.len() != 1 {
                all.push(Mistake::new(
                    format!("{at}/ClientAliases"),
                    "has to have one alias, with the port that others use",
                ));
            }
            let name = one.discovery_name.as_deref().unwrap_or(&one.port_name);
            if !name.contains(OPEN) && !is_discovery_name(name) {
                let text = format!(
                    "`{name}` is no name for Cloud Map: up to 64 small letters, digits, dashes and underscores"
                );
                all.push(Mistake::new(format!("{at}/DiscoveryName"), text));
            }
        }
        all
    }
}

impl ConnectService {
    fn to_sdk(&self) -> sdk::ServiceConnectService {
        let alias = |from: &ClientAlias| {
            let alias = sdk::ServiceConnectClientAlias::builder().port(from.port);
            alias.set_dns_name(from.dns_name.clone()).build().expect(SET)
        };
        let timeout = &self.timeout;
        let timeout = (*timeout != Timeout::default()).then(|| {
            sdk::TimeoutConfiguration::builder()
                .set_idle_timeout_seconds(timeout.idle_timeout_seconds)
                .set_per_request_timeout_seconds(timeout.per_request_timeout_seconds)
                .build()
        });
        sdk::ServiceConnectService::builder()
            .port_name(&self.port_name)
            .set_discovery_name(self.discovery_name.clone())
            .set_client_aliases(Some(self.client_aliases.iter().map(alias).collect()))
            .set_ingress_port_override(Some(self.ingress_port_override).filter(|port| *port != 0))
            .set_timeout(timeout)
            .build()
            .expect(SET)
    }
}

fn read_service(from: &sdk::ServiceConnectService) -> ConnectService {
    let alias = |from: &sdk::ServiceConnectClientAlias| ClientAlias {
        dns_name: from.dns_name().map(str::to_owned),
        port: from.port,
    };
    ConnectService {
        client_aliases: from.client_aliases().iter().map(alias).collect(),
        discovery_name: from.discovery_name().map(str::to_owned),
        ingress_port_override: from.ingress_port_override().unwrap_or_default(),
        port_name: from.port_name.clone(),
        timeout: Timeout {
            idle_timeout_seconds: from.timeout().and_then(sdk::TimeoutConfiguration::idle_timeout_seconds),
            per_request_timeout_seconds: from
                .timeout()
                .and_then(sdk::TimeoutConfiguration::per_request_timeout_seconds),
        },
    }
}

/// Notes what of it a spec cannot express; an update, which replaces all of it, takes that away.
pub(super) fn unmodelled(from: Option<&sdk::ServiceConnectConfiguration>, parts: &mut UnmodelledParts) {
    let Some(from) = from else { return };
    let tls = from.services().iter().filter_map(|one| one.tls().map(|tls| spoken(&one.port_name, tls)));
    let tests = |one: &sdk::ServiceConnectService| {
        one.client_aliases().iter().any(|alias| alias.test_traffic_rules().is_some())
    };
    parts
        .note(&format!("{PATH}/AccessLogConfiguration"), from.access_log_configuration().is_some(), "is set")
        .note(&format!("{PATH}/ContainerConfigurations"), !from.container_configurations().is_empty(), "is set")
        .tell(SERVICES, tls)
        .note(SERVICES, from.services().iter().any(tests), "one has TestTrafficRules");
}

/// TLS of a service in words, with what it uses.
fn spoken(port: &str, tls: &sdk::ServiceConnectTlsConfiguration) -> String {
    let authority = tls.issuer_certificate_authority().and_then(|authority| authority.aws_pca_authority_arn());
    let uses = [("authority", authority), ("key", tls.kms_key()), ("role", tls.role_arn())];
    let uses = uses.iter().filter_map(|(what, arn)| arn.map(|arn| format!(", {what} {arn}")));
    format!("{port} speaks TLS{}", uses.collect::<String>())
}

fn is_discovery_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(is_inner) && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn connect(written: serde_json::Value) -> ServiceConnect {
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn it_comes_back_as_it_was_written() {
        let full = connect(json!({
            "Enabled": true,
            "Namespace": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1",
            "LogConfiguration": { "LogDriver": "awslogs", "Options": { "awslogs-group": "g" } },
            "Services": [{
                "PortName": "api", "DiscoveryName": "api-v2", "IngressPortOverride": 9000,
                "ClientAliases": [{ "DnsName": "api", "Port": 80 }],
                "Timeout": { "PerRequestTimeoutSeconds": 60 },
            }],
        }));
        assert_eq!(ServiceConnect::read(full.to_sdk().as_ref()), full);
        assert_eq!(full.mistakes(), []);
        let off = connect(json!({}));
        assert_eq!(off.to_sdk(), None);
        assert_eq!(ServiceConnect::read(Some(&off.complete())), off, "turned off is as never turned on");
        assert!(!off.complete().enabled, "what is left out would stay: ECS is told that it is off");
    }

    #[test]
    fn what_ecs_refuses_is_told_before() {
        let said = |written| {
            connect(written).mistakes().into_iter().map(|mistake| mistake.text).collect::<Vec<_>>().join("; ")
        };
        assert!(said(json!({ "Enabled": true, "Namespace": "main" })).contains("is not a namespace's ARN"));
        let service = |more: serde_json::Value| json!({ "Enabled": true, "Namespace": "arn:a", "Services": [more] });
        assert!(said(service(json!({ "PortName": "api", "ClientAliases": [] }))).contains("one alias"));
        let alias = json!([{ "Port": 80 }]);
        assert!(said(service(json!({ "PortName": "API", "ClientAliases": alias }))).contains("no name for Cloud Map"));
    }

    #[test]
    fn what_no_template_can_say_is_told() {
        let logs =
            sdk::ServiceConnectAccessLogConfiguration::builder().format(sdk::ServiceConnectAccessLoggingFormat::Json);
        let live =
            sdk::ServiceConnectConfiguration::builder().enabled(true).access_log_configuration(logs.build().unwrap());
        let mut parts = UnmodelledParts::default();
        unmodelled(Some(&live.build()), &mut parts);
        assert_eq!(parts.take()[0].path, "/ServiceConnectConfiguration/AccessLogConfiguration");
    }
}
