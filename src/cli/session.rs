//! What the commands that read bundles have in common: what is asked of the paths, and what goes on around the work.

use std::path::PathBuf;

use mdmlog::Options;
use mdmlog::options::Limits;

use super::args::{AnalysisArgs, InputArgs, LimitArgs, RunArgs, When};
use super::progress::Bar;
use super::{Failure, passphrase, terminal};

/// Makes the options that say how inputs are read; fails where the paths make no sense.
pub fn options(command: &str, paths: &[PathBuf], args: InputArgs) -> Result<Options, Failure> {
    check_paths(command, paths)?;
    input_options(args)
}

/// Makes the options that say how inputs are read, whichever they will be.
pub fn input_options(args: InputArgs) -> Result<Options, Failure> {
    Ok(Options {
        passphrase: passphrase::given(args.passphrase_file.as_deref())?,
        limits: limits(args.limits),
        ..Options::default()
    })
}

/// Makes the options of commands that analyse what they read.
pub fn analysis(
    command: &str,
    paths: &[PathBuf],
    input: InputArgs,
    analysis: AnalysisArgs,
) -> Result<Options, Failure> {
    let options = options(command, paths, input)?;
    if let (Some(since), Some(until)) = (analysis.since, analysis.until)
        && until < since
    {
        return Err(Failure::Usage(format!("--until {until} is before --since {since}: no attempt can be kept")));
    }
    Ok(Options {
        log_zone: analysis.log_timezone,
        hosts: analysis.host,
        ports: analysis.port,
        proxies: analysis.proxy,
        since: analysis.since,
        until: analysis.until,
        kinds: analysis.kind,
        keylogs: analysis.keylog,
        ..options
    })
}

/// Does the work, with as many threads as asked for, a person to ask for a passphrase, and progress shown.
pub fn run<T: Send>(
    args: &RunArgs,
    options: &mut Options,
    work: impl FnOnce(&Options) -> T + Send,
) -> Result<T, Failure> {
    run_to_the_end(args, options, |options, _| work(options))
}

/// Does the same for work that writes what comes out as well, and takes the bar away before.
pub fn run_to_the_end<T: Send>(
    args: &RunArgs,
    options: &mut Options,
    work: impl FnOnce(&Options, &Bar) -> T + Send,
) -> Result<T, Failure> {
    set_threads(args.threads.into())?;
    let progress = if args.quiet && args.progress == When::Auto { When::Never } else { args.progress };
    let bar = Bar::start(progress, &options.progress)?;
    if options.passphrase.is_none() {
        options.prompt = passphrase::prompt(bar.clone());
    }
    // On a thread of the pool: from any other one, each of the many short waves of work would begin with waking a thread
    // and end with being woken.
    let options = &*options;
    let done = rayon::scope(|_| work(options, &bar));
    bar.finish();
    Ok(done)
}

fn check_paths(command: &str, paths: &[PathBuf]) -> Result<(), Failure> {
    let piped = !terminal::stdin_is_terminal();
    if paths.is_empty() {
        let how = if piped { format!("; to read standard input, say `mdmlog {command} -`") } else { String::new() };
        return Err(Failure::Usage(format!(
            "nothing to {command}: name a support bundle, or the log and the captures, as in \
             `mdmlog {command} bundle.tar` or `mdmlog {command} ise-psc.log TCPDump.pcap`{how}\n\
             `mdmlog {command} --help` says more"
        )));
    }
    match paths.iter().filter(|path| path.as_os_str() == "-").count() {
        0 => Ok(()),
        1 if piped => Ok(()),
        1 => Err(Failure::Usage(format!(
            "`-` is standard input, which is this terminal: pipe a file into it, as in \
             `mdmlog {command} - < bundle.tar`"
        ))),
        _ => Err(Failure::Usage("standard input, `-`, can be read only once".to_owned())),
    }
}

fn limits(args: LimitArgs) -> Limits {
    let default = Limits::default();
    Limits {
        depth: args.max_depth.map_or(default.depth, usize::from),
        members: args.max_members.unwrap_or(default.members),
        ratio: args.max_ratio.unwrap_or(default.ratio),
        beyond_ratio: default.beyond_ratio,
        total: args.max_total.map(|size| size.0),
        memory: args.max_memory.map_or(default.memory, |size| size.0),
    }
}

/// Threads for each processor beyond which more only wake each other.
const MOST_THREADS: usize = 4;

/// Sets how many threads the stages share; none asks for one for each processor.
pub fn set_threads(wanted: usize) -> Result<(), Failure> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = wanted.min(MOST_THREADS * processors);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|error| Failure::System {
        what: "start the threads that --threads asks for",
        error: error.to_string(),
    })
}
