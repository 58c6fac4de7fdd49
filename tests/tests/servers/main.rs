//! A plant over real servers (Postgres, a Redis for the cache, others for the queue), of which one is away for a while: what
//! still works, what does not and says so, and that everything is as before when the server is back.

mod degraded;
mod doctor;
mod queues;
mod rights;
mod site;
