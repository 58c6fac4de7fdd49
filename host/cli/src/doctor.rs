//! `takt doctor`: asks a plant how its servers are, and says what to do about what is not well.

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use takt_api::doctor::{Check, Condition, Doctor as Told};

use crate::plant::{Folder, Plant, Target};

/// Beyond this a token is refused or works for too long, and times on pages are wrong.
const CLOCK_MAX: SignedDuration = SignedDuration::from_secs(5);

/// Which plant.
#[derive(clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    target: Target,
}

impl Doctor {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let plant = self.target.open(Folder::Expected)?;
        let mut told = ask(&plant)?;
        // Where nobody serves the plant its background stands still, and that is not an illness: it does its work now.
        if !works(&told) && plant.background()? {
            told = ask(&plant)?;
        }
        told.checks.iter().for_each(print);
        let all = told.checks.len();
        let count =
            |conditions: &[Condition]| told.checks.iter().filter(|check| conditions.contains(&check.condition)).count();
        let unwell = count(&[Condition::Warn, Condition::Bad]);
        let unseen = count(&[Condition::NotSeen]);
        if unwell > 0 {
            bail!("{unwell} of {all} checks found something");
        }
        match unseen {
            0 => println!("doctor: all of {all} checks are well"),
            _ => println!("doctor: {} of {all} checks are well, {unseen} are not seen from here", all - unseen),
        }
        Ok(())
    }
}

fn works(told: &Told) -> bool {
    told.checks.iter().all(|check| check.part != "background" || check.condition == Condition::Ok)
}

/// What the plant says, and how far its clock is from the one here.
fn ask(plant: &Plant) -> anyhow::Result<Told> {
    let asked = Timestamp::now();
    let mut told: Told = plant.get("/api/v1/doctor")?;
    let answered = Timestamp::now();
    let off = if told.at < asked {
        asked.duration_since(told.at)
    } else if told.at > answered {
        told.at.duration_since(answered)
    } else {
        SignedDuration::ZERO
    };
    let text = |zh: String, en: String| takt_domain::text::Label { zh, en };
    let (condition, remedy) = if off > CLOCK_MAX {
        let remedy = text("启用时间同步(NTP)".into(), "have this machine and the server keep time by NTP".into());
        (Condition::Warn, Some(remedy))
    } else {
        (Condition::Ok, None)
    };
    let seconds = off.as_secs();
    let found = text(
        format!("服务器时钟与此处相差 {seconds} 秒"),
        format!("the server's clock is {seconds} s off the one here"),
    );
    told.checks.push(Check { part: "clock".into(), condition, found, remedy });
    Ok(told)
}

fn print(check: &Check) {
    let word = match check.condition {
        Condition::Ok => "ok  ",
        Condition::Warn => "warn",
        Condition::Bad => "bad ",
        Condition::NotSeen => "?   ",
    };
    println!("{word} {}: {}", check.part, check.found.en);
    if let Some(remedy) = &check.remedy {
        println!("     do: {}", remedy.en);
    }
}
