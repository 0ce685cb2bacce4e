use std::ops::Deref;

use super::Clients;
use super::writer_gate::WriterGate;
use crate::resource::Address;

/// Changes one account and region on behalf of one step; every attempt is checked against its [`WriterScope`](super::WriterScope).
///
/// The SDK's own retry is off for the creates that have neither a token nor a natural key (`CreateVpc`, `CreateSubnet`,
/// `CreateInternetGateway`, `AllocateAddress`, `CreateKey`): see [`create_once`](super::create_once).
pub struct Writer {
    clients: Clients,
    gate: WriterGate,
    account: String,
    region: String,
    address: Address,
    token: String,
    named: bool,
}

impl Writer {
    pub(super) fn new(
        clients: Clients,
        gate: WriterGate,
        account: String,
        region: String,
        address: Address,
        token: String,
        named: bool,
    ) -> Self {
        Self { clients, gate, account, region, address, token, named }
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

    /// Whether somebody has named the resource (`--allow-destroy`), so that it may go with all that is in it.
    pub fn is_named(&self) -> bool {
        self.named
    }

    /// Returns whether an id or ARN is one of the stack's own, or of what this writer made: only such a thing can be so
    /// fresh that a service does not see it yet.
    pub fn is_ours(&self, id: &str) -> bool {
        self.gate.is_ours(id)
    }

    /// Lets this step touch a part of its own resource that only the kind knows of, because its `list` kept it beside
    /// the outputs: a route table's association. What this writer reads with the stack's own ids is let in by itself.
    pub fn admit(&self, id: &str) {
        self.gate.admit(id);
    }
}

impl Deref for Writer {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.clients
    }
}
