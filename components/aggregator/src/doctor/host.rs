//! The host's own process, as far as it says how it is. Where it does not, under Spin and in a cluster, the answer says what
//! was not seen and where to look for it.

use http::HeaderMap;
use takt_api::doctor::{Check, Condition, HOST_STATE_HEADER, HostState};

use super::{label, unwell, well};

/// Less than this is no growth to speak of.
const GROWTH_MIN_BYTES: u64 = 256 << 20;

/// Memory settles within this time, in seconds.
const SETTLED_S: u64 = 1_800;

/// With less free space than this nothing may be booked tomorrow.
const DISK_MIN_BYTES: u64 = 1 << 30;

pub(super) fn checks(headers: &HeaderMap) -> Vec<Check> {
    let header = headers.get(HOST_STATE_HEADER).and_then(|value| value.to_str().ok());
    let state = header.map(HostState::parse).unwrap_or_default();
    let mut checks = Vec::new();
    match state.memory_bytes {
        Some(now) => {
            let before = state.memory_before_bytes.unwrap_or(now);
            checks.push(memory(now, before, state.memory_since_s.unwrap_or(0)));
        }
        None => checks.push(memory_elsewhere()),
    }
    match (state.disk_free_bytes, state.disk_bytes) {
        (Some(free), Some(all)) => checks.push(disk(free, all)),
        _ => checks.push(disk_elsewhere()),
    }
    checks
}

fn memory_elsewhere() -> Check {
    let found = label("此处看不到主机进程的内存", "the memory of the host's process is not seen here");
    let remedy = label(
        "Kubernetes:查看 Pod 的 container_memory_working_set_bytes(kubectl top pod);Spin:查看 spin 进程的 VmRSS",
        "on Kubernetes look at the pod's container_memory_working_set_bytes (kubectl top pod), under Spin at VmRSS of spin",
    );
    unwell("memory", Condition::NotSeen, found, remedy)
}

fn disk_elsewhere() -> Check {
    let found = label("此处看不到磁盘剩余空间", "the free space of the disks is not seen here");
    let remedy = label(
        "查看 Postgres 和 Redis 所在卷的 kubelet_volume_stats_available_bytes,或在其主机上运行 df",
        "look at kubelet_volume_stats_available_bytes of the volumes of Postgres and Redis, or at df on their hosts",
    );
    unwell("disk", Condition::NotSeen, found, remedy)
}

fn memory(now: u64, before: u64, since_s: u64) -> Check {
    let (mib, mib_before, minutes) = (now >> 20, before >> 20, since_s / 60);
    let found = label(
        format!("主机进程占用 {mib} MiB,{minutes} 分钟前 {mib_before} MiB"),
        format!("the host takes {mib} MiB of memory, {mib_before} MiB {minutes} minutes ago"),
    );
    let grown = now.saturating_sub(before);
    if since_s < SETTLED_S || grown < GROWTH_MIN_BYTES || now < before + before / 2 {
        return well("memory", found);
    }
    let condition = if now > before * 3 { Condition::Bad } else { Condition::Warn };
    let remedy = label(
        "记下此时的负载,安排重启,并把日志交给开发者",
        "note what it is doing, restart it when it suits, and give its log to the developers",
    );
    unwell("memory", condition, found, remedy)
}

fn disk(free: u64, all: u64) -> Check {
    let (free_mib, all_mib) = (free >> 20, all >> 20);
    let found = label(
        format!("数据目录剩余 {free_mib} MiB,共 {all_mib} MiB"),
        format!("{free_mib} MiB of {all_mib} MiB are free for the data folder"),
    );
    let remedy = label("清理磁盘或换更大的盘", "make room, or move the data to a larger disk");
    match free {
        free if free < DISK_MIN_BYTES / 4 => unwell("disk", Condition::Bad, found, remedy),
        free if free < DISK_MIN_BYTES => unwell("disk", Condition::Warn, found, remedy),
        _ => well("disk", found),
    }
}
