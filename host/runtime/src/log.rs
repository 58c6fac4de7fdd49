//! Log lines: JSON, one object a line; the access log on stdout, everything else on stderr.
//!
//! Lines go through one thread, so that a slow reader of the log never holds up a request; when it falls far behind,
//! access lines are dropped and counted rather than memory being filled.

use serde_json::{Map, Value, json};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

const QUEUE_LINES: usize = 8192;

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// One request, as the access log has it.
pub(crate) struct Access<'a> {
    pub(crate) method: &'a str,
    /// Without its query, which may hold what should not be logged.
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) ms: f64,
    pub(crate) component: Option<&'a str>,
    pub(crate) bytes: u64,
    pub(crate) request_id: &'a str,
}

pub(crate) fn access(entry: &Access) {
    let line = json!({
        "time": now(),
        "kind": "access",
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "ms": (entry.ms * 1000.0).round() / 1000.0,
        "component": entry.component,
        "bytes": entry.bytes,
        "request_id": entry.request_id,
    });
    let mut line = line.to_string();
    line.push('\n');
    match access_sender().try_send(line) {
        Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        Err(TrySendError::Full(_)) => {
            DROPPED.fetch_add(1, Relaxed);
        }
    }
}

/// Waits until every access line so far has been written.
pub(crate) fn flush() {
    let (done, wait) = std::sync::mpsc::channel();
    *FLUSHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(done);
    if access_sender().send(String::new()).is_ok() {
        let _ = wait.recv_timeout(std::time::Duration::from_secs(1));
    }
}

static FLUSHED: std::sync::Mutex<Option<std::sync::mpsc::Sender<()>>> = std::sync::Mutex::new(None);

fn access_sender() -> &'static SyncSender<String> {
    static SENDER: OnceLock<SyncSender<String>> = OnceLock::new();
    SENDER.get_or_init(|| {
        let (sender, lines) = sync_channel::<String>(QUEUE_LINES);
        // Without the thread lines are dropped; a log is not worth the end of the host.
        let _ = std::thread::Builder::new().name("takt-log".into()).spawn(move || {
            let mut batch = String::new();
            while let Ok(line) = lines.recv() {
                batch.clear();
                let mut flush = line.is_empty();
                batch.push_str(&line);
                while let Ok(line) = lines.try_recv() {
                    flush |= line.is_empty();
                    batch.push_str(&line);
                    if batch.len() > 64 * 1024 {
                        break;
                    }
                }
                let dropped = DROPPED.swap(0, Relaxed);
                if dropped > 0 {
                    batch.push_str(&json!({"time": now(), "kind": "access_dropped", "lines": dropped}).to_string());
                    batch.push('\n');
                }
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(batch.as_bytes()).and_then(|()| out.flush());
                if flush && let Some(done) = FLUSHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
                    let _ = done.send(());
                }
            }
        });
        sender
    })
}

/// Something went wrong that an operator should know.
pub(crate) fn error(message: &str, fields: &[(&str, &str)]) {
    write("error", message, fields);
}

/// What a component printed.
pub(crate) fn guest(component: &str, stream: &str, text: &str) {
    write("guest", text, &[("component", component), ("stream", stream)]);
}

fn write(level: &str, message: &str, fields: &[(&str, &str)]) {
    let mut entry = Map::new();
    entry.insert("time".into(), now().into());
    entry.insert("kind".into(), level.into());
    entry.insert("message".into(), message.into());
    entry.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
    let mut line = Value::Object(entry).to_string();
    line.push('\n');
    // A closed stderr is nobody's request's fault.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// RFC 3339 in UTC with milliseconds.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // Days to a date by 400-year eras of 146,097 days that start in March (H. Hinnant, "chrono-compatible date algorithms").
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        seconds / 3600,
        seconds % 3600 / 60,
        seconds % 60,
        since.subsec_millis()
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_time_is_rfc_3339() {
        let now = super::now();
        assert_eq!((now.len(), &now[10..11], &now[23..]), (24, "T", "Z"), "{now}");
        assert!(&now[..4] > "2024", "{now}");
    }
}
