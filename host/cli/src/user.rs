//! `takt user`: the way to the first user of a plant, and to any later one.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use clap::Subcommand;
use takt_api::Page;
use takt_api::identity::{PutUser, User as UserRow};
use takt_domain::id::{LineId, UserId};
use takt_domain::permission::Role;

use crate::plant::{Folder, Target};

/// Users of a plant.
#[derive(clap::Args)]
pub(crate) struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a user or change one; the PIN comes from TAKT_PIN (with --target TAKT_USER_PIN) or the prompt.
    Add(Add),
    /// List the users.
    List(List),
}

#[derive(clap::Args)]
struct Add {
    /// The sign-in name
    #[arg(value_name = "NAME")]
    id: UserId,
    /// The name that others read
    #[arg(long)]
    name: String,
    /// operator, inspector, storekeeper, planner, shift_lead, manager or administrator; may be repeated
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role, value_delimiter = ',')]
    roles: Vec<Role>,
    /// The line that the user works at
    #[arg(long)]
    line: Option<LineId>,
    /// The user may not sign in any more
    #[arg(long)]
    inactive: bool,
    /// Read the PIN from standard input
    #[arg(long)]
    pin_stdin: bool,
    /// Leave the PIN as it is
    #[arg(long, conflicts_with = "pin_stdin")]
    keep_pin: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    target: Target,
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

impl User {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Add(add) => add.run(),
            Command::List(list) => list.run(),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<()> {
        // With --target, TAKT_PIN is that of who signs in.
        let variable = if self.target.is_remote() { "TAKT_USER_PIN" } else { "TAKT_PIN" };
        let prompt = format!("PIN for {} (4 to 12 digits): ", self.id);
        let pin = match (self.keep_pin, self.pin_stdin) {
            (true, _) => None,
            (false, true) => Some(pin_from_stdin()?),
            (false, false) => Some(pin(&prompt, variable)?),
        };
        let plant = self.target.open(Folder::Made)?;
        let user = PutUser { name: self.name, roles: self.roles, line: self.line, active: !self.inactive, pin };
        let made: UserRow = plant.write("PUT", &format!("/api/v1/users/{}", escaped(self.id.as_str())), &user)?;
        println!("{} may sign in: {}", made.user, made.active);
        Ok(())
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let plant = self.target.open(Folder::Expected)?;
        let mut after = String::new();
        loop {
            let page: Page<UserRow> = plant.get(&format!("/api/v1/users?limit=200{after}"))?;
            for user in &page.rows {
                let roles: Vec<_> = user.roles.iter().map(|role| role.as_str()).collect();
                let line = user.line.as_ref().map_or("-", |line| line.as_str());
                let ended = if user.active { "" } else { "\tinactive" };
                println!("{}\t{}\t{}\t{line}{ended}", user.user, user.name, roles.join(","));
            }
            match page.next {
                Some(next) => after = format!("&after={}", escaped(&next)),
                None => return Ok(()),
            }
        }
    }
}

/// A PIN that stands in no argument, where everybody on the machine could read it: from the variable, else from the
/// prompt.
pub(crate) fn pin(prompt: &str, variable: &str) -> anyhow::Result<String> {
    if let Ok(pin) = std::env::var(variable) {
        return Ok(pin);
    }
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the PIN at: put it into {variable}");
    }
    rpassword::prompt_password(prompt).context("the PIN cannot be read")
}

fn pin_from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text.trim().to_owned())
}

/// A text as one segment or value of a URL.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
