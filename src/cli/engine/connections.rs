use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::apply::{Connections, Fence, Permit};
use crate::aws::{self, Aws, Reader, Sessions, Writer, WriterScope};
use crate::resource::{Result, Role};

/// Readers and writers of one stack's account, under the stack's lease.
pub(super) struct AwsConnections {
    pub(super) sessions: Arc<Sessions>,
    pub(super) account: String,
    pub(super) role: Option<Role>,
    pub(super) fence: Fence,
}

impl Connections<Aws> for AwsConnections {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(
            async move { Ok(self.sessions.open(&self.account, region, self.role.clone()).await?.polling_reader()) },
        )
    }

    fn writer<'a>(&'a self, region: &'a str, permit: Permit) -> BoxFuture<'a, Result<Writer>> {
        Box::pin(async move {
            let session = self.sessions.open(&self.account, region, self.role.clone()).await?;
            Ok(session.writer(WriterScope {
                address: permit.address,
                stack: permit.stack,
                own: permit.own,
                mentioned: permit.mentioned,
                token: permit.token,
                named: permit.named,
                fence: Arc::new(LeaseFence(self.fence.clone())),
            }))
        })
    }
}

/// The lease, as the writers' gate asks it.
#[derive(Debug)]
struct LeaseFence(Fence);

impl aws::Fence for LeaseFence {
    fn check(&self, _operation: &str) -> Result<()> {
        self.0.check()
    }
}
