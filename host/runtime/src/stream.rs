//! Items that are all there, given to a guest as a stream.

use std::pin::Pin;
use std::task::{Context, Poll};
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};

/// Hands everything over with the first read, so that a result costs one call however many rows it has.
pub(crate) struct Items<T>(Vec<T>);

impl<T> Items<T> {
    pub(crate) fn new(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<D, T: Send + Sync + Unpin + 'static> StreamProducer<D> for Items<T> {
    type Item = T;
    type Buffer = VecBuffer<T>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, T, VecBuffer<T>>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A read of no items asks only whether there is something; there is, or there is the end.
        if destination.remaining(&mut store) == Some(0) && !self.0.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let items = std::mem::take(&mut self.0);
        if !items.is_empty() {
            destination.set_buffer(items.into());
        }
        Poll::Ready(Ok(StreamResult::Dropped))
    }
}
