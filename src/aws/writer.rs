use std::ops::Deref;

use super::Clients;
use crate::resource::Address;

/// Changes one account and region on behalf of one step; every attempt is checked against its [`Fence`].
///
/// The SDK's own retry is off for the creates that have neither a token nor a natural key (`CreateVpc`, `CreateSubnet`,
/// `CreateInternetGateway`, `AllocateAddress`, `CreateKey`): see [`create_once`](super::create_once).
pub struct Writer {
    clients: Clients,
    account: String,
    region: String,
    address: Address,
    token: String,
}

impl Writer {
    pub(super) fn new(clients: Clients, account: String, region: String, address: Address, token: String) -> Self {
        Self { clients, account, region, address, token }
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// The address of the step's resource.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A client token for this create: 32 hexadecimal digits, the same whenever the same thing is tried again.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Deref for Writer {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.clients
    }
}

/// What a step may do: checked before every attempt, retries included.
pub trait Fence: Send + Sync + std::fmt::Debug {
    /// Refuses if the lease is lost or about to be; `operation` is only for the message.
    fn check(&self, operation: &str) -> Result<(), crate::resource::Failure>;
}
