//! Products, colours and pictures.

use super::{Maker, Row, capital};

pub(super) const TABLE: &[Row] = &[
    ("$randomColor", |m| m.one_of(&COLORS)),
    ("$randomDepartment", |m| m.one_of(&DEPARTMENTS)),
    ("$randomProduct", product),
    ("$randomProductName", |m| {
        format!("{} {} {}", adjective(m), material(m), product(m))
    }),
    ("$randomProductAdjective", adjective),
    ("$randomProductMaterial", material),
    ("$randomAvatarImage", |m| {
        format!("https://avatars.githubusercontent.com/u/{}", m.number(1..=99_999_999))
    }),
    ("$randomImageUrl", |_| IMAGES.to_owned()),
    ("$randomAbstractImage", |_| image("abstract")),
    ("$randomAnimalsImage", |_| image("animals")),
    ("$randomBusinessImage", |_| image("business")),
    ("$randomCatsImage", |_| image("cats")),
    ("$randomCityImage", |_| image("city")),
    ("$randomFoodImage", |_| image("food")),
    ("$randomNightlifeImage", |_| image("nightlife")),
    ("$randomFashionImage", |_| image("fashion")),
    ("$randomPeopleImage", |_| image("people")),
    ("$randomNatureImage", |_| image("nature")),
    ("$randomSportsImage", |_| image("sports")),
    ("$randomTransportImage", |_| image("transport")),
    ("$randomImageDataUri", |m| {
        format!(
            "data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%20\
             width%3D%22640%22%20height%3D%22480%22%3E%3Crect%20width%3D%22100%25%22%20height%3D%22100%25%22%20\
             fill%3D%22{}%22%2F%3E%3C%2Fsvg%3E",
            m.one_of(&COLORS).replace(' ', "")
        )
    }),
];

const IMAGES: &str = "http://placeimg.com/640/480";
const COLORS: [&str; 20] = [
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "indigo",
    "violet",
    "azure",
    "teal",
    "turquoise",
    "magenta",
    "maroon",
    "olive",
    "lime",
    "salmon",
    "plum",
    "orchid",
    "tan",
    "white",
    "black",
];
const DEPARTMENTS: [&str; 16] = [
    "Books",
    "Music",
    "Movies",
    "Games",
    "Garden",
    "Grocery",
    "Health",
    "Beauty",
    "Toys",
    "Baby",
    "Clothing",
    "Shoes",
    "Jewelry",
    "Outdoors",
    "Tools",
    "Automotive",
];
const ADJECTIVES: [&str; 16] = [
    "small",
    "ergonomic",
    "rustic",
    "smart",
    "sleek",
    "awesome",
    "practical",
    "handmade",
    "refined",
    "gorgeous",
    "licensed",
    "generic",
    "tasty",
    "incredible",
    "portable",
    "quiet",
];
const MATERIALS: [&str; 12] = [
    "steel", "wooden", "concrete", "plastic", "cotton", "granite", "rubber", "metal", "soft", "fresh", "frozen",
    "glass",
];
const PRODUCTS: [&str; 18] = [
    "chair", "car", "computer", "keyboard", "mouse", "bike", "ball", "gloves", "trousers", "shirt", "table", "shoes",
    "hat", "towels", "soap", "lamp", "pizza", "cheese",
];

fn product(m: &mut Maker<'_>) -> String {
    capital(m.pick(&PRODUCTS))
}

fn adjective(m: &mut Maker<'_>) -> String {
    capital(m.pick(&ADJECTIVES))
}

fn material(m: &mut Maker<'_>) -> String {
    capital(m.pick(&MATERIALS))
}

fn image(category: &str) -> String {
    format!("{IMAGES}/{category}")
}
