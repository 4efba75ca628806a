//! A PostgreSQL that belongs to one test, to be stopped, killed and frozen. It writes as a real one does (`fsync`).

use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::node::{Disk, signal};

pub struct Postgres {
    _disk: Option<Disk>,
    directory: tempfile::TempDir,
    binaries: PathBuf,
    child: Option<Child>,
}

impl Postgres {
    pub async fn start() -> Self {
        Self::start_in(None).await
    }

    /// The same on a file system of its own.
    pub async fn start_on_small_disk(size: &str) -> Self {
        Self::start_in(Some(size)).await
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    async fn start_in(size: Option<&str>) -> Self {
        let binaries = binaries().expect("the PostgreSQL server (initdb, postgres) is missing; install it");
        let directory = tempfile::tempdir().unwrap();
        let disk = size.map(|size| Disk::mount(directory.path(), size));
        if let Some(account) = account() {
            chown(directory.path(), Some(account.0), Some(account.1)).unwrap();
        }
        let mut postgres = Self { _disk: disk, directory, binaries, child: None };
        postgres.make();
        postgres.run().await;
        postgres
    }

    /// `initdb` takes a second or two, so it is done once for each version, and copied.
    fn make(&self) {
        let data = self.directory.path().join("data");
        let name = self.binaries.display().to_string().replace('/', "-");
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("postgres{name}"));
        if !made.exists() {
            let mut command = self.command("initdb");
            command.args([
                "--username",
                "passgate",
                "--auth",
                "trust",
                "--no-sync",
                "--locale",
                "C",
                "--encoding",
                "UTF8",
            ]);
            let output = command.args(["--wal-segsize", "1", "--pgdata"]).arg(&data).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let copy =
                made.with_extension(std::process::id().to_string() + &super::figures::below(u64::MAX).to_string());
            copied(&data, &copy);
            if std::fs::rename(&copy, &made).is_err() {
                // Another test was faster.
                std::fs::remove_dir_all(&copy).unwrap();
            }
            return;
        }
        copied(&made, &data);
    }

    /// Starts it, and waits until it answers.
    pub async fn run(&mut self) {
        let begun = Instant::now();
        loop {
            let log =
                std::fs::File::options().create(true).append(true).open(self.directory.path().join("log")).unwrap();
            let mut command = self.command("postgres");
            command.arg("-D").arg(self.directory.path().join("data")).arg("-k").arg(self.directory.path());
            for setting in [
                "listen_addresses=",
                "shared_buffers=16MB",
                "max_connections=120",
                "max_wal_size=32MB",
                "log_min_messages=fatal",
            ] {
                command.args(["-c", setting]);
            }
            let mut child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
            // It may refuse until the last processes of the one before have gone.
            while child.try_wait().unwrap().is_none() {
                if self.answers() {
                    self.child = Some(child);
                    return;
                }
                assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
                sleep(Duration::from_millis(10)).await;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
        }
    }

    fn answers(&self) -> bool {
        let mut command = Command::new(self.binaries.join("pg_isready"));
        command.arg("--quiet").arg("--host").arg(self.directory.path());
        command.status().is_ok_and(|status| status.success())
    }

    pub fn url(&self) -> String {
        format!("postgres://passgate@localhost/postgres?host={}", self.directory.path().display())
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join(".s.PGSQL.5432")
    }

    /// `pg_ctl stop -m immediate`: it aborts, and recovers at the next start.
    pub fn stop(&mut self) {
        let data = self.directory.path().join("data");
        let mut command = self.command("pg_ctl");
        command.args(["stop", "--silent", "--mode", "immediate", "--pgdata"]).arg(data);
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// `kill -9` of all of its processes.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let pids = with_children(child.id());
        let _ = child.kill();
        signal_all("KILL", &pids);
        let _ = child.wait();
    }

    /// SIGSTOP to all of its processes.
    pub fn freeze(&self) {
        signal_all("STOP", &self.processes());
        // Those that were born meanwhile.
        signal_all("STOP", &self.processes());
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        signal_all("CONT", &self.processes());
    }

    fn processes(&self) -> Vec<u32> {
        self.child.as_ref().map(|child| with_children(child.id())).unwrap_or_default()
    }

    /// One of its programs. It refuses to run as root, so root lends the directory to an account without rights.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some((user, group)) = account() {
            command.args(["--reuid", &user.to_string(), "--regid", &group.to_string(), "--clear-groups"]);
        }
        command.arg(self.binaries.join(program)).current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn copied(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

fn signal_all(name: &str, pids: &[u32]) {
    for pid in pids {
        signal(name, *pid);
    }
}

fn with_children(pid: u32) -> Vec<u32> {
    let is_child = |stat: &str| {
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        after_name.split(' ').nth(1) == Some(&pid.to_string())
    };
    let pids = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let children = pids
        .filter(|child: &u32| std::fs::read_to_string(format!("/proc/{child}/stat")).is_ok_and(|stat| is_child(&stat)));
    std::iter::once(pid).chain(children).collect()
}

/// The account without rights that root lends the directory to.
fn account() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    let named = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(|id| id.parse().ok());
        Some((ids.next()??, ids.next()??))
    };
    is_root.then(|| named("postgres").or_else(|| named("nobody")).expect("there is an account without rights"))
}

fn binaries() -> Option<PathBuf> {
    let named = Command::new("pg_config").arg("--bindir").output().ok();
    let named = named.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = installed.map(|version| version.path().join("bin"));
    let has_server = |path: &PathBuf| path.join("initdb").exists() && path.join("postgres").exists();
    named.into_iter().chain(installed).chain([Path::new("/usr/pgsql/bin").to_owned()]).find(has_server)
}
