use std::sync::Arc;

use super::live::{AnyMade, Live, foreign, found};
use super::{Bearer, Kind, Made, Result, Tags};

/// What bears the tags that are to change, with its type erased.
pub enum AnyBearer {
    Listed(Arc<Live>),
    Made {
        made: AnyMade,
        /// The tags that it bears.
        tags: Tags,
    },
}

impl AnyBearer {
    pub fn id(&self) -> &str {
        match self {
            Self::Listed(live) => &live.id,
            Self::Made { made, .. } => &made.id,
        }
    }

    pub(super) fn tags(&self) -> &Tags {
        match self {
            Self::Listed(live) => &live.tags,
            Self::Made { tags, .. } => tags,
        }
    }

    pub(super) fn typed<K: Kind>(&self) -> Result<Bearer<'_, K>> {
        Ok(match self {
            Self::Listed(live) => {
                let found = found::<K>(live)?;
                Bearer { id: &found.id, outputs: &found.outputs }
            }
            Self::Made { made, .. } => {
                let made: &Made<K> = made.made.downcast_ref().ok_or_else(foreign::<K>)?;
                Bearer { id: &made.id, outputs: &made.outputs }
            }
        })
    }
}
