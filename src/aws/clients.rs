use std::sync::OnceLock;

use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_types::SdkConfig;

/// The SDK clients of one account and region, each made on first use, all behind the same gates.
///
/// A gate is an interceptor: a reader's refuses every operation that is not a read, a writer's checks the lease and
/// what the step may touch, before every attempt.
pub struct Clients {
    config: SdkConfig,
    gates: Vec<SharedInterceptor>,
    /// Emulators want bucket names in the path.
    path_style: bool,
    s3: OnceLock<aws_sdk_s3::Client>,
    global_tagging: OnceLock<aws_sdk_resourcegroupstagging::Client>,
    made: Made,
}

impl Clients {
    pub(super) fn new(config: SdkConfig, gates: Vec<SharedInterceptor>) -> Self {
        let path_style = config.endpoint_url().is_some();
        let (s3, global_tagging) = (OnceLock::new(), OnceLock::new());
        Self { config, gates, path_style, s3, global_tagging, made: Made::default() }
    }

    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let mut config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.path_style);
            config.set_interceptors(self.gates.iter().cloned());
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// The tagging API of `home`, the region in which it shows what belongs to none.
    pub(super) fn global_tagging(&self, home: &'static str) -> &aws_sdk_resourcegroupstagging::Client {
        self.global_tagging.get_or_init(|| {
            let config = aws_sdk_resourcegroupstagging::config::Builder::from(&self.config);
            let mut config = config.region(aws_types::region::Region::from_static(home));
            config.set_interceptors(self.gates.iter().cloned());
            aws_sdk_resourcegroupstagging::Client::from_conf(config.build())
        })
    }
}

/// One service: IAM's prefix, the SDK's name for it, and the SDK's crate.
pub(super) struct Service {
    pub(super) prefix: &'static str,
    pub(super) name: &'static str,
    pub(super) krate: &'static str,
}

/// S3 stands apart: its client is made in another way.
const S3: Service = Service { prefix: "s3", name: "S3", krate: "aws_sdk_s3" };

macro_rules! clients {
    ($($client:ident: $krate:ident, $prefix:literal, $name:literal;)*) => {
        /// All services; an operation of any other is refused.
        pub(super) const SERVICES: &[Service] =
            &[S3, $(Service { prefix: $prefix, name: $name, krate: stringify!($krate) }),*];

        #[derive(Default)]
        struct Made {
            $($client: OnceLock<$krate::Client>,)*
        }

        impl Clients {
            $(pub fn $client(&self) -> &$krate::Client {
                self.made.$client.get_or_init(|| {
                    let mut config = $krate::config::Builder::from(&self.config);
                    config.set_interceptors(self.gates.iter().cloned());
                    $krate::Client::from_conf(config.build())
                })
            })*
        }
    };
}

clients! {
    acm: aws_sdk_acm, "acm", "ACM";
    autoscaling: aws_sdk_applicationautoscaling, "application-autoscaling", "Application Auto Scaling";
    cloudfront: aws_sdk_cloudfront, "cloudfront", "CloudFront";
    cloudwatch: aws_sdk_cloudwatch, "cloudwatch", "CloudWatch";
    ec2: aws_sdk_ec2, "ec2", "EC2";
    ec2_autoscaling: aws_sdk_autoscaling, "autoscaling", "Auto Scaling";
    ecr: aws_sdk_ecr, "ecr", "ECR";
    ecs: aws_sdk_ecs, "ecs", "ECS";
    efs: aws_sdk_efs, "elasticfilesystem", "EFS";
    elasticache: aws_sdk_elasticache, "elasticache", "ElastiCache";
    elb: aws_sdk_elasticloadbalancingv2, "elasticloadbalancing", "Elastic Load Balancing v2";
    events: aws_sdk_eventbridge, "events", "EventBridge";
    guardduty: aws_sdk_guardduty, "guardduty", "GuardDuty";
    iam: aws_sdk_iam, "iam", "IAM";
    kms: aws_sdk_kms, "kms", "KMS";
    logs: aws_sdk_cloudwatchlogs, "logs", "CloudWatch Logs";
    opensearch: aws_sdk_opensearch, "es", "OpenSearch";
    quotas: aws_sdk_servicequotas, "servicequotas", "Service Quotas";
    rds: aws_sdk_rds, "rds", "RDS";
    route53: aws_sdk_route53, "route53", "Route 53";
    scheduler: aws_sdk_scheduler, "scheduler", "Scheduler";
    secrets_manager: aws_sdk_secretsmanager, "secretsmanager", "Secrets Manager";
    ses: aws_sdk_sesv2, "ses", "SESv2";
    service_discovery: aws_sdk_servicediscovery, "servicediscovery", "ServiceDiscovery";
    sns: aws_sdk_sns, "sns", "SNS";
    sqs: aws_sdk_sqs, "sqs", "SQS";
    ssm: aws_sdk_ssm, "ssm", "SSM";
    sts: aws_sdk_sts, "sts", "STS";
    tagging: aws_sdk_resourcegroupstagging, "tag", "Resource Groups Tagging API";
    wafv2: aws_sdk_wafv2, "wafv2", "WAFV2";
}
