//! How this host is: the memory of its process and the space of its data folder, looked at once a minute.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use takt_api::doctor::HostState;

const EVERY: Duration = Duration::from_secs(60);

/// Caches and pools have filled by then: what is taken afterwards is compared with this.
const WARMED_UP: Duration = Duration::from_secs(600);

/// So far back the memory is compared: what was taken a day ago was another load.
const SAMPLES: usize = 6 * 60;

/// What was seen so far.
pub(crate) struct Health {
    data: PathBuf,
    begun: Instant,
    looked: Option<Instant>,
    /// Memory since the host had warmed up, the oldest first.
    samples: Vec<(Instant, u64)>,
}

impl Health {
    pub(crate) fn of(data: PathBuf) -> Self {
        Self { data, begun: Instant::now(), looked: None, samples: Vec::new() }
    }

    /// What there is to say, when it is time to look again.
    pub(crate) fn look(&mut self) -> Option<String> {
        if self.looked.is_some_and(|looked| looked.elapsed() < EVERY) {
            return None;
        }
        let now = Instant::now();
        self.looked = Some(now);
        let memory = memory_bytes();
        if let Some(bytes) = memory.filter(|_| self.begun.elapsed() >= WARMED_UP) {
            if self.samples.len() == SAMPLES {
                self.samples.remove(0);
            }
            self.samples.push((now, bytes));
        }
        let before = self.samples.first();
        let disk = disk(&self.data);
        let state = HostState {
            memory_bytes: memory,
            memory_before_bytes: before.map(|(_, bytes)| *bytes),
            memory_since_s: before.map(|(at, _)| now.duration_since(*at).as_secs()),
            disk_free_bytes: disk.map(|(free, _)| free),
            disk_bytes: disk.map(|(_, all)| all),
        };
        Some(state.header())
    }
}

/// What this process holds in memory; only Linux says it so simply.
pub(crate) fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Free and all space where a folder is, in bytes, as POSIX `df` tells it.
pub(crate) fn disk(folder: &Path) -> Option<(u64, u64)> {
    let told = Command::new("df").arg("-Pk").arg(folder).env("LC_ALL", "C").output().ok()?;
    space(std::str::from_utf8(&told.stdout).ok()?)
}

fn space(told: &str) -> Option<(u64, u64)> {
    let mut words = told.lines().nth(1)?.split_whitespace().skip(1);
    let all: u64 = words.next()?.parse().ok()?;
    let free: u64 = words.nth(1)?.parse().ok()?;
    Some((free * 1024, all * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_says_at_once_and_then_once_a_minute_how_it_is() {
        let mut health = Health::of(std::env::temp_dir());
        let said = health.look().map(|said| HostState::parse(&said)).unwrap_or_default();
        if cfg!(target_os = "linux") {
            assert!(said.memory_bytes.is_some_and(|bytes| bytes > 1 << 20), "{said:?}");
            assert!(said.disk_bytes >= said.disk_free_bytes && said.disk_bytes > Some(0), "{said:?}");
        }
        assert_eq!(said.memory_before_bytes, None, "it has not warmed up");
        assert_eq!(health.look(), None);
    }

    #[test]
    fn free_space_is_read_from_what_df_tells() {
        let told = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000 300 700 30% /\n";
        assert_eq!(space(told), Some((700 * 1024, 1000 * 1024)));
        assert_eq!(space(""), None);
    }
}
