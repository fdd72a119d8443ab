//! What Prometheus may ask. Label values are bounded: route templates, methods, status classes, and the Cores that are
//! paired; never a path, a user or a session.

mod listener;

pub use listener::serve;

use http::Method;
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Counter, CounterVec, Encoder as _, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, Opts, Registry, TextEncoder,
};
use protocol::claude::{ClaudeState, Method as SignInMethod, State};
use protocol::ids::CoreId;
use std::time::Duration;

/// One registry of our own: nothing that a library registers globally shows up unasked.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: CounterVec,
    request_duration: HistogramVec,
    links: Gauge,
    core_up: GaugeVec,
    signed_in: GaugeVec,
    token_expiry: GaugeVec,
    revocations: Counter,
    revocation_cut: Histogram,
    pub cloned_key_alarms: IntCounter,
    csp_violations: IntCounterVec,
}

/// From a request in memory to one that waits for the vendor.
const LATENCIES: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const CUTS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];
const METHODS: [SignInMethod; 4] =
    [SignInMethod::None, SignInMethod::OAuth, SignInMethod::ApiKey, SignInMethod::Console];

impl Metrics {
    /// # Panics
    /// When two metrics have the same name, which the tests would show.
    pub fn new() -> Self {
        let registry = Registry::new();
        let build =
            GaugeVec::new(Opts::new("condrix_build_info", "Always 1; the labels tell what runs."), &["version"]);
        let build = keep(&registry, build);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        let process = prometheus::process_collector::ProcessCollector::for_self();
        registry.register(Box::new(process)).expect("process metrics have names of their own");
        let labels = &["route", "method", "status_class"];
        Self {
            requests: keep(
                &registry,
                CounterVec::new(
                    Opts::new("condrix_http_requests_total", "Requests that ended, by route template."),
                    labels,
                ),
            ),
            request_duration: keep(
                &registry,
                HistogramVec::new(
                    HistogramOpts::new("condrix_http_request_duration_seconds", "From a request's head to its end.")
                        .buckets(LATENCIES.to_vec()),
                    labels,
                ),
            ),
            links: keep(&registry, Gauge::new("condrix_links", "Cores whose link is up.")),
            core_up: keep(
                &registry,
                GaugeVec::new(Opts::new("condrix_core_up", "Whether the Core's link is up."), &["core"]),
            ),
            signed_in: keep(
                &registry,
                GaugeVec::new(
                    Opts::new(
                        "condrix_core_claude_signed_in",
                        "Whether the Core is signed in to Claude by this method.",
                    ),
                    &["core", "method"],
                ),
            ),
            token_expiry: keep(
                &registry,
                GaugeVec::new(
                    Opts::new(
                        "condrix_core_claude_token_expiry_timestamp_seconds",
                        "When the Core's present access token lapses, in Unix time.",
                    ),
                    &["core"],
                ),
            ),
            revocations: keep(&registry, Counter::new("condrix_revocations_total", "Cores revoked since the start.")),
            revocation_cut: keep(
                &registry,
                Histogram::with_opts(
                    HistogramOpts::new(
                        "condrix_revocation_cut_seconds",
                        "From the order to the end of the last stream of a revoked Core.",
                    )
                    .buckets(CUTS.to_vec()),
                ),
            ),
            cloned_key_alarms: keep(
                &registry,
                IntCounter::new(
                    "condrix_cloned_key_alarms_total",
                    "Fenced links that came back: a Core's key in use twice.",
                ),
            ),
            csp_violations: keep(
                &registry,
                IntCounterVec::new(
                    Opts::new(
                        "condrix_csp_violations_total",
                        "Violations of the web client's content policy that browsers have reported.",
                    ),
                    &["directive"],
                ),
            ),
            registry,
        }
    }

    pub fn request(&self, route: &str, method: &Method, status: u16, elapsed: Duration) {
        let labels = &[route, known_method(method), status_class(status)];
        self.requests.with_label_values(labels).inc();
        self.request_duration.with_label_values(labels).observe(elapsed.as_secs_f64());
    }

    pub fn csp_violation(&self, directive: &'static str) {
        self.csp_violations.with_label_values(&[directive]).inc();
    }

    /// A paired Core exists from the start on, also before it links.
    pub fn core_known(&self, core: CoreId) {
        self.core_up.with_label_values(&[core.to_string()]).set(0.0);
    }

    /// A Core's link is up for as long as the guard lives.
    pub fn link_up(&self, core: CoreId) -> LinkUp {
        let gauge = self.core_up.with_label_values(&[core.to_string()]);
        gauge.set(1.0);
        LinkUp(gauge)
    }

    pub fn core_claude(&self, core: CoreId, claude: &ClaudeState) {
        let core = core.to_string();
        for method in METHODS {
            let signed_in = claude.state == State::SignedIn && claude.method == method;
            let gauge = self.signed_in.with_label_values(&[core.as_str(), method.as_str()]);
            gauge.set(if signed_in { 1.0 } else { 0.0 });
        }
        match claude.expires_at {
            #[expect(clippy::cast_precision_loss, reason = "a timestamp in seconds fits many times over")]
            Some(at) => self.token_expiry.with_label_values(&[&core]).set(at.unix_timestamp() as f64),
            // Absent is the only honest value of an expiry that does not exist; it may be absent already.
            None => drop(self.token_expiry.remove_label_values(&[&core])),
        }
    }

    /// What a revoked Core said of its sign-in is no longer known.
    pub fn core_revoked(&self, core: CoreId) {
        let core = core.to_string();
        // Each series may be absent already: the Core may never have reported.
        for method in METHODS {
            drop(self.signed_in.remove_label_values(&[core.as_str(), method.as_str()]));
        }
        drop(self.token_expiry.remove_label_values(&[&core]));
    }

    pub fn revoked(&self, took: Duration) {
        self.revocations.inc();
        self.revocation_cut.observe(took.as_secs_f64());
    }

    /// The exposition format, version 0.0.4.
    pub fn encode(&self) -> Result<Vec<u8>, prometheus::Error> {
        // Counted and not kept: it cannot differ from the gauges that it sums up.
        let up = self.core_up.collect();
        let cores = up.iter().flat_map(MetricFamily::get_metric);
        self.links.set(cores.map(|core| core.get_gauge().get_value()).sum());
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// See [`Metrics::link_up`].
#[derive(Debug)]
pub struct LinkUp(Gauge);

impl Drop for LinkUp {
    fn drop(&mut self) {
        self.0.set(0.0);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn keep<C: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<C>) -> C {
    let metric = metric.expect("the metric's name and labels are valid");
    registry.register(Box::new(metric.clone())).expect("no two metrics have the same name");
    metric
}

/// Clients may send any method; the label may not grow with them.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

const fn status_class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    use time::OffsetDateTime;

    fn filled() -> (Metrics, CoreId, LinkUp) {
        let (metrics, core) = (Metrics::new(), CoreId::new());
        metrics.request("/api/v1/me", &Method::GET, 200, Duration::from_millis(3));
        let up = metrics.link_up(core);
        let claude = ClaudeState {
            method: SignInMethod::OAuth,
            state: State::SignedIn,
            expires_at: Some(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()),
            ..ClaudeState::default()
        };
        metrics.core_claude(core, &claude);
        metrics.revoked(Duration::from_millis(2));
        metrics.csp_violation("img-src");
        (metrics, core, up)
    }

    fn text(metrics: &Metrics) -> String {
        String::from_utf8(metrics.encode().unwrap()).unwrap()
    }

    #[test]
    fn a_signed_in_core_shows_its_method_and_expiry_until_it_signs_out() {
        let (metrics, core, _up) = filled();
        let shown = text(&metrics);
        assert!(
            shown.contains(&format!(r#"condrix_core_claude_signed_in{{core="{core}",method="oauth"}} 1"#)),
            "{shown}"
        );
        assert!(shown.contains(&format!(r#"condrix_core_claude_signed_in{{core="{core}",method="api_key"}} 0"#)));
        let expiry = format!(r#"condrix_core_claude_token_expiry_timestamp_seconds{{core="{core}"}} 1800000000"#);
        assert!(shown.contains(&expiry), "{shown}");
        metrics.core_claude(core, &ClaudeState::default());
        let shown = text(&metrics);
        assert!(shown.contains(&format!(r#"condrix_core_claude_signed_in{{core="{core}",method="oauth"}} 0"#)));
        assert!(!shown.contains("condrix_core_claude_token_expiry_timestamp_seconds{"));
    }

    #[test]
    fn a_revoked_core_is_down_and_says_nothing_of_a_sign_in() {
        let (metrics, core, up) = filled();
        metrics.core_revoked(core);
        drop(up);
        let shown = text(&metrics);
        assert!(shown.contains(&format!(r#"condrix_core_up{{core="{core}"}} 0"#)), "{shown}");
        assert!(shown.contains("condrix_links 0"));
        assert!(!shown.contains("condrix_core_claude_signed_in{"), "{shown}");
        assert!(!shown.contains("condrix_core_claude_token_expiry_timestamp_seconds{"), "{shown}");
        metrics.core_revoked(CoreId::new());
    }

    #[test]
    fn links_count_the_cores_whose_link_is_up() {
        let (metrics, core, up) = filled();
        let other = metrics.link_up(CoreId::new());
        metrics.core_known(CoreId::new());
        assert!(text(&metrics).contains("condrix_links 2"));
        drop(up);
        let shown = text(&metrics);
        assert!(shown.contains("condrix_links 1") && shown.contains(&format!(r#"condrix_core_up{{core="{core}"}} 0"#)));
        drop(other);
        assert!(text(&metrics).contains("condrix_links 0"));
    }

    #[test]
    fn a_method_that_nobody_knows_makes_no_series_of_its_own() {
        let (metrics, ..) = filled();
        for odd in ["BREW", "PROPFIND"] {
            metrics.request("unmatched", &odd.parse().unwrap(), 405, Duration::ZERO);
        }
        let shown = text(&metrics);
        assert!(
            shown.contains(r#"condrix_http_requests_total{method="other",route="unmatched",status_class="4xx"} 2"#),
            "{shown}"
        );
    }

    #[test]
    fn promtool_finds_nothing_to_complain_about() {
        let (metrics, ..) = filled();
        let mut promtool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("promtool is installed (Debian package prometheus)");
        promtool.stdin.take().unwrap().write_all(&metrics.encode().unwrap()).unwrap();
        let said = promtool.wait_with_output().unwrap();
        assert!(
            said.status.success(),
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        assert!(said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
    }
}
