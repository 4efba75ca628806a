//! A server as the system sees it: processor time and memory of a process, and a child that ends with its owner.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Failure;

/// A child process that is ended when this is dropped.
pub struct Running(Child);

impl Running {
    /// Starts `command`.
    pub fn start(command: &mut Command) -> Result<Self, Failure> {
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.stdin(Stdio::null()).spawn().map_err(|error| format!("cannot start {program}: {error}"))?))
    }

    /// The first line that it says, once it has said it. Its output must be piped.
    pub fn first_line(&mut self) -> Result<String, Failure> {
        let output = self.0.stdout.take().ok_or("the output of the process is not piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.is_empty() {
            Err("the process ended before it said anything".into())
        } else {
            Ok(line.trim().to_owned())
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What processes have used of the processor, in user mode and in the system, since they began.
pub fn cpu(pids: &[u32]) -> Result<Duration, Failure> {
    pids.iter().map(|pid| cpu_of(*pid)).sum()
}

fn cpu_of(pid: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|error| format!("process {pid}: {error}"))?;
    // proc_pid_stat(5): the name, field 2, may hold anything but ends with the last parenthesis.
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let mut fields = after_name.split_ascii_whitespace().skip(11).map(str::parse::<u64>);
    let (Some(Ok(user)), Some(Ok(system))) = (fields.next(), fields.next()) else {
        return Err(format!("process {pid}: its times cannot be read").into());
    };
    let ticks = user.saturating_add(system);
    Ok(Duration::from_micros(
        ticks.saturating_mul(1_000_000).div_euclid(rustix::param::clock_ticks_per_second().max(1)),
    ))
}

/// What processes hold in memory, in bytes.
pub fn resident(pids: &[u32]) -> Result<u64, Failure> {
    pids.iter().map(|pid| resident_of(*pid)).sum()
}

fn resident_of(pid: u32) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes.saturating_mul(1024))
}

/// What it was measured on, in a few words.
pub fn machine() -> String {
    let of = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = of("/proc/cpuinfo");
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1)).unwrap_or("?");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = of("/proc/sys/kernel/osrelease");
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    format!("{cores} cores of {}, Linux {kernel}", model.trim())
}
