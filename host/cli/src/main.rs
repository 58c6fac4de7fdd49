//! The `takt` command. It knows no rule of production: what touches a plant's data goes through the components' own API,
//! in this process over a data folder, or against a running plant with `--target`.

mod archive;
mod audit;
mod background;
mod backing;
mod build;
mod build_site;
mod compare;
mod degrade;
mod demo;
mod doctor;
mod figures;
mod health;
mod import;
mod load;
mod metrics;
mod migrate;
mod origin;
mod plant;
mod pressure;
mod project;
mod queue;
mod reference;
mod rollup;
mod screens;
mod serve;
mod site;
mod testing;
mod token_key;
mod up;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Requests make and free many small pieces, and the C library's allocator takes a tenth of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Takt: the backend and the phone pages of a factory's shop floor.
#[derive(Parser)]
#[command(name = "takt", version, propagate_version = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, then serve a demo plant at http://127.0.0.1:3000.
    Up(up::Up),
    /// Serve what is built.
    Serve(serve::Serve),
    /// Build the pages and the components.
    Build,
    /// Write the pages for a static host or CDN apart from the API
    Site(site::Site),
    /// Make users and list them.
    User(user::User),
    /// Read items, BOMs, routings, stock and more from CSV files: all of them, or nothing.
    Import(import::Import),
    /// Compare every balance with the ledger.
    Audit(audit::Audit),
    /// Move orders that were closed long ago to files, and bring them back
    Archive(archive::Archive),
    /// Hold the stock against another system's list
    Compare(compare::Compare),
    /// Look at everything that a plant's servers need, and say what to do
    Doctor(doctor::Doctor),
    /// What statistics are read from: how far it has come, and how to derive it anew.
    Rollup(rollup::Rollup),
    /// See what waits to be booked, and what could not be
    Queue(queue::Queue),
    /// Refuse calls of lower priority, or let the load decide
    Degrade(degrade::Degrade),
    /// Bring a database to the schema of this build.
    Migrate(migrate::Migrate),
    /// Measure.
    Load(load::Load),
    /// Make a picture of every page of the demo plant, on three screens and in both languages.
    Screens,
    /// Set up what the tests need, build everything, and run all tests.
    Test(testing::Test),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Build => project::Project::find().and_then(|project| build::build(&project)),
        Command::Site(command) => command.run(),
        Command::User(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Archive(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Rollup(command) => command.run(),
        Command::Queue(command) => command.run(),
        Command::Degrade(command) => command.run(),
        Command::Migrate(command) => command.run(),
        Command::Load(command) => command.run(),
        Command::Screens => screens::run(),
        Command::Test(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
