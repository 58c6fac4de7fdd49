//! Outbound HTTP: to other components inside the process, to everyone else over the network, and to neither unless
//! `allowed_outbound_hosts` says so.

mod client;

pub(crate) use client::Connections;

use crate::component::Component;
use crate::dispatch;
use crate::hosts::well_known_port;
use crate::lane::Lane;
use crate::log;
use http::uri::Scheme;
use http::{HeaderName, Request, Response, header};
use http_body_util::{BodyExt, Full};
use std::sync::Arc;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, Result, WasiBody, WasiHttpHooks,
};

const INSIDE: &str = ".spin.internal";

/// What an instance's `wasi:http` asks of us.
pub(crate) struct OutboundHooks {
    component: Arc<Component>,
    lane: Arc<Lane>,
    forbidden: ForbiddenHeaderFilter,
}

type Sent = (Response<WasiBody>, Box<dyn Future<Output = Result<()>> + Send>);

impl OutboundHooks {
    pub(crate) fn new(component: Arc<Component>, lane: Arc<Lane>) -> Self {
        thread_local! {
            // Asked for with each set of headers, so it is made once.
            static FORBIDDEN: ForbiddenHeaderFilter = Arc::new(|name| DEFAULT_FORBIDDEN_HEADERS.contains(name));
        }
        Self { component, lane, forbidden: FORBIDDEN.with(Arc::clone) }
    }
}

impl WasiHttpHooks for OutboundHooks {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::clone(&self.forbidden)
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent>> + Send> {
        let (component, lane) = (Arc::clone(&self.component), Arc::clone(&self.lane));
        Box::new(async move {
            let response = send(&component, &lane, request, options.unwrap_or_default()).await?;
            Ok((response, Box::new(std::future::ready(Ok(()))) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

async fn send(
    component: &Component,
    lane: &Arc<Lane>,
    request: Request<WasiBody>,
    options: RequestOptions,
) -> Result<Response<WasiBody>> {
    let uri = request.uri();
    let scheme = uri.scheme_str().unwrap_or("https").to_owned();
    let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?.to_owned();
    let port = uri.port_u16().or_else(|| well_known_port(&scheme)).ok_or(Error::HttpRequestUriInvalid)?;
    let Some(allowed) = component.hosts.find(&scheme, &host, Some(port)) else {
        log_refusal(&component.name, &format!("{scheme}://{host}:{port}"));
        return Err(Error::HttpRequestDenied);
    };
    if let Some(name) = host.strip_suffix(INSIDE) {
        return call(lane, name, request).await;
    }
    let tls = uri.scheme() == Some(&Scheme::HTTPS);
    let target = client::Target { tls, host, port, allowed, network: lane.app.network };
    lane.http.send(target, request, options).await
}

/// A call from one component to another: no socket, and the body goes through as it comes.
async fn call(lane: &Arc<Lane>, name: &str, mut request: Request<WasiBody>) -> Result<Response<WasiBody>> {
    let component = *lane.app.by_name.get(name).ok_or(Error::DestinationNotFound)?;
    request.headers_mut().remove(header::HOST);
    dispatch::mark_inside(&mut request);
    let place = Arc::clone(&lane.app.inside).try_acquire_owned();
    let answer = match place {
        // Guests that call each other in a circle would otherwise take all memory until their time is over.
        Err(_) => Err(crate::problem::Problem::Overloaded),
        Ok(place) => {
            let answer = dispatch::enter(lane, component, request).await;
            drop(place);
            answer
        }
    };
    Ok(answer.unwrap_or_else(|problem| {
        problem
            .response("-", crate::problem::Reader::default())
            .map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync())
    }))
}

/// The guest learns only that it was denied; who runs the application learns what to allow.
pub(crate) fn log_refusal(component: &str, url: &str) {
    log::error(
        "outbound connection refused: it is not in allowed_outbound_hosts",
        &[("component", component), ("url", url)],
    );
}
