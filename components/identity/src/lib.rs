//! Users, sign-in with a PIN, and sessions.

mod create_signature;
mod device;
mod get_session;
mod list_devices;
mod list_people;
mod list_users;
mod machines;
mod put_device;
mod put_user;
mod sign_in;
mod sign_out;
mod tries;

use bytes::Bytes;
use http::Response;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::failure::Failure;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    takt_web::spin::serve("identity", request, async |store, call| match call.route.name {
        "signIn" => sign_in::sign_in(store, call).await,
        "createSignature" => create_signature::create_signature(store, call).await,
        "signOut" => sign_out::sign_out(store, call).await,
        "getSession" => get_session::get_session(store, call).await,
        "listDevices" => list_devices::list_devices(store, call).await,
        "putDevice" => put_device::put_device(store, call).await,
        "getMachines" => machines::list(store, call).await,
        "putMachine" => machines::put(store, call).await,
        "createMachineToken" => machines::make_token(store, call).await,
        "endMachineToken" => machines::end_token(store, call).await,
        "listUsers" => list_users::list_users(store, call).await,
        "listPeople" => list_people::list_people(store, call).await,
        "putUser" => put_user::put_user(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}
