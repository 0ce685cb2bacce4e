use aws_sdk_opensearch::types::DomainStatus;

use super::read;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::Unmodelled;

/// What a domain has and the spec has no property for.
pub(super) fn unmodelled(told: &DomainStatus) -> Vec<Unmodelled> {
    let on = |is_on: Option<bool>| is_on == Some(true);
    let cluster = told.cluster_config();
    let security = told.advanced_security_options();
    let is_warm = on(cluster.and_then(|cluster| cluster.warm_enabled()));
    let is_cold = cluster.and_then(|cluster| cluster.cold_storage_options()).is_some_and(|cold| cold.enabled());
    let kinds = cluster.map(|cluster| cluster.node_options()).unwrap_or_default();
    let kinds = kinds.iter().filter(|kind| kind.node_config().is_some_and(|config| on(config.enabled())));
    let saml = on(security.and_then(|security| security.saml_options()?.enabled()));
    let jwt = on(security.and_then(|security| security.jwt_options()?.enabled()));
    let federation = on(security.and_then(|security| security.iam_federation_options()?.enabled()));
    let passwords = on(security.and_then(|security| security.internal_user_database_enabled()));
    let anonymous = on(security.and_then(|security| security.anonymous_auth_enabled()));
    let models = told.aiml_options();
    let questions = models
        .and_then(|models| models.natural_language_query_generation_options()?.desired_state())
        .is_some_and(|state| state.as_str() == "ENABLED");
    let vectors = on(models.and_then(|models| models.s3_vectors_engine()?.enabled()));
    let accelerated = on(models.and_then(|models| models.serverless_vector_acceleration()?.enabled()));
    let strategy = told.deployment_strategy_options().map(|options| options.deployment_strategy().as_str());
    let paused = told.automated_snapshot_pause_options().is_some_and(|pause| pause.enabled());
    UnmodelledParts::default()
        .note("/ClusterConfig/WarmEnabled", is_warm, "nodes keep what is seldom searched in S3")
        .note("/ClusterConfig/ColdStorageOptions", is_cold, "indices can be taken off the nodes")
        .tell(
            "/ClusterConfig/NodeOptions",
            kinds.filter_map(|kind| Some(format!("nodes of the sort {}", kind.node_type()?))),
        )
        .note(
            "/CognitoOptions",
            on(told.cognito_options().and_then(|cognito| cognito.enabled())),
            "dashboards let users of Cognito in",
        )
        .note("/AdvancedSecurityOptions/SAMLOptions", saml, "dashboards let users of SAML in")
        .note("/AdvancedSecurityOptions/JWTOptions", jwt, "lets in who has a token (JWT)")
        .note(
            "/AdvancedSecurityOptions/IAMFederationOptions",
            federation,
            "takes roles from the attributes of IAM's sessions",
        )
        .note("/AdvancedSecurityOptions/InternalUserDatabaseEnabled", passwords, "has users with passwords of its own")
        .note("/AdvancedSecurityOptions/AnonymousAuthEnabled", anonymous, "lets in who names no user")
        .note(
            "/IdentityCenterOptions",
            on(told.identity_center_options().and_then(|center| center.enabled_api_access())),
            "lets users of Identity Center in",
        )
        .note("/AIMLOptions", questions, "makes queries of questions")
        .note("/AIMLOptions", vectors, "keeps vectors in S3")
        .note("/AIMLOptions", accelerated, "has its vectors indexed on other machines")
        .note(
            "/VPCOptions",
            on(told.vpc_options().and_then(|vpc| vpc.egress_enabled())),
            "sends what goes out through the VPC",
        )
        .value("/DeploymentStrategyOptions", strategy, "Default")
        .note("/AutomatedSnapshotPauseOptions", paused, "the snapshots that AWS takes are paused")
        .tell("/ChangeProgressDetails", read::refused(told))
        .take()
}
