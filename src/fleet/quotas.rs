//! The quotas of a plan: what it adds is held against what AWS allows and what is there.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Accounts, Fleet, FleetPlan, Location, Reader};
use crate::plan::{Beside, Demand, Finding, demands};
use crate::resource::{Failure, InUse, Limits, Result};

/// What was asked of one account and region, by service and by quota.
struct Answers {
    limits: BTreeMap<&'static str, Result<Limits>>,
    in_use: BTreeMap<(&'static str, &'static str), Result<Option<InUse>>>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Asks for the values of the quotas that a plan adds to, and for what is in use: one bulk read for each service, and one
    /// for each quota. A plan that adds nothing asks nothing.
    pub(super) async fn quotas(&self, fleet_plan: &FleetPlan) -> Vec<Finding> {
        let plans = fleet_plan.plan.stacks.iter().filter_map(|plan| {
            let blueprint = self.stacks.iter().find(|blueprint| blueprint.stack.id == plan.stack.id)?;
            Some((plan, *blueprint, fleet_plan.inventories.get(&plan.stack.id)?))
        });
        let all = demands(&self.shapes(), plans);
        let mut places: BTreeMap<(String, String), Vec<Demand>> = BTreeMap::new();
        for demand in all {
            places.entry((demand.account.clone(), demand.region.clone())).or_default().push(demand);
        }
        let judged = places.iter().map(|((account, region), demands)| async move {
            let answers = match self.opened(account, region).await {
                Ok(reader) => self.ask(&reader, demands).await,
                Err(failure) => {
                    return demands.iter().map(|demand| demand.judge(Err(failure.clone()), Ok(None))).collect();
                }
            };
            demands.iter().map(|demand| answers.judge(demand)).collect::<Vec<_>>()
        });
        join_all(judged).await.into_iter().flatten().collect()
    }

    /// A reader of an account, under the role of the first stack that is there.
    async fn opened(&self, account: &str, region: &str) -> Result<Reader<A::Cloud>> {
        let mut stacks = self.stacks.iter().map(|blueprint| &blueprint.stack);
        let role = stacks.find(|stack| stack.account == account).and_then(|stack| stack.role(self.access));
        let location = Location { account: account.to_owned(), region: region.to_owned(), role };
        self.accounts.reader(&location).await
    }

    async fn ask(&self, reader: &Reader<A::Cloud>, demands: &[Demand]) -> Answers {
        let mut codes: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
        for demand in demands {
            codes.entry(demand.quota.service).or_default().insert(demand.quota.code);
        }
        let limits = codes
            .iter()
            .map(|(service, codes)| async move { (*service, self.accounts.limits(reader, service, codes).await) });
        let is_counted = |demand: &&Demand| matches!(demand.beside, Beside::All | Beside::In(_));
        let counted: BTreeMap<_, _> = demands
            .iter()
            .filter(is_counted)
            .map(|demand| ((demand.quota.service, demand.quota.code), (demand.kind, demand.quota)))
            .collect();
        let in_use = counted.into_iter().map(|(key, (name, quota))| async move {
            let kind = self.accounts.kinds().iter().find(|kind| kind.facts().kind == name);
            let answer = match kind {
                Some(kind) => kind.in_use(reader, &quota).await,
                None => Ok(None),
            };
            (key, answer)
        });
        let (limits, in_use) = tokio::join!(join_all(limits), join_all(in_use));
        Answers { limits: limits.into_iter().collect(), in_use: in_use.into_iter().collect() }
    }
}

impl Answers {
    fn judge(&self, demand: &Demand) -> Finding {
        let (service, code) = (demand.quota.service, demand.quota.code);
        let limit = match self.limits.get(service) {
            Some(Ok(limits)) => Ok(limits.get(code).copied()),
            Some(Err(failure)) => Err(failure.clone()),
            None => Ok(None),
        };
        let told = |of: &dyn Fn(&InUse) -> f64| match self.in_use.get(&(service, code)) {
            Some(Ok(in_use)) => Ok(in_use.as_ref().map(of)),
            Some(Err(failure)) => Err::<_, Failure>(failure.clone()),
            None => Ok(None),
        };
        let in_use = match &demand.beside {
            Beside::Nothing => Ok(Some(0.0)),
            Beside::All => told(&|in_use| in_use.all),
            Beside::In(id) => told(&|in_use| in_use.each.get(id).copied().unwrap_or_default()),
            Beside::Unknown => Ok(None),
        };
        demand.judge(limit, in_use)
    }
}
