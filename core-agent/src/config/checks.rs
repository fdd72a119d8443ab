//! What a configuration must be, beyond its types.

use super::{ClaudeConfig, Config, Fault, GitConfig, JournalConfig, LogConfig, TerminalConfig, may_be_passed};
use std::time::Duration;

/// Notes what is not sound.
type Check<'f> = dyn FnMut(bool, &'static str, &str) + 'f;

/// Everything that is wrong, so that it can be put right at once.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let check: &mut Check<'_> = &mut |sound, key, reason| {
        if !sound {
            faults.push(Fault { key, reason: reason.to_owned() });
        }
    };
    core(config, check);
    claude(&config.claude, check);
    journal(&config.journal, check);
    terminals(&config.terminals, check);
    git(&config.git, check);
    log(&config.log, check);
    faults
}

fn core(config: &Config, check: &mut Check<'_>) {
    check(config.state_dir.is_absolute(), "state_dir", "must be an absolute path");
    check(config.workspaces.is_absolute(), "workspaces", "must be an absolute path");
    check((1..=1_000).contains(&config.max_sessions), "max_sessions", "must be between 1 and 1000");
    check((1..=10_000).contains(&config.max_readers), "max_readers", "must be between 1 and 10000");
    check(!config.shutdown_timeout.is_zero(), "shutdown_timeout", "must be longer than nothing");
    check(
        config.refused_retry >= Duration::from_millis(100) && config.refused_retry <= Duration::from_hours(1),
        "refused_retry",
        "must be between 100 milliseconds and 1 hour",
    );
}

fn claude(claude: &ClaudeConfig, check: &mut Check<'_>) {
    let bare = claude.command.components().count() == 1;
    check(
        bare || claude.command.is_absolute(),
        "claude.command",
        "must be an absolute path or a name that PATH leads to",
    );
    check(!claude.idle_timeout.is_zero(), "claude.idle_timeout", "must be longer than nothing");
    check(
        claude.refresh_ahead >= Duration::from_secs(30) && claude.refresh_ahead <= Duration::from_secs(290),
        "claude.refresh_ahead",
        "must be between 30 and 290 seconds: the CLI refreshes when five minutes or less remain",
    );
    check(
        claude.sign_in_timeout >= Duration::from_secs(1) && claude.sign_in_timeout <= Duration::from_hours(1),
        "claude.sign_in_timeout",
        "must be between 1 second and 1 hour",
    );
    check(claude.exit_grace <= Duration::from_mins(2), "claude.exit_grace", "must be at most 2 minutes");
    check(claude.bypass_max <= Duration::from_hours(24), "claude.bypass_max", "must be at most 24 hours");
    check(claude.warm_spares <= 16, "claude.warm_spares", "must be at most 16");
    for name in &claude.environment {
        check(
            may_be_passed(name),
            "claude.environment",
            &format!("{name:?} is not a variable's name, or one that steers the CLI and is never passed on"),
        );
    }
}

fn journal(journal: &JournalConfig, check: &mut Check<'_>) {
    // SQLite's own numbers end there.
    let sizes = 1024 * 1024..=i64::MAX.unsigned_abs();
    check(sizes.contains(&journal.max_size), "journal.max_size", "must be at least 1 MiB, in bytes");
    check(
        journal.max_age.is_zero() || journal.max_age >= Duration::from_hours(1),
        "journal.max_age",
        "must be at least 1 hour, or 0s for no limit",
    );
    check(journal.min_free <= *sizes.end(), "journal.min_free", "must be a number of bytes");
}

fn terminals(terminals: &TerminalConfig, check: &mut Check<'_>) {
    check(
        terminals.shell.as_os_str().is_empty() || terminals.shell.is_absolute(),
        "terminals.shell",
        "must be an absolute path, or empty for the user's own",
    );
    check((1..=1_000).contains(&terminals.max), "terminals.max", "must be between 1 and 1000");
    check((1..=1_000).contains(&terminals.max_per_user), "terminals.max_per_user", "must be between 1 and 1000");
    check((1..=300).contains(&terminals.max_clients), "terminals.max_clients", "must be between 1 and 300");
    check(
        (64 * 1024..=1024 * 1024 * 1024).contains(&terminals.shared_output_rate.get()),
        "terminals.shared_output_rate",
        "must be between 64 KiB and 1 GiB, in bytes a second",
    );
    check(
        (1024 * 1024..=64 * 1024 * 1024).contains(&terminals.scrollback),
        "terminals.scrollback",
        "must be between 1 MiB and 64 MiB, in bytes",
    );
    check(
        terminals.recordings_size >= 128 * 1024 * 1024,
        "terminals.recordings_size",
        "must be at least 128 MiB, in bytes: one recording may have 64 MiB",
    );
    let year = Duration::from_hours(24 * 366);
    for (key, timeout) in [
        ("terminals.detached_timeout", terminals.detached_timeout),
        ("terminals.orphaned_timeout", terminals.orphaned_timeout),
    ] {
        check((Duration::from_secs(1)..=year).contains(&timeout), key, "must be between 1 second and 1 year");
    }
}

fn git(git: &GitConfig, check: &mut Check<'_>) {
    check(
        git.command.components().count() == 1 || git.command.is_absolute(),
        "git.command",
        "must be an absolute path or a name that PATH leads to",
    );
    check(
        git.known_hosts.as_os_str().is_empty() || git.known_hosts.is_absolute(),
        "git.known_hosts",
        "must be an absolute path, or empty",
    );
    check((1..=100).contains(&git.max_clones), "git.max_clones", "must be between 1 and 100");
    check(
        git.clone_timeout >= Duration::from_secs(1) && git.clone_timeout <= Duration::from_hours(24),
        "git.clone_timeout",
        "must be between 1 second and 1 day",
    );
    check(git.clone_bytes >= 1024, "git.clone_bytes", "must be at least 1024");
}

fn log(log: &LogConfig, check: &mut Check<'_>) {
    check(
        log.level.parse::<tracing_subscriber::filter::Targets>().is_ok(),
        "log.level",
        "must be a level (error, warn, info, debug, trace) or target=level pairs",
    );
    check(
        log.keep == 0 || (64 * 1024..=1024 * 1024 * 1024).contains(&log.keep),
        "log.keep",
        "must be 0, or between 64 KiB and 1 GiB, in bytes",
    );
}
