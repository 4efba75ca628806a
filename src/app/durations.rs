//! A histogram that takes no lock: the library's own has one for everybody who observes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper bounds of the buckets, in microseconds; what is longer falls into one more.
const BOUNDS: [u64; 15] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000,
];

/// How long something took, counted in buckets. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Durations(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    within: [AtomicU64; BOUNDS.len()],
    longer: AtomicU64,
    nanos: AtomicU64,
}

impl Durations {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let at = BOUNDS.partition_point(|bound| Duration::from_micros(*bound) < took);
        self.0.within.get(at).unwrap_or(&self.0.longer).fetch_add(1, Ordering::Relaxed);
        self.0.nanos.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(0), Ordering::Relaxed);
    }
}

impl EncodeMetric for Durations {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let seconds = |bound: u64| Duration::from_micros(bound).as_secs_f64();
        let count = |counted: &AtomicU64| counted.load(Ordering::Relaxed);
        let bounded = BOUNDS.iter().zip(&self.0.within).map(|(bound, counted)| (seconds(*bound), count(counted)));
        let buckets: Vec<(f64, u64)> = bounded.chain([(f64::INFINITY, count(&self.0.longer))]).collect();
        let all = buckets.iter().map(|(_, counted)| counted).sum();
        let sum = Duration::from_nanos(count(&self.0.nanos)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(sum, all, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Durations {
    const TYPE: MetricType = MetricType::Histogram;
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::{Registry, Unit};

    #[test]
    fn each_duration_is_in_the_least_bucket_that_holds_it_and_in_all_longer_ones() {
        let (mut registry, durations) = (Registry::default(), Durations::default());
        registry.register_with_unit("took", "Time", Unit::Seconds, durations.clone());
        for micros in [99, 100, 101, 5_000_000, 5_000_001] {
            durations.observe(Duration::from_micros(micros));
        }
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "took_seconds_sum 10.000301",
            "took_seconds_count 5",
            "took_seconds_bucket{le=\"0.0001\"} 2",
            "took_seconds_bucket{le=\"0.00025\"} 3",
            "took_seconds_bucket{le=\"2.5\"} 3",
            "took_seconds_bucket{le=\"5.0\"} 4",
            "took_seconds_bucket{le=\"+Inf\"} 5",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
    }
}
