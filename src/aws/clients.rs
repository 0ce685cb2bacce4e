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
    made: Made,
}

impl Clients {
    pub(super) fn new(config: SdkConfig, gates: Vec<SharedInterceptor>) -> Self {
        let path_style = config.endpoint_url().is_some();
        Self { config, gates, path_style, s3: OnceLock::new(), made: Made::default() }
    }

    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let mut config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.path_style);
            config.set_interceptors(self.gates.iter().cloned());
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }
}

macro_rules! clients {
    ($($name:ident: $krate:ident,)*) => {
        #[derive(Default)]
        struct Made {
            $($name: OnceLock<$krate::Client>,)*
        }

        impl Clients {
            $(pub fn $name(&self) -> &$krate::Client {
                self.made.$name.get_or_init(|| {
                    let mut config = $krate::config::Builder::from(&self.config);
                    config.set_interceptors(self.gates.iter().cloned());
                    $krate::Client::from_conf(config.build())
                })
            })*
        }
    };
}

clients! {
    acm: aws_sdk_acm,
    autoscaling: aws_sdk_applicationautoscaling,
    ec2: aws_sdk_ec2,
    ecs: aws_sdk_ecs,
    elasticache: aws_sdk_elasticache,
    elb: aws_sdk_elasticloadbalancingv2,
    iam: aws_sdk_iam,
    kms: aws_sdk_kms,
    logs: aws_sdk_cloudwatchlogs,
    rds: aws_sdk_rds,
    sts: aws_sdk_sts,
    tagging: aws_sdk_resourcegroupstagging,
    wafv2: aws_sdk_wafv2,
}
