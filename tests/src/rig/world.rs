//! The usual stage: a vendor, a gateway with an administrator, and as many Cores as a test asks for.

use super::{Client, Core, CoreOptions, Gateway};
use crate::vendor::Vendor;
use toml::Table;

#[derive(Debug)]
pub struct World {
    /// `ada`, in a browser. She is also an account at the vendor.
    pub ada: Client,
    pub gateway: Gateway,
    pub vendor: Vendor,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(&Table::new()).await
    }

    /// With other settings of the gateway.
    pub async fn start_with(settings: &Table) -> Self {
        Self::around(Gateway::start_with(settings).await).await
    }

    /// With a gateway that runs already.
    pub async fn around(gateway: Gateway) -> Self {
        let vendor = Vendor::start().await;
        let ada = gateway.add_user("ada").await;
        Self { ada, gateway, vendor }
    }

    /// A Core that is paired and online.
    pub async fn core(&self, name: &str) -> Core {
        self.core_with(name, &CoreOptions::default()).await
    }

    pub async fn core_with(&self, name: &str, options: &CoreOptions) -> Core {
        let mut core = Core::prepare(name, &self.gateway, &self.vendor, options);
        core.pair(&self.gateway).await;
        core.run();
        core.online(&self.ada).await;
        core
    }

    /// A Core that uses an API key which the vendor accepts.
    pub async fn core_with_key(&self, name: &str, key: &str) -> Core {
        self.vendor.accept_api_key(key);
        self.core_with(name, &CoreOptions { api_key: Some(key.to_owned()), ..CoreOptions::default() }).await
    }
}
