//! Photos come back as they went in, to their own plant, and never change.

use futures::executor::block_on;
use takt_store::{Photo, PlantNumber, Store};

use super::{Harness, NOW, PLANT, with_plant};

pub(crate) fn a_photo_comes_back_as_it_went_in_and_never_changes(harness: &impl Harness) {
    let store = with_plant(harness);
    let photo = Photo {
        plant: PLANT,
        id: "p 'ü".to_owned(),
        media_type: "image/png".to_owned(),
        data: "QUJD".repeat(60_000),
        user: "检验员".to_owned(),
        at_ms: NOW,
    };
    block_on(store.put_photo(&photo)).unwrap();
    let other = Photo { data: "AAAA".to_owned(), ..photo.clone() };
    block_on(store.put_photo(&other)).unwrap();
    assert_eq!(block_on(store.photo(PLANT, &photo.id)).unwrap(), Some(photo.clone()));
    let asked = ["none".to_owned(), photo.id.clone()];
    assert_eq!(block_on(store.photos_there(PLANT, &asked)).unwrap(), [photo.id.as_str()]);
    assert!(block_on(store.photos_there(PlantNumber(2), &asked)).unwrap().is_empty(), "it belongs to its plant");
    assert_eq!(block_on(store.photo(PLANT, "none")).unwrap(), None);
    assert_eq!(block_on(store.photo(PlantNumber(2), &photo.id)).unwrap(), None, "it belongs to its plant");
}
