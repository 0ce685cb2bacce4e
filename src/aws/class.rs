use crate::resource::Class;

/// The codes by which services say that we ask too often.
pub(super) const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "KMSThrottling",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "PriorRequestNotComplete",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
];

/// Decides what an AWS error code means. Codes are those on the wire, which in the query protocols are not the names of
/// the shapes; where one code has several meanings, the message decides (sources: the service models, and what
/// long-lived provisioners retry on). The order matters: what stands first is told apart from what follows.
pub fn classify(code: &str, message: &str) -> Class {
    let says = |text: &str| message.contains(text);
    match code {
        _ if THROTTLES.contains(&code) || says("Rate exceeded") => Class::Throttled,

        // Logs denies a key whose policy was written moments ago, as Secrets Manager does, which says so of a function, too.
        "AccessDeniedException"
            if ["is not allowed to be used with", "Access to KMS is not allowed", "cannot invoke"]
                .into_iter()
                .any(says) =>
        {
            Class::Propagating
        }
        // EC2 says the same of an address that somebody else has allocated.
        "AuthFailure" if !says("credentials") => Class::Denied,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AuthorizationError"
        | "Forbidden"
        | "BlockedException"
        | "FailedResourceAccessException"
        | "KMSAccessDeniedException" => Class::Denied,
        "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "RegionDisabledException"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => Class::Credentials,

        // Before the names of states: "role not there yet" comes under many codes.
        _ if is_propagation(message) => Class::Propagating,
        "MalformedPolicy" | "MalformedPolicyDocument" | "MalformedPolicyDocumentException" if says("rincipal") => {
            Class::Propagating
        }
        // OpenSearch of its log groups, whose policy may be seconds old, of its own role, and of principals of its policy.
        "ValidationException"
            if says("does not grant sufficient permissions for Amazon") || says("enable a service-linked role") =>
        {
            Class::Propagating
        }
        "InvalidTypeException" if says("Error setting policy") => Class::Propagating,
        // IAM of a service-linked role that the account has.
        "InvalidInput" if says("has been taken in this account") => Class::AlreadyExists,
        // SQS says no more of a principal that IAM does not show everywhere yet.
        "InvalidAttributeValue" if says("parameter Policy") => Class::Propagating,
        // CloudWatch, of alarms that were made just now.
        "ValidationError" if says("in the alarm rule do not exist") => Class::Propagating,
        "InvalidParameterValue" if says("Dead letter target does not exist") => Class::Propagating,
        // S3 of a queue whose policy was written moments ago, and of a bucket for records that was made moments ago.
        "InvalidArgument" if says("validate the following destination configurations") => Class::Propagating,
        "InvalidTargetBucketForLogging" => Class::Propagating,
        // SNS of a principal, and of a role for its logs, that IAM does not show everywhere yet.
        "InvalidParameter" if says("PrincipalNotFound") || says("is not a valid role to allow SNS") => {
            Class::Propagating
        }
        // The certificate was issued moments ago; the key's policy was written moments ago.
        "KMSKeyNotAccessibleFault"
        | "InvalidViewerCertificate"
        | "InvalidWebACLId"
        | "ServiceLinkedRoleNotFoundFault"
        | "UnsupportedCertificate"
        | "WAFServiceLinkedRoleErrorException" => Class::Propagating,

        "PreconditionFailed"
        | "InvalidIfMatchVersion"
        | "WAFOptimisticLockException"
        | "ConditionalRequestConflict"
        | "ConcurrentAccess"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ConditionalCheckFailedException"
        | "HealthCheckVersionMismatch"
        | "StaleTag" => Class::Conflict,

        // Route 53's only code for a batch that it does not carry out.
        "InvalidChangeBatch" if says("already exists") => Class::AlreadyExists,
        "InvalidChangeBatch" if says("do not match the current values") => Class::Conflict,
        "InvalidChangeBatch" if says("it was not found") => Class::NotFound,

        "LimitExceeded" | "OverLimit" | "TargetGroupAssociationLimit" | "NoFreeAddressesInSubnet" => Class::Quota,
        "InvalidParameterException" if says("maximum number of capacity providers") => Class::Quota,
        // Systems Manager changes a parameter once at a time.
        "TooManyUpdates" => Class::Busy,
        _ if is_quota(code) => Class::Quota,

        // Protection does not pass by itself, unlike everything else that may not be deleted yet.
        "OperationNotPermitted" if says("deletion protection") => Class::Invalid,
        "InvalidState" if says("ArchivePolicy") => Class::Invalid,
        _ if is_busy(code, message) => Class::Busy,

        "AWS.SimpleQueueService.NonExistentQueue" => Class::NotFound,
        "ClientException" if says("Unable to describe task definition") => Class::NotFound,
        // GuardDuty has one code for all: of a detector that is gone, and of the one that an account has already.
        "BadRequestException" if says("detectorId is not owned by the current account") => Class::NotFound,
        "BadRequestException" if says("a detector already exists") => Class::AlreadyExists,
        // ECS of a capacity provider, which it has no code of its own for; Auto Scaling of a group.
        "ClientException" if says("specified capacity provider does not exist") => Class::NotFound,
        "ClientException" if says("specified capacity provider already exists") => Class::AlreadyExists,
        "ValidationError" if says("AutoScalingGroup name not found") => Class::NotFound,
        // A secret in its window takes no change.
        "InvalidRequestException" if says("marked for deletion") || says("marked deleted") => Class::NotFound,
        "NoSuchEntity"
        | "EntityNotFound"
        | "NoSuchDistribution"
        | "NoSuchOriginAccessControl"
        | "NoSuchCachePolicy"
        | "NoSuchOriginRequestPolicy"
        | "NoSuchResponseHeadersPolicy"
        | "NoSuchFunctionExists"
        | "NoSuchResource"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchHealthCheck"
        | "NoSuchHostedZone"
        | "NoSuchChange"
        | "NoSuchTagSet"
        | "InvalidResourceId"
        | "Gateway.NotAttached"
        | "DashboardNotFoundError"
        | "WAFNonexistentItemException" => Class::NotFound,
        _ if ["NotFound", "NotFoundFault", "NotFoundException"].iter().any(|end| code.ends_with(end)) => {
            Class::NotFound
        }

        "WAFDuplicateItemException"
        | "BucketAlreadyOwnedByYou"
        | "Resource.AlreadyAssociated"
        | "DBProxyTargetAlreadyRegisteredFault"
        | "ConflictingDomainExists"
        | "InvalidSubnet.Conflict" => Class::AlreadyExists,
        "InvalidParameterException" if says("not idempotent") => Class::AlreadyExists,
        // Scheduler; of a change that meets another it says the same in other words.
        // The latter of a second delivery source of one distribution.
        "ConflictException" if says("already exists") || says("already been used") => Class::AlreadyExists,
        "ConflictException" if says("schedule") || says("Schedule") || says("being updated") => Class::Busy,
        // ElastiCache of a group of users, two of which have one name.
        "DuplicateUserName" => Class::Invalid,
        "InvalidParameter" if says("already exists with different") => Class::AlreadyExists,
        _ if code.starts_with("Duplicate") || code.ends_with(".Duplicate") || is_there(code) => Class::AlreadyExists,

        _ if is_ill(code) => Class::Other,
        _ => Class::Invalid,
    }
}

fn is_quota(code: &str) -> bool {
    let code = code.trim_end_matches("Exception").trim_end_matches("Fault");
    code.starts_with("TooMany")
        || (code.ends_with("Exceeded") && ["Limit", "Limits", "Quota"].iter().any(|what| code.contains(what)))
}

fn is_there(code: &str) -> bool {
    ["AlreadyExists", "AlreadyExistsFault", "AlreadyExistsException", "ResourceExistsException"]
        .iter()
        .any(|end| code.ends_with(end))
}

fn is_ill(code: &str) -> bool {
    // Capacity is AWS's own: it comes back, or another class or zone has it.
    code.contains("Internal")
        || code.starts_with("Insufficient") && code.contains("Capacity")
        || matches!(
            code,
            "ServiceUnavailable"
                | "ServiceUnavailableException"
                | "ServerException"
                | "ServiceFailure"
                | "DependencyTimeoutException"
                | "RequestTimeout"
                | "Unavailable"
                | "NotImplemented"
                | ""
        )
}

fn is_busy(code: &str, message: &str) -> bool {
    let by_message = match code {
        "InvalidParameterException" => {
            message.contains("while deployments are active") || message.contains("still Draining")
        }
        // The name is given up; the last rotation is under way.
        "InvalidRequestException" => {
            ["scheduled for deletion", "was deleted", "revious rotation"].iter().any(|saying| message.contains(saying))
        }
        "ClientException" => [
            "Too many concurrent attempts",
            "was not ACTIVE",
            "cannot be deleted while",
            "capacity provider is in use",
            "capacity provider cannot be deleted",
        ]
        .iter()
        .any(|saying| message.contains(saying)),
        // OpenSearch, of two changes at once and of a name that is not free yet; EventBridge of a rule whose targets went just now.
        "ValidationException" => {
            ["A change/update is in progress", "omain is still being deleted", "can't be deleted since it has targets"]
                .iter()
                .any(|saying| message.contains(saying))
        }
        // ElastiCache of a user that is there and changes.
        "UserNotFound" | "UserGroupNotFound" => message.contains("is not available for tagging"),
        // CloudWatch, of two calls for one alarm at once, and of an alarm that a composite one asks for.
        "ValidationError" => ["request to update this alarm is in progress", "composite alarm(s) depending on"]
            .iter()
            .any(|saying| message.contains(saying)),
        _ => false,
    };
    by_message
        || code.ends_with(".InUse")
        || (code.starts_with("Invalid") && code.contains("State"))
        || matches!(
            code,
            "DependencyViolation"
                | "AWS.SimpleQueueService.QueueDeletedRecently"
                | "ResourceInUse"
                | "ResourceInUseException"
                | "DeleteConflict"
                | "EntityTemporarilyUnmodifiable"
                | "OperationAborted"
                | "OperationAbortedException"
                | "ConcurrentUpdateException"
                | "RequestInProgressException"
                | "WAFAssociatedItemException"
                | "WAFTagOperationException"
                | "WAFUnavailableEntityException"
                | "UpdateInProgressException"
                | "ResourceContention"
                | "ScalingActivityInProgress"
                | "BucketNotEmpty"
                | "CacheSubnetGroupInUse"
                | "DefaultUserAssociatedToUserGroup"
                | "FileSystemInUse"
                | "IncorrectFileSystemLifeCycleState"
                | "IncorrectMountTargetState"
                | "CannotDeleteEntityWhileInUse"
                | "DistributionNotDisabled"
                | "OriginAccessControlInUse"
                | "CachePolicyInUse"
                | "OriginRequestPolicyInUse"
                | "ResponseHeadersPolicyInUse"
                | "FunctionInUse"
                | "ClusterContainsServicesException"
                | "ClusterContainsTasksException"
                | "ClusterContainsContainerInstancesException"
                | "ServiceNotActiveException"
                | "IncorrectState"
                | "IncorrectInstanceState"
                | "KMSInvalidStateException"
                | "DisabledException"
                | "OperationNotPermitted"
                | "PriorityInUse"
        )
}

/// What services say while an IAM role, a service-linked role or a fresh dependency is not visible to them yet.
fn is_propagation(message: &str) -> bool {
    const SAYINGS: &[&str] = &[
        "Unable to assume",
        "unable to assume",
        "cannot be assumed",
        "could not be assumed",
        "does not have an associated load balancer",
        "verify that the ECS service role being passed has the proper permissions",
        "IAM role ARN value is invalid or does not include the required permissions",
        "role has not propagated",
        // RDS of its own role, which it makes with the first database of an account.
        "permission to create service linked role",
        "UsingWithRDS.IAM.ServiceLinkedRoles",
        "Invalid IAM Instance Profile",
        "Invalid principal in policy",
        // ECR of a role that was made moments ago.
        "Principal not found",
        "is not allowed to be used with",
        "execution role does not have permissions",
        "must allow AWS EventBridge Scheduler to assume the role",
    ];
    SAYINGS.iter().any(|saying| message.contains(saying))
}
