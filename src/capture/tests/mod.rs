//! The stage as a whole, over captures that the tests write and over real ones.

mod acceptance;
mod blocks;
mod dns;
mod files;
mod flows;
mod layers;
mod properties;
mod quality;
mod wire;
