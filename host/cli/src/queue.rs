//! `takt queue`: what waits to be booked, and the dead letters.

use clap::Subcommand;
use takt_api::Page;
use takt_api::operations::{DeadLetter, QueueState, Replay, Replayed};

use crate::plant::{Folder, Plant, Target};

const PATH: &str = "/api/v1/queue";

/// The queue of reports.
#[derive(clap::Args)]
pub(crate) struct Queue {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Say how many reports wait to be booked
    Status(Which),
    /// List the dead letters: reports that were accepted and could be neither booked nor refused
    Dead(Which),
    /// Put dead letters back into the queue
    Replay(Again),
}

#[derive(clap::Args)]
struct Which {
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
struct Again {
    /// The letters, as `takt queue dead` lists them
    #[arg(value_name = "LETTER", required_unless_present = "all", conflicts_with = "all")]
    letters: Vec<String>,
    /// Every one
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    target: Target,
}

impl Queue {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Status(which) => {
                let state: QueueState = which.target.open(Folder::Expected)?.get(PATH)?;
                let QueueState { waiting, oldest_ms, dead, .. } = state;
                match state.exists {
                    true => println!("queue: {waiting} wait, the oldest for {oldest_ms} ms; {dead} dead letters"),
                    false => println!("queue: there is none, reports are booked at once"),
                }
            }
            Action::Dead(which) => {
                let letters = dead(&which.target.open(Folder::Expected)?)?;
                letters.iter().for_each(show);
                println!("queue: {} dead letters", letters.len());
            }
            Action::Replay(again) => {
                let plant = again.target.open(Folder::Expected)?;
                let letters = match again.all {
                    true => dead(&plant)?.into_iter().map(|letter| letter.letter).collect(),
                    false => again.letters,
                };
                for letter in &letters {
                    let _: Replayed = plant.write("POST", &format!("{PATH}/dead/{letter}/replay"), &Replay {})?;
                }
                // Where no timer does, they are booked right away.
                plant.background()?;
                println!("queue: {} letters wait to be booked again", letters.len());
            }
        }
        Ok(())
    }
}

fn dead(plant: &Plant) -> anyhow::Result<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<DeadLetter> = plant.get(&format!("{PATH}/dead?limit=200{after}"))?;
        letters.extend(page.rows);
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(letters),
        }
    }
}

fn show(letter: &DeadLetter) {
    let DeadLetter { letter, report, deliveries, reason, buried_at } = letter;
    let what = report.as_ref().map_or_else(
        || "unreadable".to_owned(),
        |report| {
            let new = &report.report;
            format!("order {} operation {} good {} by {}", new.order, new.operation, new.good, report.by)
        },
    );
    println!("{letter}  {buried_at}  {what}; tried {deliveries} times: {reason}");
}
